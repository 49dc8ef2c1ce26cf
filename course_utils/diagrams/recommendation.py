"""Diagrams of lab 08: hashed ids, and how well a track fits a playlist."""

from __future__ import annotations

from course_utils.diagrams.canvas import Canvas


def hashing() -> Canvas:
    canvas = Canvas(560, 210)
    canvas.text(70, 16, "album ids", bold=True)
    canvas.text(245, 16, "id % 4", bold=True)
    canvas.text(420, 16, "table with 4 rows", bold=True)
    targets = {3: 3, 6: 2, 7: 3, 9: 1}
    for place, (album, bucket) in enumerate(targets.items()):
        y, row = 34 + 40 * place, 34 + 40 * bucket
        collides = bucket == 3
        canvas.box(40, y, 60, 30, str(album), fill="vermilion" if collides else "sky")
        canvas.arrow(102, y + 15, 336, row + (10 if album == 3 else 20 if album == 7 else 15))
    for bucket in range(4):
        y = 34 + 40 * bucket
        canvas.box(340, y, 160, 30, f"row {bucket}", fill="vermilion" if bucket == 3 else "")
    canvas.text(280, 202, "3 and 7 collide: they share a row, and the table cannot tell them apart.")
    return canvas


def fitting() -> Canvas:
    canvas = Canvas(600, 210)
    for place, (name, score) in enumerate((("track 1", "3"), ("track 2", "2"), ("track 3", "–1"))):
        y = 36 + 42 * place
        canvas.box(10, y, 90, 32, name, fill="blue")
        canvas.arrow(102, y + 16, 166, y + 16)
        canvas.box(168, y, 50, 32, score)
        canvas.arrow(220, y + 16, 280, 94)
    canvas.text(55, 18, "context", bold=True)
    canvas.text(193, 18, "dot products", bold=True)
    canvas.box(148, 166, 90, 32, "candidate", fill="orange")
    canvas.arrow(193, 164, 193, 154)
    canvas.box(282, 72, 90, 44, "pool\nmax: 3")
    canvas.arrow(374, 94, 408, 94)
    canvas.box(410, 58, 90, 72, "+ 0.1 album\n+ 0.1 artist", fill="green")
    canvas.arrow(502, 94, 536, 94)
    canvas.text(565, 94, "3.2")
    canvas.text(450, 150, "if it is in the context")
    return canvas


DIAGRAMS = {
    "hashing": (
        hashing,
        "The albums 3, 6, 7 and 9 go to the rows 3, 2, 3 and 1 of a table with four rows. Albums 3 and 7 share row 3: "
        "they collide.",
    ),
    "how well a track fits": (
        fitting,
        "The candidate's dot products with the tracks of the context are pooled, here to their maximum. 0.1 is added "
        "if its album is in the context, and 0.1 if its artist is.",
    ),
}
