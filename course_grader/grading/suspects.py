"""Which cells may have ended a kernel while another one ran: those that left threads, processes or timers running."""

from __future__ import annotations

from dataclasses import dataclass, field

from course_grader.results import ExerciseResult


@dataclass
class Suspects:
    """Of one kernel: `cells` are the indices of those after which the kernel counted more that was left running."""

    cells: set[int] = field(default_factory=set)
    _last: int = -1
    _count: int = 0

    def starts(self, index: int, count: int) -> None:
        """The code of cell `index` starts to run, -1 for none; `count` is what the kernel has counted just before."""
        if self._last >= 0 and count > self._count:
            self.cells.add(self._last)
        self._last, self._count = index, count


@dataclass(frozen=True)
class Suspicion:
    """Cells that were left out since one of them may have ended the kernel while the cell `during` ran or was tested.

    If that goes no better without them, they were innocent. death: how the kernel ended. messages: what was said about
    them. result: of the test during which the kernel ended.
    """

    during: int
    cells: list[int]
    death: str
    messages: list[str]
    result: ExerciseResult | None
