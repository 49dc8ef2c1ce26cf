"""Display a lab's quiz and flashcards."""

from __future__ import annotations

from course_utils.study import markup, texts_file


def quiz(lab: str) -> None:
    """Show the quiz of `lab`, for example "01_tensor_basics". Raises StudyTextError if it is missing or malformed."""
    questions = texts_file.load(lab, texts_file.FOLDER).quiz
    _display(markup.quiz_html(questions), f"Quiz of {len(questions)} questions: run this cell to answer them.")


def flashcards(lab: str) -> None:
    """Show the flashcards of `lab`. Raises StudyTextError if they are missing or malformed."""
    cards = texts_file.load(lab, texts_file.FOLDER).flashcards
    _display(markup.cards_html(cards), f"Deck of {len(cards)} flashcards: run this cell to turn them.")


def _display(html: str, instead: str) -> None:
    from IPython.display import display

    display({"text/html": html, "text/plain": instead}, raw=True)
