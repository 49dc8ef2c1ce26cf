"""The judge's environment variables: made, not inherited, so that it runs the same lab as the students' kernels."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from course_grader.sandbox.mounts import font_folder

_COURSE = Path(__file__).parents[2]


def judge_environment(home: str) -> dict[str, str]:
    """For a judge whose home and temporary files are in the folder `home`."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(_COURSE),
        "HOME": home,
        "TMPDIR": home,
        "TORCHINDUCTOR_CACHE_DIR": home,  # else it is made when torch._dynamo is imported
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(font_folder()),
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }
