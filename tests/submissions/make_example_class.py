"""Makes the example class from the released labs and the students' answers: python tests/submissions/make_example_class.py

answers/NAME.py says who hands in what in lab NAME: STUDENTS = {student: {grade_id: source of that cell}}. A cell that is
not named stays as released. The submissions lie in nbgrader's layout: example_class/STUDENT/NAME/NAME.ipynb.
"""

import runpy
import sys
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
COURSE = HERE.parents[1]


def submission(released: Path, answers: dict[str, str]) -> nbformat.NotebookNode:
    """The released notebook with a student's answers; ValueError for an answer to a cell that does not exist."""
    notebook = nbformat.read(released, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    if unknown := sorted(set(answers) - set(cells)):
        raise ValueError(f"{released.name} has no cell {', '.join(unknown)}; expected one of its grade_ids")
    for grade_id, source in answers.items():
        cells[grade_id].source = source.strip("\n")
    return notebook


def make(lab: str, target: Path = HERE / "example_class", course: Path = COURSE) -> list[Path]:
    """Writes all submissions of one lab below `target`; returns their paths."""
    students = runpy.run_path(str(HERE / "answers" / f"{lab}.py"))["STUDENTS"]
    paths = []
    for student, answers in students.items():
        path = target / student / lab / f"{lab}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(submission(course / "labs" / lab / f"{lab}.ipynb", answers), path)
        paths.append(path)
    return paths


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(file.stem for file in (HERE / "answers").glob("*.py")):
        print(f"{name}: {len(make(name))} submissions")
