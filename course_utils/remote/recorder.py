"""Records what a test asks of a student's code and what comes back, as fingerprints that are equal up to rounding.

A fingerprint tells two behaviours apart, but no value can be read from it beyond a few rounded numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import torch

from course_utils.remote.traces import UNREADABLE, Call, Fingerprint, Numbers, Traces

RECORDED = {"call", "attribute", "value", "run", "backward"}  # operations of a request
FEW, DIGITS = 3, 6  # up to FEW numbers are kept as they are; of more, only projections
_WAVES = (1.0, math.sqrt(2.0), (1 + math.sqrt(5.0)) / 2)  # of the weights that a projection gives to the numbers
_FINE, _COARSE = 4, 2  # decimal digits that must agree: of float32 and float64, and of 16-bit floats
_HALF = (torch.float16, torch.bfloat16)
_MOST_EVIDENCE = 8
_TRIVIAL: tuple[set, ...] = (set(), {0}, {1})


class Recorder:
    """The calls of each test, in order. A `RemoteClient` notes them; `start` begins the next test.

    returned: the kinds of values that each function returned. failed: in each test that failed but went on, the number
    of calls before its first failed assertion.
    """

    def __init__(self) -> None:
        self.failed: dict[str, int] = {}
        self.returned: dict[str, set[str]] = {}
        self.traces: Traces = {}
        self._test = ""
        self._calls: list[Call] = []
        self._handles: dict[int, int] = {}

    def start(self, test: str) -> None:
        self._test = test
        self._calls = self.traces[test] = []
        self._handles = {}

    def note_failure(self) -> None:
        """An assertion has failed, and the test goes on."""
        self.failed.setdefault(self._test, len(self._calls))

    def note(self, request: dict, sent: dict, reply: dict, received: dict) -> None:
        """Record one exchange; sent, received: the tensors that came with the request and with the reply.

        Whatever the student's process sends: what has no valid form is recorded as a call that agrees with no other.
        """
        if request["op"] in RECORDED:
            try:
                self._calls.append(self._read(request, sent, reply, received))
            except Exception:
                self._calls.append(Call(Fingerprint(UNREADABLE, []), Fingerprint(UNREADABLE, []), "", 0))

    def _read(self, request: dict, sent: dict, reply: dict, received: dict) -> Call:
        keys = ("op", "target", "attribute", "name", "args", "kwargs", "grad")
        known = {key: request[key] for key in keys if key in request}
        if isinstance(target := request.get("target"), int):  # an object's number is another one each time
            known["target"] = self._handles[target]
        asked = _Reader(sent, self._handles).read(known)[0]
        if "error" in reply:
            error = reply["error"]
            kind = next(iter(error["bases"]), error["type"])
            return Call(asked, Fingerprint(_hash(["error", kind]), []), _hash(str(error["text"])), 2)
        reader = _Reader(received, self._handles)
        outcome, evidence = reader.read([reply.get("ok"), reply.get("changed", [])])
        return Call(asked, outcome, "", evidence)


class _Reader:
    """Makes the fingerprint of an encoded value (see `codec`)."""

    def __init__(self, tensors: dict[str, torch.Tensor], handles: dict[int, int]):
        self._tensors, self._handles = tensors, handles
        self._numbers: Numbers = []
        self._seen: set[Any] = set()
        self._plain = False  # whether there is anything but handles

    def read(self, form: Any) -> tuple[Fingerprint, int]:
        """The fingerprint, and how much it tells."""
        structure = self._read(form)
        evidence = int(self._plain) if self._seen in _TRIVIAL else min(_MOST_EVIDENCE, 2 * len(self._seen))
        return Fingerprint(_hash(structure), self._numbers), evidence

    def _read(self, form: Any) -> Any:
        if isinstance(form, float):
            return self._floats(torch.tensor([form], dtype=torch.float64), "float")
        if isinstance(form, list):
            if form and all(isinstance(item, float) for item in form):
                return self._floats(torch.tensor(form, dtype=torch.float64), "floats")
            return [self._read(item) for item in form]
        if not isinstance(form, dict):
            self._plain = True
            if form is not None and not isinstance(form, str):
                self._seen.add(form)
            return form
        return self._special(form)

    def _special(self, form: dict) -> Any:
        kind = form.get("$")
        if "n" in form and "shape" in form:  # a tensor, an array, a scalar, a part of a model's state
            parts = [kind, form["shape"], form.get("g"), self._tensor(self._tensors[form["n"]])]
            return [*parts, self._tensor(self._tensors[form["grad"]])] if "grad" in form else parts
        if kind == "handle":
            return ["handle", form.get("type"), self._handles.setdefault(form["id"], len(self._handles))]
        if kind == "float":
            return self._floats(torch.tensor([float(form["v"])], dtype=torch.float64), "float")
        if kind in ("set", "frozenset", "dict"):  # in no order
            return [kind, *(self._read(item) for item in sorted(form["v"], key=_text))]
        return {key: self._read(value) for key, value in form.items()}

    def _tensor(self, tensor: torch.Tensor) -> Any:
        if tensor.is_complex():
            tensor = torch.view_as_real(tensor)
        if tensor.is_floating_point():
            return self._floats(tensor, str(tensor.dtype))
        self._plain = True
        whole = tensor.long().flatten()
        self._seen |= set(whole[:100].tolist())
        return [str(tensor.dtype), hashlib.sha256(whole.numpy().tobytes()).hexdigest()]

    def _floats(self, tensor: torch.Tensor, kind: str) -> Any:
        self._plain = True
        values = tensor.detach().double().flatten()
        finite = torch.isfinite(values)
        special = [] if bool(finite.all()) else [repr(value) for value in values[~finite].tolist()]
        where = (~finite).nonzero().flatten().tolist() if special else []
        values = torch.where(finite, values, 0.0)
        self._seen |= {_rounded(value) for value in values[:100].tolist()} if bool(finite.any()) else set()
        self._seen |= set(special[:100])
        self._numbers.append([_COARSE if tensor.dtype in _HALF else _FINE, *map(_rounded, _digest(values))])
        return [kind, special, where]


def _digest(values: torch.Tensor) -> list[float]:
    """A few numbers that stand for all: themselves, or their norm and projections on fixed directions."""
    if len(values) <= FEW:
        return values.tolist()
    places = torch.arange(1, len(values) + 1, dtype=torch.float64)
    return [float(values.norm()), *(float(values @ torch.cos(places * wave)) for wave in _WAVES)]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _text(structure: Any) -> str:
    return json.dumps(structure, sort_keys=True)


def _hash(structure: Any) -> str:
    return hashlib.sha256(_text(structure).encode()).hexdigest()[:12]
