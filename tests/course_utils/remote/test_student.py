"""`student`: calls, gradients, handles, probes and errors, through the codec."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_utils.remote import codec, models, probes
from course_utils.remote.client import RemoteClient
from course_utils.remote.encoder import Encoder
from course_utils.remote.proxies import Student, local_transport
from course_utils.remote.student_errors import StudentError, StudentProtocolError, StudentTimeout


class Net(nn.Module):
    def __init__(self, width=2):
        super().__init__()
        self.layer = nn.Linear(3, width)
        self.sizes = (3, width)

    def forward(self, x):
        return self.layer(x).relu()


def scale(x, by=2.0):
    return {"scaled": x * by, "sum": (x * by).sum()}


def detached(x, y):
    return (x.detach() * y).sum()


def fails(kind):
    raise kind("the student's own words")


def loss(model, x):
    return model(x).square().sum()


def leaves():
    raise SystemExit


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


def unprintable():
    raise Unprintable


def in_place(x):
    x.add_(1)
    return x


def plus_one(x):
    return x + 1


def look_up(table):
    return nn.functional.embedding(torch.tensor([1, 1]), table, sparse=True)


def mode(model):
    return model.training


def view(x):
    return x.unsqueeze(0)


VARIABLES = {name: value for name, value in globals().items() if not name.startswith("__")}


@pytest.fixture
def student():
    proxy = Student()
    proxy._connect(RemoteClient(local_transport({**VARIABLES, "table": torch.arange(3)})))
    return proxy


class TestCalls:
    def test_arguments_and_results_are_copies(self, student):
        x = torch.ones(2)
        assert torch.equal(student.in_place(x), torch.full((2,), 2.0))
        assert torch.equal(x, torch.ones(2))

    def test_keyword_arguments(self, student):
        assert student.scale(torch.ones(1), by=3.0)["sum"] == 3.0

    def test_a_variable_comes_as_a_value(self, student):
        assert torch.equal(student.value("table"), torch.arange(3))

    def test_a_missing_name_says_what_to_do(self, student):
        with pytest.raises(NameError, match="`spelling` is not defined: run the cell"):
            student.spelling(1)

    def test_a_sparse_gradient_comes_as_a_dense_one(self, student):
        table = torch.arange(6.0).reshape(3, 2).requires_grad_()
        student.look_up(table).sum().backward()
        assert table.grad.tolist() == [[0.0, 0.0], [2.0, 2.0], [0.0, 0.0]]

    def test_what_cannot_be_sent_is_the_tests_own_mistake(self, student):
        with pytest.raises(Exception, match="cannot be sent"):
            student.scale(object())


class TestGradients:
    def test_flow_to_every_input_through_a_container(self, student):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        result = student.scale(x)
        (result["sum"] + result["scaled"][0]).backward()
        assert x.grad.tolist() == [4.0, 2.0]

    def test_flow_through_two_calls(self, student):
        x = torch.randn(3, requires_grad=True)
        student.scale(student.scale(x)["scaled"])["sum"].backward()
        assert x.grad.tolist() == [4.0] * 3

    def test_stop_where_the_student_detaches(self, student):
        x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        student.detached(x, y).backward()
        assert x.grad is None
        assert y.grad.tolist() == [1.0, 1.0]

    def test_reach_the_students_own_parameters(self, student):
        net = student.Net()
        net(torch.ones(4, 3)).sum().backward()
        assert net.layer.weight.grad.shape == (2, 3)

    def test_reach_a_model_that_the_test_hands_in(self, student):
        model = models.build("mlp", sizes=(3, 4, 2))
        x = torch.randn(5, 3)
        student.loss(model, x).backward()
        mine = [p.grad.clone() for p in model.parameters()]
        model.zero_grad()
        loss(model, x).backward()
        assert all(torch.allclose(a, p.grad) for a, p in zip(mine, model.parameters(), strict=True))

    @pytest.mark.parametrize("training", [True, False])
    def test_a_model_is_handed_over_in_its_mode(self, student, training):
        assert student.mode(models.build("mlp", sizes=(3, 2)).train(training)) is training

    def test_agree_with_finite_differences(self, student):
        x = torch.randn(3, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda x: student.scale(x.sin())["sum"], x)

    def test_are_off_under_no_grad(self, student):
        with torch.no_grad():
            assert not student.scale(torch.ones(1, requires_grad=True))["sum"].requires_grad


class TestHandles:
    def test_an_instance_is_called_read_and_loaded(self, student):
        net, mine = student.Net(width=4), Net(width=4)
        net.load_state_dict(mine.state_dict())
        x = torch.randn(2, 3)
        assert torch.equal(net(x), mine(x))
        assert net.sizes == (3, 4)
        assert len(net.parameters()) == 2
        assert "Module" in net.bases

    def test_a_handle_goes_back_as_the_object(self, student):
        net = student.Net()
        assert student.loss(net, torch.zeros(1, 3)).shape == ()

    def test_are_forgotten_on_release(self, student):
        net = student.Net()
        student._release()
        with pytest.raises(StudentError):
            net(torch.ones(1, 3))


class TestErrors:
    @pytest.mark.parametrize("kind", [ValueError, IndexError, KeyError, NotImplementedError, UnicodeError])
    def test_keep_their_built_in_base_and_their_words(self, student, kind):
        with pytest.raises(kind if kind is not UnicodeError else ValueError, match="own words"):
            VARIABLES["kind"] = kind
            proxy = Student()
            proxy._connect(RemoteClient(local_transport({"f": lambda: fails(kind)})))
            proxy.f()

    def test_exit_is_an_error_of_the_function(self, student):
        with pytest.raises(StudentError, match="SystemExit"):
            student.leaves()

    def test_a_message_that_cannot_be_shown(self, student):
        with pytest.raises(StudentError, match="cannot be shown"):
            student.unprintable()


class TestProbes:
    def test_see_the_students_objects(self, student):
        def shares(student, x):
            return student.view(x).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()

        assert student.run(shares, torch.ones(3)) is True

    def test_are_self_contained(self):
        source = "def probe(student):\n    return student.f(secret)\n"
        with pytest.raises(ValueError, match="uses secret, defined outside it"):
            probes.check(source, "probe")

    def test_may_use_torch_built_ins_and_inner_names(self):
        source = (
            "def probe(student, n):\n    def inner(m):\n        return torch.ones(m + n)\n"
            "    return [inner(m) for m in range(len('ab'))]\n"
        )
        probes.check(source, "probe")


def answering(reply, blob=b""):
    proxy = Student()
    proxy._connect(RemoteClient(lambda request, _: ({"id": request["id"], **reply}, blob)))
    return proxy


class TestBadAnswers:
    @pytest.mark.parametrize(
        "reply",
        [
            {},
            {"ok": {"$": "tensor", "n": "t0", "shape": [1]}},
            {"ok": 1, "graph": 0, "outputs": ["t0"]},
            {"ok": 1, "graph": 0, "outputs": 7},
            {"ok": {"$": "scalar", "n": "t0"}},
            {"error": 3},
            {"id": 99, "ok": 1},
        ],
        ids=str,
    )
    def test_are_protocol_errors(self, reply):
        with pytest.raises(StudentProtocolError):
            answering(reply).f(torch.ones(1, requires_grad=True))

    def test_a_model_is_not_built_from_an_answer(self):
        """The message is right in all else: a test may send it."""
        encoder = Encoder()
        form = encoder.encode(models.build("mlp", sizes=(3, 2)))
        with pytest.raises(StudentProtocolError, match="unknown kind"):
            answering({"ok": form}, encoder.blob()).f()

    @pytest.mark.parametrize("names", [["t0", "t0"], ["t1"]], ids=["twice", "integers"])
    def test_tensors_without_a_gradient_of_their_own(self, names):
        blob = codec.write_blob({"t0": torch.ones(1), "t1": torch.ones(1, dtype=torch.int64)})
        with pytest.raises(StudentProtocolError, match="no gradient"):
            answering({"ok": 1, "graph": 0, "outputs": names}, blob).f(torch.ones(1, requires_grad=True))

    @pytest.mark.parametrize(
        "gradients",
        [[], [None, None], [torch.ones(3)], [torch.ones(2, dtype=torch.int64)], ["one"], [np.ones(2)], 7],
        ids=str,
    )
    def test_gradients_of_a_wrong_number_shape_or_type(self, gradients):
        def transport(request, blob):
            encoder = Encoder()
            if request["op"] == "backward":
                return {"id": request["id"], "ok": encoder.encode(gradients)}, encoder.blob()
            form = encoder.encode(torch.ones(2))
            return {"id": request["id"], "ok": form, "graph": 0, "outputs": ["t0"]}, encoder.blob()

        proxy = Student()
        proxy._connect(RemoteClient(transport))
        with pytest.raises(StudentProtocolError, match="gradient"):
            proxy.f(torch.ones(2, requires_grad=True)).sum().backward()

    def test_an_error_with_a_wild_description_is_still_an_error(self):
        with pytest.raises(StudentError):
            answering({"error": {"bases": {"a": 1}, "type": ["x"] * 9999, "text": None}}).f()

    def test_control_characters_are_taken_out(self):
        with pytest.raises(StudentError) as caught:
            answering({"error": {"type": "E", "text": "\x1b[2Jgone", "bases": [], "where": ""}}).f()
        assert "\x1b" not in str(caught.value)

    def test_after_two_timeouts_no_more_is_asked(self):
        asked = []

        def transport(request, blob):
            asked.append(request)
            return {"id": request["id"], "error": {"type": "timeout"}}, b""

        proxy = Student()
        proxy._connect(RemoteClient(transport))
        for _ in range(5):
            with pytest.raises(StudentTimeout):
                proxy.f()
        assert len(asked) == 2


def test_cross_entropy_through_the_student_equals_torch(student):
    model = models.build("embedding", num_embeddings=5, embedding_dim=3)
    ids, labels = torch.tensor([1, 2, 4]), torch.tensor([0, 1, 2])
    proxy = Student()
    proxy._connect(RemoteClient(local_transport({"f": lambda m, i, y: F.cross_entropy(m(i), y)})))
    assert torch.equal(proxy.f(model, ids, labels), F.cross_entropy(model(ids), labels))
