"""The HTML of a quiz and of a deck of flashcards.

Answers and cards are <details> elements: they work with mouse and keyboard, without scripts, in a notebook that
JupyterLab does not trust, and in exported HTML. Only the number field needs a script; without it the answer can be
unfolded. Styles are attributes of the elements, because an untrusted notebook loses <style>.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Sequence

from course_utils.study.texts_file import CODE, Answer, Card, Question

BOX = "border: 1px solid #888; border-radius: 6px; padding: 0.4em 0.8em; margin: 0.4em 0"
SUMMARY = "cursor: pointer"
RIGHT = "margin: 0.4em 0; padding-left: 0.7em; border-left: 5px solid #009E73"
WRONG = "margin: 0.4em 0; padding-left: 0.7em; border-left: 5px solid #D55E00"
HINTS = {
    "multiple_choice": "One answer is right.",
    "many_choice": "One or more answers are right.",
    "numeric": "Type a number, then press Enter.",
}
# A typed number matches an answer if it rounds to it.
CHECK_NUMBER = (
    "const typed = Number(this.value.replace(/[, _]/g, ''));"
    "const hit = JSON.parse(this.dataset.answers).find(a => Math.abs(a.number - typed) <= a.within);"
    "this.nextElementSibling.textContent = !this.value.trim() ? '' : hit ? hit.verdict"
    " : '✗ Not yet. Work it through once more, or unfold the answer below.';"
)
ON_ENTER = "if (event.key === 'Enter') this.onchange()"  # JupyterLab stops Enter from firing a change event


def quiz_html(questions: Sequence[Question]) -> str:
    """The HTML of all questions, one below another; the same questions give the same HTML."""
    parts = [_question(number, len(questions), question) for number, question in enumerate(questions, start=1)]
    return f'<div style="max-width: 46em">{"".join(parts)}</div>'


def cards_html(cards: Sequence[Card]) -> str:
    """The HTML of all cards, front side up."""
    intro = (
        f"<p>{len(cards)} cards. Say the answer to yourself, then turn the card: click it, or press Enter on it.</p>"
    )
    parts = [_fold(f"<strong>{inline(card.front)}</strong>", f"<p>{inline(card.back)}</p>") for card in cards]
    return f'<div style="max-width: 46em">{intro}{"".join(parts)}</div>'


def _question(number: int, count: int, question: Question) -> str:
    body = _number_field(question) if question.kind == "numeric" else _choices(question)
    return (
        f'<div role="group" aria-label="Question {number} of {count}" style="margin: 0 0 1.4em 0">'
        f"<p><strong>{number}. {inline(question.text)}</strong><br><em>{HINTS[question.kind]}</em></p>{body}</div>"
    )


def _choices(question: Question) -> str:
    answers = list(question.answers)
    random.Random(question.text).shuffle(answers)  # authors tend to write the right one first
    return "".join(_fold(inline(answer.text), _verdict(answer)) for answer in answers)


def _number_field(question: Question) -> str:
    known = [
        {"number": float(answer.text), "within": _half_a_digit(answer.text), "verdict": _plain_verdict(answer)}
        for answer in question.answers
    ]
    data = html.escape(json.dumps(known, ensure_ascii=False))
    check = html.escape(CHECK_NUMBER)
    right = "".join(
        f"<p><strong>{answer.text}</strong></p>{_verdict(answer)}" for answer in question.answers if answer.correct
    )
    unfold = _fold("Show the answer", "".join(right))
    return (
        f'<input type="text" inputmode="decimal" aria-label="Your number" data-answers="{data}"'
        f' onchange="{check}" onkeydown="{ON_ENTER}">'
        f'<output aria-live="polite" style="display: block; min-height: 1.5em; margin: 0.4em 0"></output>{unfold}'
    )


def _half_a_digit(number: str) -> float:
    """Half a unit in the last decimal place as written: 0.05 for "2.5"; integers must match exactly."""
    _, point, decimals = number.partition(".")
    return 0.5001 * 10.0 ** -len(decimals) if point else 0.0


def _fold(summary: str, inside: str) -> str:
    return f'<details style="{BOX}"><summary style="{SUMMARY}">{summary}</summary>{inside}</details>'


def _verdict(answer: Answer) -> str:
    style, word = (RIGHT, "✓ Right.") if answer.correct else (WRONG, "✗ Not this one.")
    return f'<p style="{style}"><strong>{word}</strong> {inline(answer.feedback)}</p>'


def _plain_verdict(answer: Answer) -> str:
    return f"{'✓ Right.' if answer.correct else '✗ Not yet.'} {answer.feedback.replace('`', '')}"


def inline(text: str) -> str:
    """The HTML of one text: escaped, with `backticks` as code."""
    return CODE.sub(r"<code>\1</code>", html.escape(text))
