"""Diagrams of labs 01, 02 and 07: memory, batches of products, attention, heads, distances."""

from __future__ import annotations

from course_utils.diagrams.canvas import CELL, Canvas


def view() -> Canvas:
    canvas = Canvas(560, 190)
    numbers = [str(n) for n in range(6)]
    canvas.text(10, 20, "memory", anchor="start", bold=True)
    canvas.grid(110, 8, [numbers], [["sky"] * 6])
    canvas.text(10, 92, "x", anchor="start", bold=True)
    canvas.grid(60, 80, [numbers[:3], numbers[3:]], [["blue"] * 3] * 2)
    canvas.text(100, 152, "shape (2, 3), strides (3, 1)")
    canvas.arrow(100, 78, 150, 38)
    canvas.text(245, 92, "y = x.unsqueeze(1)", anchor="start", bold=True)
    canvas.grid(400, 80, [numbers[:3]], [["orange"] * 3])
    canvas.grid(400, 116, [numbers[3:]], [["orange"] * 3])
    canvas.text(440, 158, "shape (2, 1, 3)")
    canvas.arrow(420, 78, 250, 38)
    canvas.text(280, 182, "y[0, 0, 0] = 9 changes x[0, 0] as well: there is only one 0.")
    return canvas


def bmm() -> Canvas:
    canvas = Canvas(560, 190)
    for depth in (2, 1, 0):
        shift = 9 * depth
        canvas.box(40 + shift, 60 - shift, 70, 90, "" if depth else "a\n(n, m)", fill="blue")
        canvas.box(190 + shift, 60 - shift, 110, 70, "" if depth else "b\n(m, p)", fill="orange")
        canvas.box(390 + shift, 60 - shift, 110, 90, "" if depth else "a b\n(n, p)", fill="green")
    canvas.text(155, 100, "×", bold=True)
    canvas.text(352, 100, "=", bold=True)
    canvas.text(75, 170, "(B, n, m)")
    canvas.text(245, 170, "(B, m, p)")
    canvas.text(445, 170, "(B, n, p)")
    canvas.text(280, 20, "one product per sheet: sheet i of a meets only sheet i of b")
    return canvas


def attention() -> Canvas:
    canvas = Canvas(560, 200)
    words = ["he", "likes", "cats"]
    weights = [[".50", ".19", ".31"], [".66", ".09", ".25"], [".59", ".13", ".28"]]
    for place, word in enumerate(words):
        canvas.text(102, 71 + 34 * place, word, anchor="end")
        canvas.text(131 + 42 * place, 38, word)
    fills = [["blue" if i == 1 else "orange" if j == 1 else "" for j in range(3)] for i in range(3)]
    for i in range(3):
        for j in range(3):
            canvas.box(110 + 42 * j, 54 + 34 * i, 42, 34, weights[i][j], fill=fills[i][j])
    canvas.text(173, 18, "is asked (key)", bold=True)
    canvas.text(50, 38, "asks (query)", bold=True)
    canvas.arrow(240, 105, 300, 85)
    canvas.text(305, 80, "row: whom “likes” looks at; sums to 1", anchor="start")
    canvas.arrow(173, 160, 300, 160)
    canvas.text(305, 152, "column: who looks at “likes”;", anchor="start")
    canvas.text(305, 170, "need not sum to 1", anchor="start")
    return canvas


def heads() -> Canvas:
    canvas = Canvas(600, 220)
    canvas.box(20, 70, 50, 80, "x\n(n, 4)")
    canvas.arrow(72, 110, 128, 110)
    canvas.text(100, 95, "q, k, v")
    for column in range(4):
        canvas.box(130 + 20 * column, 70, 20, 80, fill="blue" if column < 2 else "orange")
    canvas.text(160, 166, "(n, 4) = (n, 2 · 2)")
    for number, (fill, top) in enumerate((("blue", 20), ("orange", 125))):
        canvas.arrow(212, 110, 238, top + 40)
        canvas.box(240, top, 40, 80, f"head\n{number}", fill=fill)
        canvas.arrow(282, top + 40, 316, top + 40)
        canvas.box(318, top + 15, 62, 50, "weights\n(n, n)")
        canvas.arrow(382, top + 40, 410, top + 40)
        canvas.box(412, top, 40, 80, "(n, 2)", fill=fill)
        canvas.arrow(454, top + 40, 488, 110)
    canvas.box(490, 70, 40, 80, fill="blue")
    canvas.box(530, 70, 40, 80, fill="orange")
    canvas.text(530, 166, "merged: (n, 4)")
    canvas.text(216, 20, "cut")
    canvas.text(530, 195, "then out_proj")
    return canvas


def broadcasting() -> Canvas:
    canvas = Canvas(600, 190)
    canvas.text(70, 20, "negatives (N, 1, D)", bold=True)
    canvas.text(240, 20, "anchors (1, A, D)", bold=True)
    names = [["n0"], ["n1"], ["n2"]]
    canvas.grid(57, 50, names, [["orange"]] * 3)
    canvas.text(140, 88, "–")
    canvas.grid(214, 76, [["a0", "a1"]], [["blue"] * 2])
    canvas.text(310, 88, "=")
    for i in range(3):
        for j in range(2):
            canvas.box(340 + 62 * j, 50 + CELL * i, 62, CELL, f"n{i} – a{j}")
    canvas.text(402, 20, "(N, A, D)", bold=True)
    canvas.arrow(470, 88, 520, 88)
    canvas.text(495, 74, "square")
    canvas.text(495, 104, "sum")
    canvas.grid(526, 50, [["", ""]] * 3, [["green"] * 2] * 3)
    canvas.text(552, 20, "(N, A)", bold=True)
    canvas.text(300, 160, "The single column and the single row are repeated, not the features: nothing is scrambled.")
    return canvas


def margins() -> Canvas:
    canvas = Canvas(560, 150)
    canvas.arrow(40, 90, 540, 90)
    canvas.text(535, 110, "distance", anchor="end")
    canvas.box(200, 60, 150, 30, fill="orange")
    for x, name in ((40, "anchor"), (200, "positive"), (350, "positive + margin")):
        canvas.line(x, 84, x, 96)
        canvas.text(x, 112, name)
    for x, fill in (
        (90, "vermilion"),
        (150, "vermilion"),
        (240, "orange"),
        (300, "orange"),
        (400, "green"),
        (480, "green"),
    ):
        canvas.dot(x, 76, fill)
    canvas.text(120, 40, "hard: as near or nearer")
    canvas.text(275, 20, "semi-hard")
    canvas.line(275, 30, 275, 58)
    canvas.text(450, 40, "easy: costs nothing")
    canvas.text(280, 140, "Each dot is a negative.")
    return canvas


DIAGRAMS = {
    "a view and its memory": (
        view,
        "The six numbers of x lie in memory once. x.unsqueeze(1) has another shape but refers to the same numbers, so "
        "a change of one shows in the other.",
    ),
    "bmm": (
        bmm,
        "A batch product: B sheets of (n, m) times B sheets of (m, p) give B sheets of (n, p). Each sheet of a meets "
        "only its own sheet of b.",
    ),
    "rows ask, columns are asked": (
        attention,
        "The weights of three words. The row of “likes” says whom it looks at, and sums to 1. The column of “likes” "
        "says who looks at it, and need not sum to 1.",
    ),
    "heads cut and merged": (
        heads,
        "Queries, keys and values of width 4 are cut into two heads of width 2. Each head has its own weights. Their "
        "results are put side by side again and go through out_proj.",
    ),
    "distances by broadcasting": (
        broadcasting,
        "Negatives as a column (N, 1, D) minus anchors as a row (1, A, D) give all differences, (N, A, D). Squared and "
        "summed over the features they are the distances, (N, A).",
    ),
    "hard, semi-hard and easy": (
        margins,
        "Negatives on the line of their distance to the anchor: hard ones are at most as far as the positive, "
        "semi-hard ones are farther, but by less than the margin, and easy ones by the margin or more.",
    ),
}
