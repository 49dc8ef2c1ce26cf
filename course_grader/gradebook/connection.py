"""Connections to nbgrader's gradebook, and all of a submission's changes in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Within the block nbgrader's own commits only flush: all of it is saved at the end, or nothing."""
    gradebook.db.commit = gradebook.db.flush
    try:
        yield
    except BaseException:
        gradebook.db.rollback()
        raise
    finally:
        del gradebook.db.commit
    gradebook.db.commit()
