"""What lies in the folder: links, pipes, sockets, too much, too deep, strange names."""

import os

from tests.submissions.bank import COURSE, FULL, LAB, entry, right


@entry(0.0, r"The folder 01_tensor_basics is a link", worst=True)
def linked_lab_folder(made):
    made.student_folder.mkdir()
    os.symlink(COURSE / "solutions" / LAB, made.student_folder / LAB)


@entry(0.0, r"01_tensor_basics\.ipynb is a pipe", worst=True)
def pipe_as_notebook(made):
    os.mkfifo(made.path)
