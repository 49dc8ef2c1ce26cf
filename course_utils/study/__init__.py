"""A lab's quiz and flashcards, shown in its notebook or taken along.

    from course_utils import study

    study.quiz("01_tensor_basics")
    study.flashcards("01_tensor_basics")
    study.save_flashcards("01_tensor_basics", "cards.csv")   # to take along; .apkg is a deck for Anki

The texts are in `texts/<lab>.json`: {"quiz": [question, ...], "flashcards": [card, ...]}, where

    question = {"question": str, "type": "multiple_choice" | "many_choice" | "numeric", "answers": [answer, ...]}
    answer = {"answer": str, "correct": bool, "feedback": str}
    card = {"front": str, "back": str}

Text in `backticks` is shown as code; LaTeX is not supported. Choices are shuffled, always in the same order.
"""

from course_utils.study.take_along import save_flashcards
from course_utils.study.texts_file import StudyTextError
from course_utils.study.viewer import flashcards, quiz

__all__ = ["StudyTextError", "flashcards", "quiz", "save_flashcards"]
