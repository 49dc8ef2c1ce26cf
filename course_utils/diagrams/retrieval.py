"""Diagrams of labs 05 and 06: two towers, a search in chunks, hard negatives, and mining them again."""

from __future__ import annotations

from course_utils.diagrams.canvas import Canvas


def two_towers() -> Canvas:
    canvas = Canvas(600, 222)
    for y, text, encoder, vector, fill in (
        (38, "question", "query\nencoder", "x (D)", "blue"),
        (138, "passages", "passage\nencoder", "Y (M, D)", "orange"),
    ):
        canvas.box(10, y, 90, 44, text)
        canvas.arrow(102, y + 22, 148, y + 22)
        canvas.box(150, y - 8, 100, 60, encoder, fill=fill)
        canvas.arrow(252, y + 22, 298, y + 22)
        canvas.box(300, y, 80, 44, vector, fill=fill)
    canvas.arrow(382, 60, 440, 98)
    canvas.arrow(382, 160, 440, 122)
    canvas.box(442, 88, 70, 44, "Y x", fill="green")
    canvas.arrow(514, 110, 548, 110)
    canvas.text(572, 110, "top k")
    canvas.text(200, 14, "when a question comes in")
    canvas.text(200, 208, "once, before any question is known")
    return canvas


def chunks() -> Canvas:
    canvas = Canvas(600, 190)
    canvas.text(10, 20, "scores", anchor="start", bold=True)
    canvas.grid(90, 8, [["1", "5", "2"]], [["sky"] * 3])
    canvas.grid(180, 8, [["4", "0", "6"]], [["orange"] * 3])
    canvas.text(128, 48, "chunk 0")
    canvas.text(218, 48, "chunk 1")
    canvas.text(10, 92, "kept, k = 2", anchor="start", bold=True)
    canvas.grid(102, 80, [["5", "2"]], [["sky"] * 2])
    canvas.arrow(128, 56, 128, 76)
    canvas.text(128, 120, "passages 1, 2")
    canvas.arrow(158, 93, 258, 93)
    canvas.arrow(222, 56, 262, 82)
    canvas.grid(262, 80, [["5", "2", "4", "0", "6"]], [["sky"] * 2 + ["orange"] * 3])
    canvas.text(327, 120, "compete: k + chunk scores")
    canvas.arrow(396, 93, 470, 93)
    canvas.text(432, 78, "topk")
    canvas.grid(474, 80, [["6", "5"]], [["orange", "sky"]])
    canvas.text(500, 120, "passages 5, 1")
    canvas.text(300, 165, "Position 2 of chunk 1 is passage 3 + 2 = 5: add where the chunk starts.")
    return canvas


def hard_negatives() -> Canvas:
    canvas = Canvas(600, 200)
    for i in range(3):
        canvas.text(92, 63 + 30 * i, f"question {i}", anchor="end")
        for j in range(6):
            fill, text = ("blue", "+") if i == j else ("vermilion", "h") if j - 3 == i else ("", "–")
            canvas.box(100 + 34 * j, 48 + 30 * i, 34, 30, text, fill=fill)
    canvas.text(151, 34, "gold passages")
    canvas.text(253, 34, "hard negatives")
    for y, fill, mark, text in (
        (60, "blue", "+", "gold: labels[i]"),
        (96, "vermilion", "h", "chosen for this question"),
        (132, "", "–", "encoded anyway: nearly random"),
    ):
        canvas.box(340, y - 14, 30, 28, mark, fill=fill)
        canvas.text(380, y, text, anchor="start")
    canvas.text(300, 180, "2B – 1 = 5 negatives for each question. Only one of them was chosen for it.")
    return canvas


def refresh() -> Canvas:
    canvas = Canvas(560, 210)
    canvas.box(30, 80, 120, 50, "model", fill="blue")
    canvas.box(220, 20, 130, 50, "embed questions\nand passages", fill="sky")
    canvas.box(410, 80, 130, 50, "k highest\nwrong passages", fill="vermilion")
    canvas.box(220, 140, 130, 50, "train some epochs\non them", fill="orange")
    canvas.arrow(110, 78, 216, 45)
    canvas.arrow(352, 45, 450, 78)
    canvas.arrow(450, 132, 352, 165)
    canvas.arrow(218, 165, 110, 132)
    canvas.text(285, 105, "every refresh_every epochs")
    return canvas


DIAGRAMS = {
    "two towers": (
        two_towers,
        "Passages are encoded once, in advance. A question is encoded when it comes in. They meet only in a dot "
        "product, and the k highest scores are the answer.",
    ),
    "a search in chunks": (
        chunks,
        "A running top-k: the best two of the first chunk compete with the next chunk, and the best two of these five "
        "are kept. The position in a chunk becomes a passage by adding where the chunk starts.",
    ),
    "a batch with hard negatives": (
        hard_negatives,
        "Three questions score six passages: three gold ones and three hard negatives. Each question has five "
        "negatives, one of which was chosen for it.",
    ),
    "mining while the model learns": (
        refresh,
        "A cycle: the model embeds questions and passages, the highest wrong passages become negatives, the model "
        "trains on them for some epochs, and then mines again.",
    ),
}
