"""All changes that one submission makes to nbgrader's gradebook, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Within the block nbgrader's own commits only flush. All changes are saved at the end, or none."""
    gradebook.db.commit = gradebook.db.flush
    try:
        yield
    except BaseException:
        gradebook.db.rollback()
        raise
    finally:
        del gradebook.db.commit
    gradebook.db.commit()
