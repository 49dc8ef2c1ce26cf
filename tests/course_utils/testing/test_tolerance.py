"""How far an answer may be off: each tolerance just inside and just outside, and whose dtype it follows."""

import numpy as np
import pytest
import torch

from course_utils.testing.comparison import Difference, require_close, show

INSIDE, OUTSIDE = 0.98, 1.02
# (dtype, rtol, atol): what is promised, written out once more.
PROMISED = [
    (torch.float64, 1e-7, 1e-9),
    (torch.float32, 1e-4, 1e-5),
    (torch.float16, 2e-2, 1e-2),
    (torch.bfloat16, 2e-2, 1e-2),
    (torch.complex64, 1e-4, 1e-5),
]


def close(got, expected, rtol=None, atol=None):
    try:
        require_close(got, expected, rtol, atol, None, False)
    except Difference:
        return False
    return True


class TestTensors:
    @pytest.mark.parametrize(("dtype", "rtol", "atol"), PROMISED, ids=lambda value: str(value))
    @pytest.mark.parametrize("expected", [0.0, 1.0, -64.0], ids=str)
    def test_the_expected_dtype_sets_the_tolerance(self, dtype, rtol, atol, expected):
        limit = atol + rtol * abs(expected)
        right = torch.tensor([expected], dtype=dtype)
        finest = torch.complex128 if dtype.is_complex else torch.float64
        assert close(torch.tensor([expected + INSIDE * limit], dtype=finest), right)
        assert not close(torch.tensor([expected + OUTSIDE * limit], dtype=finest), right)

    @pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool], ids=str)
    @pytest.mark.parametrize("off", [1e-3, 1e-6, -1.0])
    def test_integers_are_exact(self, dtype, off):
        right = torch.tensor([1, 0]).to(dtype)
        assert close(right.double(), right)
        assert not close(right.double() + off, right)

    def test_large_integers_are_exact_too(self):
        assert not close(torch.tensor([2**60 + 1]), torch.tensor([2**60]))

    def test_a_tolerance_of_zero_is_a_tolerance(self):
        right = torch.tensor([1.0])
        assert close(right, right, rtol=0, atol=0)
        assert not close(torch.nextafter(right, torch.tensor(2.0)), right, rtol=0, atol=0)

    @pytest.mark.parametrize(("rtol", "atol"), [(1e-3, 0), (0, 0.1)])
    def test_a_test_may_state_its_own(self, rtol, atol):
        right, limit = torch.tensor([100.0]).double(), 0.1
        assert close(right + INSIDE * limit, right, rtol, atol)
        assert not close(right + OUTSIDE * limit, right, rtol, atol)


COARSER = [
    (torch.float16, torch.float32),
    (torch.bfloat16, torch.float32),
    (torch.bfloat16, torch.float16),
    (torch.float32, torch.float64),
]


class TestDtypeOfTheAnswer:
    @pytest.mark.parametrize(("got", "expected"), COARSER, ids=str)
    def test_a_less_precise_one_is_a_difference_of_its_own(self, got, expected):
        ones = torch.ones(2, dtype=got)
        with pytest.raises(Difference, match=f"expected: dtype {expected}, or .*\ngot: +dtype {got}, which is less"):
            require_close(ones, torch.ones(2, dtype=expected), None, None, None, False)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
    @pytest.mark.parametrize("tolerances", [(None, None), (0.1, 0.1)], ids=str)
    def test_one_per_cent_off_in_half_precision_gains_nothing(self, dtype, tolerances):
        right = torch.rand(20, generator=torch.Generator().manual_seed(0))
        assert not close((1.01 * right).to(dtype), right, *tolerances)

    @pytest.mark.parametrize(("got", "expected"), [(right, got) for got, right in COARSER], ids=str)
    def test_a_more_precise_one_is_fine(self, got, expected):
        assert close(torch.ones(2, dtype=got), torch.ones(2, dtype=expected))

    def test_an_exact_reference_in_float64_takes_float32_where_the_test_says_how_close(self):
        right = torch.tensor([1 / 3], dtype=torch.float64)
        assert close(right.float(), right, rtol=1e-4)
        assert not close(right.half(), right, rtol=1e-2)

    def test_integers_count_as_exact(self):
        assert close(torch.tensor([2]), torch.tensor([2.0]))

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
    def test_a_number_asks_for_single_precision(self, dtype):
        assert not close(torch.tensor(1.0, dtype=dtype), 1.0)
        assert close(torch.tensor(1 / 3), 1 / 3)
        assert not close(np.float16(1.0), 1.0)


class TestNumbers:
    @pytest.mark.parametrize("expected", [0.0, 1.0, -1000.0, 1_000_000])
    def test_just_inside_and_just_outside(self, expected):
        limit = 1e-7 + 1e-5 * abs(expected)
        assert close(expected + INSIDE * limit, expected)
        assert not close(expected + OUTSIDE * limit, expected)

    def test_a_tolerance_of_zero_is_a_tolerance(self):
        assert close(1_000_000, 1_000_000, rtol=0, atol=0)
        assert not close(1_000_005, 1_000_000, rtol=0, atol=0)
        assert not close(1_000_005, 1_000_000, rtol=0)

    def test_nan_agrees_with_nothing(self):
        assert not close(float("nan"), float("nan"))

    def test_an_imaginary_part_is_a_difference(self):
        assert not close(torch.tensor(1.0 + 1.0j), 1.0)


class TestContainers:
    def test_a_dict_has_the_keys_that_are_expected_and_no_others(self):
        assert close({"a": 1, "b": 2}, {"b": 2, "a": 1})
        assert not close({"a": 1, "b": 2}, {"a": 1})
        assert not close({"a": 1}, {"a": 1, "b": 2})

    def test_a_list_has_no_more_items_and_no_fewer(self):
        assert not close([1, 2], [1])
        assert not close([1], [1, 2])


def test_showing_a_long_list_does_not_show_each_item(monkeypatch):
    shown = []

    class Item:
        def __repr__(self):
            shown.append(self)
            return "item"

    assert show([Item() for _ in range(10_000)]).endswith("… (list)")
    assert len(shown) <= 200
