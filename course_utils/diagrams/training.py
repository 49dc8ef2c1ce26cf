"""Diagrams of labs 03 and 04: the score matrix, temperature, false negatives and the cached gradient."""

from __future__ import annotations

from course_utils.diagrams.canvas import Canvas


def score_matrix() -> Canvas:
    canvas = Canvas(600, 200)
    for place in range(4):
        canvas.text(95, 63 + 30 * place, f"query {place}", anchor="end")
        canvas.text(120 + 36 * place, 34, f"d{place}")
        for other in range(4):
            canvas.box(
                102 + 36 * other,
                48 + 30 * place,
                36,
                30,
                "+" if place == other else "–",
                fill="blue" * (place == other),
            )
    canvas.text(174, 14, "items", bold=True)
    canvas.box(98, 74, 152, 38, dashed=True)
    canvas.arrow(252, 93, 300, 93)
    canvas.text(305, 60, "one row: the cosines of query 1", anchor="start")
    canvas.text(305, 84, "÷ T, softmax", anchor="start", bold=True)
    canvas.text(305, 108, "loss: – log of the share of the + cell", anchor="start")
    canvas.text(280, 186, "B queries have B positives on the diagonal and B · (B – 1) negatives beside it.")
    return canvas


def push_and_pull() -> Canvas:
    canvas = Canvas(560, 240)
    for left, title, widths in ((20, "low temperature", (5, 1, 0.5)), (300, "high temperature", (2.4, 2.2, 2))):
        canvas.text(left + 120, 16, title, bold=True)
        x, y = left + 90, 120
        canvas.dot(x, y)
        canvas.text(x, y + 20, "query")
        canvas.dot(x - 60, y - 55, "blue")
        canvas.text(x - 55, y - 74, "positive")
        canvas.arrow(x - 6, y - 6, x - 52, y - 46, width=3)
        places = ((45, -35, "hard"), (105, 5, "medium"), (90, 62, "easy"))
        for (dx, dy, name), width in zip(places, widths, strict=True):
            canvas.dot(x + dx, y + dy, "vermilion")
            canvas.text(x + dx, y + dy + 18, name)
            far = 1 + 34 / max(abs(dx), abs(dy))
            canvas.arrow(x + dx * 1.12, y + dy * 1.12, x + dx * far, y + dy * far, width=width)
    canvas.text(280, 230, "Thick arrows: strong pushes. All pushes together are as strong as the pull.")
    return canvas


def false_negatives() -> Canvas:
    canvas = Canvas(620, 210)
    groups = "abacb"
    for i, own in enumerate(groups):
        canvas.text(95, 60 + 28 * i, f"query {own}", anchor="end")
        canvas.text(116 + 28 * i, 34, own)
        for j, other in enumerate(groups):
            fill, text = ("blue", "+") if i == j else ("vermilion", "!") if own == other else ("", "–")
            canvas.box(102 + 28 * j, 46 + 28 * i, 28, 28, text, fill=fill)
    canvas.text(172, 14, "passages, by group", bold=True)
    for y, fill, mark, text in (
        (60, "blue", "+", "positive: pulled"),
        (100, "", "–", "negative: pushed away"),
        (140, "vermilion", "!", "false negative: of the same group,"),
    ):
        canvas.box(290, y - 14, 28, 28, mark, fill=fill)
        canvas.text(328, y, text, anchor="start")
    canvas.text(328, 160, "pushed away although it belongs there", anchor="start")
    canvas.text(280, 200, "The mask takes the cells with ! out of the softmax.")
    return canvas


def cached_gradient() -> Canvas:
    canvas = Canvas(670, 230)
    steps = (
        ("1 · embed, no graph", "sky"),
        ("2 · loss on embeddings", "green"),
        ("3 · embed again, with graph", "orange"),
    )
    for number, (title, _) in enumerate(steps):
        canvas.text(105 + 215 * number, 16, title, bold=True)
    for part in range(3):
        y = 40 + 48 * part
        canvas.box(10, y, 70, 34, f"texts {part}")
        canvas.arrow(82, y + 17, 118, y + 17)
        canvas.box(120, y, 70, 34, f"x{part}", fill="sky")
        canvas.arrow(192, y + 17, 248, 105)
        canvas.arrow(372, 105, 428, y + 17)
        canvas.box(430, y, 70, 34, f"∂L/∂x{part}", fill="green")
        canvas.arrow(502, y + 17, 538, y + 17)
        canvas.box(540, y, 90, 34, f"texts {part}\nbackward", fill="orange")
    canvas.box(250, 70, 120, 70, "whole batch\nB × P scores", fill="green")
    canvas.text(155, 200, "one part at a time: little memory")
    canvas.text(310, 220, "all negatives: exact")
    canvas.text(530, 200, "one part at a time, added to .grad")
    return canvas


DIAGRAMS = {
    "the score matrix of a batch": (
        score_matrix,
        "The cosines of four queries with four items. Each row is divided by T and becomes a softmax; the loss is the "
        "negative logarithm of the share of the diagonal.",
    ),
    "temperature": (
        push_and_pull,
        "A query is pulled to its positive and pushed away from its negatives. At a low temperature the hard negative "
        "gets nearly the whole push, at a high one all get about the same.",
    ),
    "the score matrix with its false negatives": (
        false_negatives,
        "Five queries and their passages, of groups a, b, a, c, b. Cells of one group beside the diagonal are false "
        "negatives: the loss pushes them away although they belong together.",
    ),
    "the cached gradient in three steps": (
        cached_gradient,
        "Step 1 embeds the batch part by part without a graph. Step 2 computes the loss of the whole batch and its "
        "gradient with respect to the embeddings. Step 3 embeds each part again and sends its gradient back.",
    ),
}
