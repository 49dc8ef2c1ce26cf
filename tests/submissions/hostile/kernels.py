"""What cells do to their kernel and to the machine."""

from tests.submissions.bank import FULL, cell

CELLS = [
    cell("ends_by_exit", FULL, r"called exit\(\) or quit\(\)", "exit()", worst=True),
]
