"""Records what a test asks of a student's code and what comes back, as fingerprints (see `fingerprints`)."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from course_utils.remote.fingerprints import UNREADABLE, Fingerprint, Reader, hash_of
from course_utils.remote.variations import Arguments, copied, variations

RECORDED = {"call", "attribute", "value", "run", "backward"}  # operations of a request
VARIED = "+"  # after the name of a test: its calls with other arguments
SLOW_SECONDS = 0.3  # a call that takes longer is not repeated
MOST_VARIED = 16  # calls in each test
_KEYS = ("op", "target", "attribute", "name", "args", "kwargs", "grad")


@dataclass
class Call:
    """A request and its outcome: the values, and hashes of what else a test may notice (see `fingerprints.Seen`).

    error, text: hashes of an error's built-in type and of its text, else empty. evidence: how much the outcome tells:
    2 for an error and for each different number or text, up to 8; 1 for a single 0, 1 or None, which many functions
    return; 0 for an object that stays with the student.
    """

    request: Fingerprint
    outcome: Fingerprint
    kinds: str = ""
    types: str = ""
    error: str = ""
    text: str = ""
    evidence: int = 0

    def agrees(self, other: Call) -> bool:
        """Whether the same request had the same outcome, and of the same types; of errors only the types count."""
        same = self.request.agrees(other.request) and self.outcome.agrees(other.outcome)
        return same and self.types == other.types

    def to_json(self) -> list[Any]:
        rest = {key: value for key, value in asdict(self).items() if key not in ("request", "outcome")}
        return [self.request.to_json(), self.outcome.to_json(), *rest.values()]

    @classmethod
    def from_json(cls, data: list[Any]) -> Call:
        request, outcome, *rest = data
        return cls(Fingerprint.from_json(request), Fingerprint.from_json(outcome), *rest)


Traces = dict[str, list[Call]]  # the calls of each test (Class.method)


def traces_to_json(traces: Traces) -> dict[str, list[Any]]:
    return {test: [call.to_json() for call in calls] for test, calls in traces.items()}


def traces_from_json(data: dict[str, list[Any]]) -> Traces:
    return {test: [Call.from_json(call) for call in calls] for test, calls in data.items()}


def error_hash(name: str) -> str:
    """What `Call.error` is for a built-in error of this name."""
    return hash_of(["error", name])


class Recorder:
    """The calls of each test, in order. A `RemoteClient` notes them; `start` begins the next test.

    returned: the kinds of values that each function returned. varied: whether each test's calls are repeated with other
    arguments when it ends: a few inputs often cannot tell two mistakes apart. Hidden tests have enough of them.
    """

    def __init__(self, varied: bool = False) -> None:
        self.returned: dict[str, set[str]] = {}
        self.traces: Traces = {}
        self._varied = varied
        self._calls: list[Call] = []
        self._handles: dict[int, int] = {}
        self._given: list[tuple[int | str, Arguments]] = []
        self._test = ""

    def start(self, test: str) -> None:
        self._test = test
        self._calls = self.traces[test] = []
        self._handles = {}
        self._given = []

    def note_arguments(self, target: int | str, arguments: Arguments, start: float) -> None:
        """A call that can be repeated; start: when it began, by time.monotonic()."""
        quick = time.monotonic() - start < SLOW_SECONDS
        if self._varied and quick and not self._test.startswith("Hidden") and not self._test.endswith(VARIED):
            self._given.append((target, copied(arguments)))

    def other_calls(self) -> list[tuple[int | str, Arguments]]:
        """The calls of this test with other arguments, the first variation of each call first. Begins their record."""
        if not self._varied or not self._given:
            return []
        queues = [[(target, other) for other in variations(given)] for target, given in self._given]
        self._test += VARIED
        self._calls = self.traces[self._test] = []
        longest = max(map(len, queues))
        return [queue[place] for place in range(longest) for queue in queues if place < len(queue)][:MOST_VARIED]

    def note(self, request: dict, sent: dict, reply: dict, received: dict) -> None:
        """Record one exchange; sent, received: the tensors that came with the request and with the reply.

        Whatever the student's process sends: what has no valid form is recorded as a call that agrees with no other.
        """
        if request["op"] in RECORDED:
            try:
                self._calls.append(self._read(request, sent, reply, received))
            except Exception:
                self._calls.append(Call(Fingerprint(UNREADABLE), Fingerprint(UNREADABLE)))

    def _read(self, request: dict, sent: dict, reply: dict, received: dict) -> Call:
        known = {key: request[key] for key in _KEYS if key in request}
        if isinstance(target := request.get("target"), int):  # an object's number is another one each time
            known["target"] = str(self._handles[target])
        asked = Reader(sent, self._handles).read(known).values
        if "error" in reply:
            error = reply["error"]
            kind = error_hash(next(iter(error["bases"]), error["type"]))
            return Call(asked, Fingerprint(kind), kind, kind, kind, hash_of(str(error["text"])), 2)
        seen = Reader(received, self._handles).read(reply.get("ok"), reply.get("changed", []))
        return Call(asked, seen.values, seen.kinds, seen.types, evidence=seen.evidence)
