"""Old module names in notebooks that students already have: each is an alias for the module's new name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "course_utils.batching": "course_utils.training.batching",
    "course_utils.builders": "course_utils.remote.models",
    "course_utils.data.knowledge_base": "course_utils.data.nq.knowledge_base",
    "course_utils.data.playlist_generator": "course_utils.data.playlists.generator",
    "course_utils.data.questions": "course_utils.data.nq.questions",
    "course_utils.encoders": "course_utils.training.encoders",
    "course_utils.fine_tuning": "course_utils.training.fine_tuning",
    "course_utils.memory": "course_utils.training.memory",
    "course_utils.predictions": "course_utils.testing.predictions",
    "course_utils.tracking": "course_utils.training.tracking",
}


class _MovedLoader(Loader):
    """Returns the module under its new name, unchanged."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(MOVED[spec.name])
        self._spec = module.__spec__  # the import system overwrites it with that of the old name
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class MovedModuleFinder(MetaPathFinder):
    """Finds modules by their old names, the keys of MOVED."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, _MovedLoader()) if fullname in MOVED else None


def install() -> None:
    """Make the old names importable; nothing is loaded until one is imported."""
    if not any(isinstance(finder, MovedModuleFinder) for finder in sys.meta_path):
        sys.meta_path.append(MovedModuleFinder())
