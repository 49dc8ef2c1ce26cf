"""The codec: what crosses, and what is refused on arrival."""

import collections
import contextlib
import itertools
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from course_utils.remote import codec, decoder, encoder, models
from course_utils.remote.decoder import Decoder, RequestDecoder
from course_utils.remote.encoder import Encoder
from course_utils.remote.framing import ProtocolError


def round_trip(value):
    encoder = Encoder()
    form = json.loads(json.dumps(encoder.encode(value)))
    return RequestDecoder(codec.read_blob(encoder.blob())).decode(form)


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
    {"$": ["tensor"]},
    {"$": "scalar", "n": "empty"},
    {"$": "scalar", "n": "t0"},
    {"$": "array", "n": "t0", "shape": [3]},
    {"$": "array", "n": "brain", "shape": [2]},
    {"$": "range", "v": [10**30]},
    {"$": "tuple", "v": "ab"},
    {"$": "tensor", "n": "t0", "shape": [2], "g": True, "grad": "t0"},
]


@pytest.mark.parametrize("form", HOSTILE, ids=[str(form)[:50] for form in HOSTILE])
def test_a_malformed_value_is_a_protocol_error(form):
    tensors = {"t0": torch.zeros(2), "empty": torch.zeros(0), "brain": torch.zeros(2, dtype=torch.bfloat16)}
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


class TestModels:
    @pytest.mark.parametrize("training", [True, False])
    def test_a_model_arrives_in_the_mode_that_it_was_in(self, training):
        model = models.build("mlp", sizes=(3, 2)).train(training)
        back = round_trip(model)
        assert back.training is training
        assert all(part.training is training for part in back.modules())
        assert torch.equal(back(torch.ones(3)), model(torch.ones(3)))

    def test_an_answer_may_not_name_a_builder(self):
        """The very message that builds a model as a test's request."""
        sender = Encoder()
        form, blob = sender.encode(models.build("mlp", sizes=(3, 2))), sender.blob()
        assert isinstance(RequestDecoder(codec.read_blob(blob)).decode(form), torch.nn.Module)
        with pytest.raises(ProtocolError, match="unknown kind"):
            Decoder(codec.read_blob(blob), lambda handle: handle).decode(form)


def naming(tensor, times):
    """A value that names one tensor so many times."""
    return {"t0": tensor}, [{"$": "tensor", "n": "t0", "shape": list(tensor.shape)}] * times


class TestSize:
    @pytest.fixture(autouse=True)
    def no_spare(self, monkeypatch):
        monkeypatch.setattr(decoder, "SPARE_ELEMENTS", 0)

    def test_a_tensor_may_be_named_a_few_times(self):
        tensors, form = naming(torch.ones(10), decoder.MAX_REPEATS)
        assert len(Decoder(tensors).decode(form)) == decoder.MAX_REPEATS
        with pytest.raises(ProtocolError, match="too often"):
            Decoder(tensors).decode([*form, form[0]])

    @pytest.mark.parametrize(
        "form",
        [
            {"$": "array", "n": "t0", "shape": [10]},
            {"$": "tensor", "n": "t1", "shape": [10], "g": True, "grad": "t0"},
            {"$": "tuple", "v": [{"$": "tensor", "n": "t0", "shape": [10]}]},
        ],
        ids=["array", "gradient", "nested"],
    )
    def test_every_kind_of_reference_counts(self, form):
        tensors = {"t0": torch.ones(10), "t1": torch.ones(10)}
        Decoder(tensors).decode(form)
        with pytest.raises(ProtocolError, match="too often"):
            Decoder(tensors).decode([form] * (3 * decoder.MAX_REPEATS))

    def test_values_decoded_one_after_another_share_the_allowance(self):
        tensors, form = naming(torch.ones(10), decoder.MAX_REPEATS)
        shared = Decoder(tensors)
        shared.decode(form)
        with pytest.raises(ProtocolError, match="too often"):
            shared.decode(form[0])

    @pytest.mark.parametrize("stop", [codec.MAX_ITEMS + 1, 10**15, 2**63, 10**40], ids=str)
    def test_a_long_range_is_refused_on_both_sides(self, stop):
        with pytest.raises(ProtocolError, match="more than 10,000 items"):
            Encoder().encode(range(stop))
        with pytest.raises(ProtocolError, match="more than 10,000 items"):
            Decoder({}).decode({"$": "range", "v": [stop]})

    def test_the_longest_range_and_iterator_cross(self):
        assert len(round_trip(range(0, 3 * codec.MAX_ITEMS, 3))) == codec.MAX_ITEMS
        assert len(round_trip(iter(range(codec.MAX_ITEMS)))) == codec.MAX_ITEMS

    @pytest.mark.parametrize("sign", [1, -1])
    def test_a_large_integer_crosses_up_to_a_size(self, sign):
        largest = sign * (2**codec.MAX_INT_BITS - 1)
        assert round_trip(largest) == largest
        with pytest.raises(ProtocolError, match="4096 bits"):
            Encoder().encode(sign * 2**codec.MAX_INT_BITS)
        with pytest.raises(ProtocolError, match="4096 bits"):
            Decoder({}).decode({"$": "int", "v": hex(256 * largest)})

    def test_lists_that_hold_one_another_many_times_are_refused(self, monkeypatch):
        monkeypatch.setattr(encoder, "MAX_PARTS", 10_000)
        value = []
        for _ in range(20):
            value = [value, value]
        with pytest.raises(ProtocolError, match="more than 10,000 parts"):
            Encoder().encode(value)

    @pytest.mark.parametrize(
        "keys",
        [
            [number * (2**61 - 1) for number in range(100)],
            [{"$": "tuple", "v": list(part)} for part in itertools.product((-1, -2), repeat=6)],
        ],
        ids=["integers", "tuples"],
    )
    @pytest.mark.parametrize("kind", ["set", "frozenset", "dict"])
    def test_many_keys_of_one_hash_are_refused(self, keys, kind):
        items = [[key, 0] for key in keys] if kind == "dict" else keys
        assert Decoder({}).decode({"$": kind, "v": items[: decoder.MAX_SAME_HASH // 2]})
        with pytest.raises(ProtocolError, match="same hash"):
            Decoder({}).decode({"$": kind, "v": items})


def test_dicts_may_be_nested_as_deep_as_lists():
    value = 1
    for _ in range(codec.MAX_DEPTH - 1):
        value = {"a": value}
    assert round_trip(value) == value


def test_a_type_s_name_arrives_without_control_characters():
    handles = []
    Decoder({}, handles.append).decode({"$": "handle", "id": 1, "type": "\x1b[2J\ud800A", "bases": ["\nB"]})
    assert (handles[0].type_name, handles[0].bases) == ("[2JA", ("B",))


TENSORS = {
    "t0": torch.arange(6.0).reshape(2, 3),
    "t1": torch.zeros(0),
    "t2": torch.ones(1, dtype=torch.bfloat16),
    "t3": torch.tensor([True, False]),
    "t4": torch.zeros(5056, dtype=torch.uint8),
}
KINDS = sorted(name.removeprefix("_read_") for name in dir(RequestDecoder) if name.startswith("_read_"))
WORDS = [*TENSORS, "t9", "nan", "-inf", "float32", "mlp", "0xff", "-0x", "\ud800", ""]
SIZES = st.integers(-3, 3) | st.sampled_from([6, 5056, 2**31, 2**61 - 1, 2**63, 10**30])
atoms = st.none() | st.booleans() | SIZES | st.floats() | st.sampled_from(WORDS) | st.text(max_size=3)


def forms(inner):
    fields = {
        "v": inner | st.lists(inner, max_size=4) | st.lists(st.tuples(inner, inner).map(list), max_size=3),
        "n": st.sampled_from(WORDS) | inner,
        "shape": st.lists(SIZES, max_size=3) | inner,
        "g": inner,
        "grad": st.sampled_from(WORDS) | inner,
        "id": inner,
        "type": inner,
        "bases": inner,
        "builder": st.sampled_from(WORDS) | inner,
        "arguments": inner,
        "state": inner,
        "training": inner,
    }
    kinds = st.sampled_from([*KINDS, "keys", ""])
    return st.fixed_dictionaries({"$": kinds}, optional=fields) | st.lists(inner, max_size=4)


any_form = st.recursive(atoms, forms, max_leaves=25)


def decodes_or_is_refused(form):
    tensors = {name: tensor.clone() for name, tensor in TENSORS.items()}
    with contextlib.suppress(ProtocolError):
        Decoder(tensors, lambda handle: handle).decode(form)


@seed(20261129)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_form)
def test_whatever_arrives_is_a_value_or_a_protocol_error(form):
    decodes_or_is_refused(form)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@seed(7)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_form)
def test_ten_thousand_times_whatever_arrives_is_a_value_or_a_protocol_error(form):
    decodes_or_is_refused(form)


@seed(3)
@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 200), st.integers(0, 255))
def test_a_blob_with_other_bytes_is_tensors_or_a_protocol_error(junk, place, byte):
    blob = bytearray(codec.write_blob(TENSORS))
    blob[place % len(blob)] = byte
    for changed in (bytes(blob), bytes(blob[:place]) + junk, junk):
        with contextlib.suppress(ProtocolError):
            codec.read_blob(changed)
