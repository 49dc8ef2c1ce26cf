"""What lies in the folder: links, pipes, sockets, too much, too deep, strange names, modules that take others' names."""

import os
import socket

from tests.submissions.bank import COURSE, FULL, LAB, entry, right

GIGABYTE = 1 << 30


@entry(0.0, r"The folder 01_tensor_basics is a link", worst=True)
def linked_lab_folder(made):
    made.student_folder.mkdir()
    os.symlink(COURSE / "solutions" / LAB, made.student_folder / LAB)


@entry(0.0, r"The folder linked_student_folder is a link")
def linked_student_folder(made):
    made.student_folder.symlink_to("right_0")


@entry(0.0, r"01_tensor_basics\.ipynb is a link")
def linked_notebook(made):
    made.path.symlink_to(COURSE / "solutions" / LAB / f"{LAB}.ipynb")


@entry(0.0, r"01_tensor_basics\.ipynb is a link")
def notebook_linked_to_itself(made):
    made.path.symlink_to(made.path)


@entry(0.0, r"01_tensor_basics\.ipynb is a link")
def notebook_linked_to_zeros_without_end(made):
    made.path.symlink_to("/dev/zero")


@entry(0.0, r"01_tensor_basics\.ipynb is a pipe", worst=True)
def pipe_as_notebook(made):
    os.mkfifo(made.path)


@entry(0.0, r"01_tensor_basics\.ipynb is a socket")
def socket_as_notebook(made):
    here = os.getcwd()
    os.chdir(made.folder)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(made.path.name)
    finally:
        os.chdir(here)


@entry(0.0, r"01_tensor_basics\.ipynb is a folder")
def folder_as_notebook(made):
    made.path.mkdir()


@entry(0.0, r"over 2000 MB")
def notebook_of_three_gigabytes(made):
    with made.path.open("wb") as file:
        file.truncate(3 * GIGABYTE)


@entry(FULL, r"left out: notes\.csv, pipe\.csv")
def pipe_and_link_as_data(made):
    made.save(right())
    os.mkfifo(made.folder / "pipe.csv")
    (made.folder / "notes.csv").symlink_to("/etc/passwd")


@entry(FULL, r"left out: data\.csv \(too large\)")
def data_of_three_gigabytes(made):
    made.save(right())
    with (made.folder / "data.csv").open("wb") as file:
        file.truncate(3 * GIGABYTE)


@entry(FULL)
def folders_300_deep(made):
    made.save(right())
    place = os.open(made.folder, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("deep", dir_fd=place)
        below = os.open("deep", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)


@entry(FULL, r"and \d+ more")
def five_thousand_files(made):
    made.save(right())
    for number in range(5000):
        (made.folder / f"{number}.bin").touch()


@entry(FULL, r"left out: ")
def names_that_are_not_text(made):
    made.save(right())
    for name in (b"\xff\xfe.bin", b"two\nlines.bin", b"\x1b[2J.bin", b"-rf", b"<img src=x onerror=alert(1)>.bin", b"%00"):
        with open(os.path.join(os.fsencode(made.folder), name), "wb"):
            pass


@entry(FULL)
def data_with_names_that_are_not_text(made):
    made.save(right())
    for name in (b"\xff\xfe.csv", b"two\nlines.csv", b"$(reboot).csv", b"-rf.csv", b"x" * 240 + b".csv"):
        with open(os.path.join(os.fsencode(made.folder), name), "wb") as file:
            file.write(b"1,2")


@entry(FULL)
def modules_that_take_the_names_of_others(made):
    made.save(right())
    lines = "import os\nos._exit(1)\n"
    for name in ("sitecustomize", "usercustomize", "torch", "json", "course_utils", "course_grader", "ipykernel"):
        (made.folder / f"{name}.py").write_text(lines)


@entry(FULL, r"timestamp\.txt")
def timestamp_of_rubbish(made):
    made.save(right())
    (made.folder / "timestamp.txt").write_bytes(b"\xff" * 1_000_000)


@entry(FULL)
def timestamp_at_the_end_of_time(made):
    made.save(right())
    (made.folder / "timestamp.txt").write_text("9999-12-31 23:59:59.999999 -2359")
