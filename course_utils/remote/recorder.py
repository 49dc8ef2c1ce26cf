"""Records what a test asks of a student's code and what comes back, as fingerprints (see `fingerprints`)."""

from __future__ import annotations

import time
from typing import Any

from course_utils.remote.fingerprints import Reader
from course_utils.remote.traces import UNREADABLE, VARIED, Call, Traces, ValueFingerprint, error_hash, hash_of
from course_utils.remote.variations import Arguments, copied, variations

RECORDED = {"call", "attribute", "value", "run", "backward"}  # operations of a request
SLOW_SECONDS = 0.3  # a call that takes longer is not repeated
MOST_VARIED = 16  # calls in each test
_KEYS = ("op", "target", "attribute", "name", "args", "kwargs", "grad")


class Recorder:
    """The calls of each test, in order. A `RemoteClient` notes them; `start` begins the next test.

    returned: the kinds of values that each function returned. failed: tests that went on after an assertion failed.
    varied: whether each test's calls are repeated with other arguments when it ends: a few inputs often cannot tell two
    mistakes apart. Hidden tests have enough inputs. exercise: the name of the function or class that is tested.
    """

    def __init__(self, varied: bool = False, exercise: str = "") -> None:
        self.returned: dict[str, set[str]] = {}
        self.failed: set[str] = set()
        self.traces: Traces = {}
        self._varied = varied
        self._exercise = exercise
        self._types: dict[int, str] = {}  # of the student's objects
        self._calls: list[Call] = []
        self._handles: dict[int, int] = {}
        self._given: list[tuple[int | str, Arguments]] = []
        self._test = ""

    def start(self, test: str) -> None:
        self._test = test
        self._calls = self.traces[test] = []
        self._handles = {}
        self._given = []

    def note_failure(self) -> None:
        """An assertion has failed, and the test goes on."""
        self.failed.add(self._test)

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
                self._calls.append(Call(ValueFingerprint(UNREADABLE), ValueFingerprint(UNREADABLE)))

    def _read(self, request: dict, sent: dict, reply: dict, received: dict) -> Call:
        known = {key: request[key] for key in _KEYS if key in request}
        if isinstance(target := request.get("target"), int):  # an object's number is another one each time
            known["target"] = str(self._handles[target])
        asked = Reader(sent, self._handles).fingerprint(known)
        own = self._is_own(request, reply.get("ok"))
        if "error" in reply:
            error = reply["error"]
            kind = error_hash(next(iter(error["bases"]), error["type"]))
            return Call(asked, ValueFingerprint(kind), kind, kind, kind, hash_of(str(error["text"])), 2, own)
        seen = Reader(received, self._handles).read(reply.get("ok"), reply.get("changed", []))
        return Call(asked, seen.values, seen.kinds, seen.types, evidence=seen.evidence, own=own)

    def _is_own(self, request: dict, result: Any) -> bool:
        """Whether the exercise's function was called, or an object of its class; not the class itself."""
        made = str(result.get("type")) if isinstance(result, dict) and result.get("$") == "handle" else ""
        if made:
            self._types[result["id"]] = made
        if request["op"] != "call" or made == self._exercise:
            return False
        target = request["target"]
        return (self._types.get(target) if isinstance(target, int) else target) == self._exercise
