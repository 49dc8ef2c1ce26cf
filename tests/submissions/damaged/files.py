"""Honest damage to the folder: other names, other files, no files."""

from tests.submissions.bank import FULL, LAB, entry, right, untouched


@entry(FULL, r"The notebook is named 01_tensor_basics \(1\)\.ipynb, expected .*; it was graded anyway", worst=True)
def a_name_from_the_browser(made):
    made.save(right(), f"{LAB} (1).ipynb")


@entry(FULL, r"The notebook is named 01_tensor_basics\.ipynb\.txt, expected .*; it was graded anyway")
def a_second_ending_from_the_browser(made):
    made.save(right(), f"{LAB}.ipynb.txt")


@entry(FULL, r"01_tensor_basics\.ipynb is unchanged, and 01_tensor_basics-Copy1\.ipynb contains answers: .* was graded")
def a_copy_of_jupyterlab_beside_the_unchanged_notebook(made):
    made.save(untouched())
    made.save(right(), f"{LAB}-Copy1.ipynb")


@entry(FULL, r"is named 01_tensor_basics \(1\)\.ipynb, .*of several notebooks, only this one contains answers")
def two_names_from_the_browser(made):
    made.save(right(), f"{LAB} (1).ipynb")
    made.save(untouched(), f"{LAB} (2).ipynb")
