"""How a run grades each submission: what an engine needs to know, on this machine and on a cluster's workers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineOptions:
    """Results depend on all of them.

    run_experiments: also run the cells tagged `experiment`. run_all: also the lab's own cells that nothing graded
    needs. gpu: a GPU for each submission, even if lab.toml asks for none. profile: of the students' kernels, as in
    `course_utils.runtime`; tests always run in "cpu".
    """

    sandbox: bool = True
    run_experiments: bool = False
    run_all: bool = False
    gpu: bool = False
    profile: str = "cpu"

    @property
    def in_words(self) -> str:
        """Those that differ from the defaults; empty if none does."""
        chosen = {
            "no sandbox": not self.sandbox, "experiments": self.run_experiments, "all cells": self.run_all,
            "GPU": self.gpu, f"profile {self.profile}": self.profile != "cpu",
        }  # fmt: skip
        return ", ".join(name for name, is_chosen in chosen.items() if is_chosen)


DEFAULTS = EngineOptions()
