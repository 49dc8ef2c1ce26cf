"""The function that is sent to a worker. It travels as code, since a worker may not have the course at all."""

from __future__ import annotations

import sys
from typing import Any

import cloudpickle


def grade_anywhere(request: Any, work: Any, key: str) -> Any:
    """What the worker's own `grade_on_worker` answers; a refusal if it has none. Uses nothing of this module."""
    from distributed import get_worker

    try:
        from course_grader.runner.cluster.worker import grade_on_worker
    except Exception as error:
        reason = f"it cannot load the grader ({type(error).__name__}: {error}); install the course there"
        return {"worker": get_worker().address, "refused": reason}
    return grade_on_worker(request, work, key)


cloudpickle.register_pickle_by_value(sys.modules[__name__])
