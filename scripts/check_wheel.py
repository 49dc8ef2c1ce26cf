"""Uses the installed course as a notebook does: run it where the wheel is installed and nothing of the course is near.

Imports every module of course_utils, and reads the data that comes in the package: texts, outlines, the tiny encoder.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import pkgutil
from importlib import resources

import course_utils
from course_utils import runtime
from course_utils.hand_in import read_outline
from course_utils.study import flashcards, quiz
from course_utils.training import load_encoder

for module in pkgutil.walk_packages(course_utils.__path__, "course_utils."):
    importlib.import_module(module.name)

runtime.setup("01_tensor_basics")
labs = json.loads(resources.files("course_utils").joinpath("outline.json").read_text(encoding="utf-8"))
for lab in labs:
    read_outline(lab)
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        quiz(lab)
        flashcards(lab)
    if not shown.getvalue():
        raise SystemExit(f"expected a quiz and flashcards for {lab}, got nothing")
load_encoder()
print(f"course {course_utils.__version__}: {len(labs)} labs, all modules and data of course_utils are there")
