"""When an answer makes a misconception's mistake: in each call that shows it."""

import pytest

from course_grader.audit.behaviours import behaves_like
from course_utils.remote.traces import Call, ValueFingerprint


def traces(*values):
    """Calls with the inputs 0, 1, 2, ...; None: there was no such call."""
    return {
        "HiddenF.test_a": [
            Call(ValueFingerprint("f", [[4, asked]]), ValueFingerprint("v", [[4, value]]), evidence=2)
            for asked, value in enumerate(values)
            if value is not None
        ]
    }


RIGHT, MISTAKE = traces(5.0, 6.0, 7.0, 8.0), traces(1.0, 2.0, 7.0, 8.0)


@pytest.mark.parametrize(
    ("answer", "alike"),
    [
        (traces(1.0, 2.0, 7.0, 8.0), True),
        (traces(1.0, 2.0, 9.0, 9.0), True),  # a second mistake, where the first does not show
        (traces(1.0, 6.0, 7.0, 8.0), False),  # right where the mistake is wrong
        (traces(1.0, 3.0, 7.0, 8.0), False),  # wrong in another way
        (traces(1.0, None, 7.0, 8.0), False),  # too little to tell
    ],
)
def test_it_counts_what_the_answer_does_where_the_mistake_shows(answer, alike):
    assert behaves_like([RIGHT], MISTAKE, answer) == alike
