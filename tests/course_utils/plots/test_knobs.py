"""knob: a slider in an open notebook; a few positions side by side elsewhere; text alone while grading."""

import re

import pytest

from course_utils import plots, widgets
from tests.drawings import drawings

TEMPERATURES = [0.01, 0.1, 0.2, 0.5, 1.0]


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def drawn():
    """A function that draws, and the values it was called with."""

    def draw(**values):
        draw.calls.append(values)
        return plots.bars(["one"], [1.0], f"at {values}", "item", "share")

    draw.calls = []
    return draw


def controls(bundle):
    from ipywidgets.widgets import widget

    row, page = widget._instances[bundle[widgets.WIDGET]["model_id"]].children
    return row.children, page


def test_without_a_front_end_three_positions_stand_side_by_side_and_no_widget(shown, drawn):
    plots.knob(drawn, alt="Bars at {temperature}", temperature=TEMPERATURES)
    assert [call["temperature"] for call in drawn.calls] == [0.01, 0.2, 1.0]
    (bundle,) = shown
    assert set(bundle) == {"text/html", "text/plain"}
    assert [re.search(r"aria-label='([^']*)'", each)[1] for each in drawings(bundle["text/html"])] == [
        "Bars at 0.01",
        "Bars at 0.2",
        "Bars at 1.0",
    ]


def test_two_values_give_two_panels_and_other_knobs_stay_in_the_middle(shown, drawn):
    plots.knob(drawn, alt="A", size=[1, 2], kind=["a", "b", "c"])
    assert drawn.calls == [{"size": 1, "kind": "b"}, {"size": 2, "kind": "b"}]


def test_while_grading_nothing_is_drawn(shown, drawn, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    plots.knob(drawn, alt="Bars at {temperature}", temperature=TEMPERATURES)
    assert drawn.calls == []
    assert shown[0]["text/plain"] == "[Figure] Bars at 0.2"


def test_in_an_open_notebook_a_slider_redraws_and_the_figure_is_in_the_output_too(shown, drawn, monkeypatch):
    monkeypatch.setattr("course_utils.plots.knobs.live", lambda: True)
    plots.knob(drawn, alt="Bars at {temperature}", caption="Watch the first bar.", temperature=TEMPERATURES)
    (bundle,) = shown
    assert len(drawings(bundle["text/html"])) == 3
    (slider,), page = controls(bundle)
    slider.value = 1.0
    assert drawn.calls[-1] == {"temperature": 1.0}
    assert 'aria-label="Bars at 1.0"' in page.value
    assert "Watch the first bar." in page.value


@pytest.mark.parametrize("arguments", [{"alt": " ", "a": [1, 2]}, {"alt": "x"}, {"alt": "x", "a": [1]}])
def test_what_cannot_be_shown_is_refused(drawn, arguments):
    with pytest.raises(ValueError, match=r"Expected (alt|knobs)"):
        plots.knob(drawn, **arguments)
