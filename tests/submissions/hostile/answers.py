"""Answers that wear out the judge or look like another."""

from tests.submissions.bank import answer

CHAIN = "def chain_bmm(a, b, d):\n"
ANSWERS = [
    answer(
        "endless_range",
        18.25,
        r"more than 10,000 items",
        chain_bmm=f"{CHAIN}    return range(10**15)",
        options={"worst": True},
    ),
]
