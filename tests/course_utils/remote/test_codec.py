"""The codec: what crosses, and what is refused on arrival."""

import collections
import itertools
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils.remote import codec
from course_utils.remote.decoder import Decoder, RequestDecoder
from course_utils.remote.encoder import Encoder
from course_utils.remote.framing import ProtocolError


def round_trip(value):
    encoder = Encoder()
    form = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(codec.read_blob(encoder.blob())).decode(form)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.integers())
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_comes_back_equal_and_of_the_same_type(value):
    back = round_trip(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", codec.DTYPES.values(), ids=codec.DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3), (1, 2, 1)], ids=str)
def test_a_tensor_keeps_dtype_shape_and_values(dtype, shape):
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    back = round_trip(tensor)
    assert back.dtype == dtype
    assert torch.equal(back, tensor)


class TestTensors:
    def test_a_view_arrives_as_what_it_shows(self):
        tensor = torch.arange(6.0).reshape(2, 3).T
        assert torch.equal(round_trip(tensor), tensor)

    def test_gradient_flag_and_gradient_cross(self):
        leaf = torch.ones(2, requires_grad=True)
        leaf.grad = torch.tensor([3.0, 4.0])
        back = round_trip({"leaf": leaf})["leaf"]
        assert back.requires_grad
        assert back.is_leaf
        assert torch.equal(back.grad, leaf.grad)

    def test_one_tensor_sent_twice_is_one_tensor(self):
        tensor = torch.ones(2)
        first, second = round_trip([tensor, tensor])
        assert first is second

    def test_more_than_ten_tensors_of_mixed_types_keep_their_places(self):
        tensors = [torch.full((i + 1,), i, dtype=torch.float64 if i % 2 else torch.float32) for i in range(13)]
        assert all(torch.equal(a, b) for a, b in zip(round_trip(tensors), tensors, strict=True))

    def test_a_sparse_tensor_is_refused_with_its_layout(self):
        with pytest.raises(ProtocolError, match="sparse"):
            Encoder().encode(torch.eye(2).to_sparse())


class TestOtherValues:
    def test_numpy_arrays_and_scalars(self):
        back = round_trip([np.arange(4.0).reshape(2, 2), np.float64(1.5), np.array(3)])
        assert back[0].tolist() == [[0, 1], [2, 3]]
        assert back[1] == 1.5
        assert isinstance(back[1], np.float64)
        assert back[2].shape == ()

    def test_nan_and_infinity(self):
        assert math.isnan(round_trip(math.nan))
        assert round_trip(-math.inf) == -math.inf

    def test_dtype_slice_range_ellipsis_and_size(self):
        value = [torch.float16, slice(1, None, 2), range(3), Ellipsis, torch.Size([2, 3])]
        assert round_trip(value) == [torch.float16, slice(1, None, 2), range(3), Ellipsis, (2, 3)]

    def test_an_iterator_comes_back_drained(self):
        assert round_trip(i * i for i in range(3)) == [0, 1, 4]

    def test_an_endless_iterator_is_refused(self):
        with pytest.raises(ProtocolError, match="may have no end"):
            Encoder().encode(itertools.count())

    def test_an_ordered_dict_crosses_as_a_dict(self):
        assert round_trip(collections.OrderedDict(b=1, a=2)) == {"b": 1, "a": 2}

    def test_a_generator_draws_the_same_numbers_on_the_other_side(self):
        generator = torch.Generator().manual_seed(5)
        other = round_trip(generator)
        assert torch.equal(torch.rand(3, generator=generator), torch.rand(3, generator=other))

    def test_an_object_without_a_table_of_handles_is_refused(self):
        with pytest.raises(ProtocolError, match="type object"):
            Encoder().encode(object())

    def test_endless_nesting_is_refused(self):
        value = []
        value.append(value)
        with pytest.raises(ProtocolError, match="nested deeper"):
            Encoder().encode(value)


HOSTILE = [
    {"$": "tensor", "n": "t9", "shape": [1]},
    {"$": "tensor", "n": "t0", "shape": [7, 7]},
    {"$": "unknown"},
    {"no": "kind"},
    {"$": "decode"},
    {"$": "dict", "v": [[[1], 2]]},
    {"$": "dict", "v": [[1]]},
    {"$": "set", "v": [[1]]},
    {"$": "int", "v": "f" * 5000},
    {"$": "int", "v": ["1"]},
    {"$": "float", "v": "1e5"},
    {"$": "dtype", "v": "__class__"},
    {"$": "range", "v": [1, 2, 3, 4]},
    {"$": "generator", "v": [1]},
    {"$": "handle", "id": "7"},
    {"$": "handle", "id": 7, "type": 3},
    {"$": "model", "builder": "mlp", "arguments": {"$": "dict", "v": []}, "state": {}, "training": True},
    {"$": ["tensor"]},
]


@pytest.mark.parametrize("form", HOSTILE, ids=[str(form)[:50] for form in HOSTILE])
def test_a_malformed_value_is_a_protocol_error(form):
    tensors = {"t0": torch.zeros(2)}
    with pytest.raises(ProtocolError):
        Decoder(tensors, lambda handle: handle).decode(form)


def test_deep_nesting_from_the_other_side_is_refused():
    form = 1
    for _ in range(100):
        form = [form]
    with pytest.raises(ProtocolError, match="nested deeper"):
        Decoder({}).decode(form)


@pytest.mark.parametrize("blob", [b"x", b"\x00" * 8, b"\xff" * 64, b"\x05\x00\x00\x00\x00\x00\x00\x00{}}}}"])
def test_a_damaged_blob_is_a_protocol_error(blob):
    with pytest.raises(ProtocolError, match="cannot be read"):
        codec.read_blob(blob)
