"""Honest damage to the folder: other names, other files, no files."""

from tests.submissions.bank import FULL, LAB, entry, right


@entry(FULL, r"The notebook is named 01_tensor_basics \(1\)\.ipynb, expected .*; it was graded anyway", worst=True)
def a_name_from_the_browser(made):
    made.save(right(), f"{LAB} (1).ipynb")


@entry(FULL, r"The notebook is named 01_tensor_basics\.ipynb\.txt, expected .*; it was graded anyway")
def a_second_ending_from_the_browser(made):
    made.save(right(), f"{LAB}.ipynb.txt")
