"""What each saved result was made from, in a table of our own beside nbgrader's, saved in the same transaction.

So a grade and the record of what it belongs to never disagree, whenever the grader or the machine is stopped.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from nbgrader.api import Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Column, MetaData, String, Table, Text, delete, insert, inspect, select
from sqlalchemy.orm import Session

from course_grader.results import Fingerprint, Status

TABLE = Table(
    "course_grader_provenance",
    MetaData(),
    Column("submitted_notebook_id", String(32), primary_key=True),
    Column("content", Text, nullable=False),
)


@dataclass(frozen=True)
class Provenance:
    """fingerprint: None if nobody knows it. answers: a hash of each graded cell's answer, by grade_id.

    notebook: a hash of the graded notebook in autograded/; empty if nbgrader itself writes that file.
    """

    run: str
    seed: int
    status: Status
    fingerprint: Fingerprint | None
    answers: dict[str, str] = field(default_factory=dict)
    notebook: str = ""

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, content: str) -> Self | None:
        """None if another version of the grader wrote it."""
        try:
            found = json.loads(content)
            fingerprint = found.pop("fingerprint")
            return cls(**found, fingerprint=fingerprint and Fingerprint(**fingerprint))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def create_table(gradebook: Gradebook) -> None:
    """Create the table if it is missing. Not within a transaction: SQLite would wait for itself."""
    TABLE.create(gradebook.engine, checkfirst=True)


def save_provenance(gradebook: Gradebook, saved: SubmittedNotebook, provenance: Provenance) -> None:
    """Replace what is known of one submitted notebook. The caller commits."""
    gradebook.db.execute(delete(TABLE).where(TABLE.c.submitted_notebook_id == saved.id))
    gradebook.db.execute(insert(TABLE).values(submitted_notebook_id=saved.id, content=provenance.dumps()))


def find_provenance(gradebook: Gradebook, saved: SubmittedNotebook) -> Provenance | None:
    """Of one submitted notebook; None if it was never graded by this grader."""
    content = gradebook.db.execute(select(TABLE.c.content).where(TABLE.c.submitted_notebook_id == saved.id)).scalar()
    return None if content is None else Provenance.loads(content)


def all_provenance(session: Session, lab: str) -> dict[str, Provenance]:
    """Of every student whose submission of `lab` is graded; only reads, from a gradebook of any age."""
    tables = set(inspect(session.get_bind()).get_table_names())
    if TABLE.name not in tables:
        return {}
    rows = session.execute(
        select(SubmittedAssignment.student_id, TABLE.c.content)
        .join(SubmittedNotebook, SubmittedNotebook.id == TABLE.c.submitted_notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(Notebook.name == lab)
    )
    found = {student: Provenance.loads(content) for student, content in rows}
    return {student: provenance for student, provenance in found.items() if provenance is not None}
