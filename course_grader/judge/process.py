"""The judge's process: executes the reference once, then forks for each submission.

Run as `python -m course_grader.judge.process SOCKET`; the first to connect sends the reference.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import socket
import sys
import traceback

from course_grader.errors import CourseError
from course_grader.in_sandbox.shared_imports import shared_imports
from course_grader.judge import LATE_IMPORTS
from course_grader.judge.process_limits import START_SECONDS, deadline, end_with
from course_grader.judge.reference import ReferenceSource, execute_reference
from course_utils.remote.framing import receive_frame, send_frame


def main(path: str) -> None:
    with shared_imports():
        import torch

        from course_grader.judge import session  # noqa: F401  # each fork needs it
    torch.set_num_threads(1)  # an OpenMP pool does not survive a fork
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        with deadline(START_SECONDS), shared_imports():
            first, _ = listener.accept()
            try:
                source = ReferenceSource(**receive_frame(first)[0])
                variables = execute_reference(source)
                for name in LATE_IMPORTS:
                    importlib.import_module(name)
            except CourseError as error:
                send_frame(first, {"error": str(error)})
                return
            send_frame(first, {"ready": True})
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
        while True:
            readable, _, _ = select.select([listener, first], [], [])
            if first in readable:  # the controller has ended, however it ended
                return
            control, _ = listener.accept()
            judge = os.getpid()
            with contextlib.suppress(OSError), control:  # no process to be had: that session gets no answer
                if os.fork() == 0:
                    listener.close()
                    first.close()
                    _serve_and_exit(judge, control, variables, source.imports)


def _serve_and_exit(judge: int, control: socket.socket, variables: dict, imports: str) -> None:
    from course_grader.judge.session import serve_submission

    try:
        end_with(judge)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve_submission(control, variables, imports)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
