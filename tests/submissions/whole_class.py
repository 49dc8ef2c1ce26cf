"""A class of any size, from what is cheap to grade in the banks: right, wrong, damaged and hostile submissions.

Each result depends on its submission and the seed alone, so two runs over the class can be compared.
"""

import re
from itertools import cycle, islice
from pathlib import Path

from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import find_lab
from tests.submissions.bank import FULL, LAB, Entry, HandIn, answer, entries, kinds, right
from tests.submissions.make_example_class import COURSE

# They wait for a limit, or fill memory, files or messages.
_SLOW = re.compile(
    r"loop|sleep|end(less|ing|_of_time)|without_end|megabytes|gigabytes|million|billion|thousand|digits|deep|all_"
)


def make_class(root: Path, size: int) -> list[str]:
    """Hand in `size` submissions below `root`; returns the students' names."""
    students = []
    for number, chosen in enumerate(islice(cycle(_kinds()), size)):
        student = f"{chosen.name}_{number}"
        chosen.build(HandIn(root, student))
        students.append(student)
    return students


def _kinds() -> list[Entry]:
    """One of each in turn, so that a small class has of everything, too."""
    sources = [_right(), _misconceptions(), _banks()]
    found, most = [], max(map(len, sources))
    for turn in range(most):
        found += [source[turn % len(source)] for source in sources]
    return found


def _right() -> list[Entry]:
    return [Entry("right", lambda made: made.save(right()), FULL)]


def _misconceptions() -> list[Entry]:
    """Each of the lab's misconceptions, as an answer."""
    wrong = [each for each in load_variants(find_lab(LAB, COURSE)) if each.kind is Kind.MISCONCEPTION]
    return [answer(f"wrong_{each.exercise}", 0.0, **{each.exercise: each.code}) for each in wrong]


def _banks() -> list[Entry]:
    every = [each for bank in ("damaged", "hostile") for kind in kinds(bank) for each in entries(bank, kind)]
    return [each for each in every if not (each.slow or each.at_most or _waits(each))]


def _waits(each: Entry) -> bool:
    return bool(_SLOW.search(each.name) or re.search("longer|time|too much|within", each.says))
