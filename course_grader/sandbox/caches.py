"""What the profile "full" needs of this machine: the caches of models and data, which kernels see read-only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def model_caches(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The folders that exist, by the variables that name them in a kernel.

    Of the Hugging Face cache, only the models: the folder above them contains the user's token.
    """
    home = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    hub = environment.get("HF_HUB_CACHE") or Path(environment.get("HF_HOME") or home / "huggingface") / "hub"
    data = environment.get("COURSE_CACHE") or Path.home() / ".cache" / "deep-learning-labs"
    folders = {"HF_HUB_CACHE": Path(hub).expanduser(), "COURSE_CACHE": Path(data).expanduser()}
    return {name: str(folder.resolve()) for name, folder in folders.items() if folder.is_dir()}
