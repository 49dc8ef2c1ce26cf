"""Questions, each with its gold passage: generated in the profile "cpu", Natural Questions in "full"."""

from __future__ import annotations

import os
import random

from course_utils import runtime
from course_utils.data.nq.knowledge_base import Sample


def load_questions(
    *, num_train: int = 500, num_validation: int = 1000, seed: int = 42, folder: str | os.PathLike[str] | None = None
) -> tuple[list[Sample], list[Sample]]:
    """(train, validation): lists of {"question", "answers", "gold_context": {"title", "text"}}.

    In the profile "cpu" they are generated (`make_mini_nq`). In "full" they are drawn from Natural Questions, which are
    read from the folder in the environment variable COURSE_NQ_FOLDER, else downloaded once (`load_natural_questions`).
    folder: a folder with nq-train.json and nq-val.json, used in either profile. The same arguments give the same
    samples. Raises ValueError for more questions than there are, CourseDataError if the data cannot be fetched or read.

    See also: `make_knowledge_base`.
    """
    if runtime.profile() == "cpu" and folder is None:
        from course_utils.data.nq.mini_nq import make_mini_nq

        return make_mini_nq(num_train, num_validation, seed=seed)
    from course_utils.data.nq.natural_questions import load_natural_questions

    train, validation = load_natural_questions(folder or os.environ.get("COURSE_NQ_FOLDER"))
    generator = random.Random(seed)  # one for both draws, in this order: then seed 42 gives the published questions
    drawn = _draw(train, num_train, generator, "num_train")
    return drawn, _draw(validation, num_validation, generator, "num_validation")


def _draw(samples: list[Sample], count: int, generator: random.Random, name: str) -> list[Sample]:
    """`count` of the samples without replacement, in random order."""
    if not 0 <= count <= len(samples):
        raise ValueError(f"{name} must lie in 0 to {len(samples):,}, the number of questions there are; got {count:,}")
    return generator.sample(samples, count)
