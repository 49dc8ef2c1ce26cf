"""Curves while training: drawn in an open notebook, a bar elsewhere; an interruption ends the block, not the cell."""

import pytest

from course_utils.training import curves
from course_utils.training.live_curves import Watch
from tests.drawings import drawings


class Handle:
    def __init__(self):
        self.pages = []

    def update(self, bundle, raw):
        assert raw
        self.pages.append(bundle)


@pytest.fixture
def handle(monkeypatch):
    """An open notebook, whose output is collected."""
    found = Handle()
    monkeypatch.setattr("course_utils.training.live_curves.live", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw, display_id: found)
    return found


def test_the_last_page_has_all_steps_and_figures(handle):
    with curves(4, "training") as watch:
        for step in range(4):
            watch(loss=1 / (1 + step), recall=10.0 * step)
    assert "step 4 of 4; loss 0.25, recall 30" in handle.pages[-1]["text/plain"]
    assert len(drawings(handle.pages[-1]["text/html"])) == 1
    assert "<img" not in "".join(page["text/html"] for page in handle.pages[:-1])  # an image would flicker
    assert watch.figures["loss"] == ([1, 2, 3, 4], [1, 1 / 2, 1 / 3, 1 / 4])
    assert not watch.stopped


def test_drawing_takes_a_small_part_of_the_time(handle):
    with curves(500, "training") as watch:
        for _ in range(500):
            watch(loss=0.5)
    assert len(handle.pages) < 50


def test_an_interruption_keeps_what_is_there_and_goes_on_after_the_block(handle, capsys):
    kept = []
    with curves(5, "training") as watch:
        for step in range(5):
            if step == 3:
                raise KeyboardInterrupt
            kept.append(step)
            watch(loss=float(step))
    assert (watch.stopped, kept) == (True, [0, 1, 2])
    assert "Stopped after 3 of 5 steps" in capsys.readouterr().out
    assert "stopped" in handle.pages[-1]["text/plain"]


def test_without_a_front_end_a_bar_is_shown_and_an_interruption_is_harmless_too(capsys):
    with curves(2, "training") as watch:
        watch(loss=1.0)
        raise KeyboardInterrupt
    assert watch.stopped
    assert capsys.readouterr().out.endswith("Stopped after 1 of 2 steps. What is trained so far is kept.\n")


def test_other_errors_are_raised(handle):
    with pytest.raises(ZeroDivisionError), curves(2, "training"):
        1 / 0  # noqa: B018
    assert handle.pages[-1]["text/plain"] == "training: step 0 of 2, stopped"


def test_the_time_left_follows_from_the_steps_so_far(monkeypatch):
    now = iter([100.0, 106.0])
    monkeypatch.setattr("course_utils.training.live_curves.time.monotonic", lambda: next(now))
    watch = Watch(10, "training", lambda steps: None)
    watch(4)
    assert watch.seconds_left() == pytest.approx(9.0)
