"""Figures: labelled, described, small, the same each time, and drawn without touching the reader's own matplotlib."""

import base64
import io
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib import pyplot
from PIL import Image

from course_utils import plots
from course_utils.plots.vector import INK
from tests.drawings import drawings

WORDS = ["he", "likes", "cats"]
WEIGHTS = torch.tensor([[0.50, 0.19, 0.31], [0.66, 0.09, 0.25], [0.59, 0.13, 0.28]], requires_grad=True)


@pytest.fixture
def shown(monkeypatch):
    """Bundles of MIME type -> content that `show` displayed."""
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def attention():
    return plots.heat_map(WEIGHTS, WORDS, WORDS, "Attention", "attended word", "attending word")


def curves():
    return plots.lines({"small": [3, 2, 1], "large": [3, 9, 27, 81]}, "Loss", "step", "loss", log_y=True)


def scores():
    return plots.bars(["one", "two"], {"before": [1, 2], "after": torch.tensor([3.0, -4.0])}, "Score", "lab", "points")


def bowl(point):
    return (point**2).sum()


def descent():
    walks = {"short": [[2.0, 1.0], [1.0, 0.5]], "long": torch.tensor([[2.0, 1.0], [0.0, 0.5], [0.0, 0.0]])}
    return plots.paths_on_surface(bowl, walks, "Descent", "w0", "w1", minimum=(0, 0), resolution=20)


def crowd():
    places = np.random.default_rng(0).random((2, 1500))
    figure, axes = plots.new_figure("Crowd", "x", "y")
    axes.scatter(*places)
    return figure


def drawing(bundle):
    """The <svg> element as XML, which it must be."""
    return ElementTree.fromstring(source(bundle))


def source(bundle):
    (found,) = drawings(bundle["text/html"])
    return found


def test_importing_plots_leaves_matplotlib_unloaded():
    code = "import sys, course_utils.plots; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("draw", [attention, curves, scores, descent])
def test_every_drawing_is_a_small_vector_drawing_with_its_texts(draw, shown):
    plots.show(draw(), alt="What is to be seen.")
    texts = "".join(drawing(shown[0]).itertext())
    assert draw().axes[0].get_xlabel() in texts
    assert len(shown[0]["text/html"]) < 60_000


def test_black_takes_the_colour_of_the_page_and_white_areas_its_background(shown):
    plots.show(curves(), alt="What is to be seen.")
    page = source(shown[0]).replace("'", '"')
    assert 'fill="currentColor"' in page
    assert "stroke: currentColor" in page
    assert "fill: var(--jp-layout-color0" in page
    assert not re.search(r"#000000|<path [^>]*fill: #ffffff", page)


def test_numbers_on_colours_do_not_take_the_colour_of_the_page(shown):
    plots.show(attention(), alt="What is to be seen.")
    colours = re.findall(r"<text [^>]*fill: (#\w+)[^>]*>[\d.]+<", source(shown[0]))
    assert set(colours) == {INK, "#ffffff"}


def test_figures_of_one_page_share_no_parts(shown):
    """A part that is used twice is missing where it is used if its figure is folded away."""
    for number, draw in enumerate((attention, curves, curves)):
        plots.show(draw(), alt=f"Figure {number}.")
    one, two, three = ({each.get("id") for each in drawing(bundle).iter() if "id" in each.attrib} for bundle in shown)
    assert two and three
    assert not (one & two or one & three or two & three)
    assert "<style" not in "".join(source(bundle) for bundle in shown)  # it would hold for the whole page


def test_a_drawing_with_very_many_points_is_a_sharp_picture(shown):
    plots.show(crowd(), alt='A "crowd".')
    tag = re.search(r"<img [^>]*>", shown[0]["text/html"])[0]
    picture = Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", tag)[1])))
    assert picture.size == (1280, 800)
    assert 'alt="A &quot;crowd&quot;."' in tag
    assert "width: 640px" in tag
    assert not picture.info.keys() & {"Software", "Creation Time"}


@pytest.mark.parametrize("draw", [attention, curves, scores, descent, crowd])
def test_the_same_drawing_gives_the_same_bytes_whatever_the_rcparams(draw, shown):
    plots.show(draw(), alt="What is to be seen.")
    with matplotlib.rc_context({"font.size": 30, "savefig.dpi": 40, "axes.facecolor": "red", "svg.hashsalt": None}):
        plots.show(draw(), alt="What is to be seen.")
    assert shown[0] == shown[1]


def test_alt_text_and_caption_reach_the_page_escaped(shown):
    plots.show(attention(), alt='Row "he" < row "cats"', caption="Rows & columns")
    drawn = drawing(shown[0])
    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", 'Row "he" < row "cats"')
    assert 'alt="Row &quot;he&quot; &lt; row &quot;cats&quot;"' in shown[0]["text/html"]
    assert "<figcaption>Rows &amp; columns</figcaption>" in shown[0]["text/html"]
    assert shown[0]["text/plain"] == '[Figure] Row "he" < row "cats"'


def test_empty_alt_text_is_an_error(shown):
    with pytest.raises(ValueError, match="what the figure shows"):
        plots.show(curves(), alt="  ")
    assert shown == []


@pytest.mark.parametrize(
    "clear, missing",
    [("set_title", "without title"), ("set_xlabel", "without x label"), ("set_ylabel", "without y label")],
)
@pytest.mark.parametrize("draw", [attention, curves])
def test_a_figure_needs_a_title_and_axis_labels(draw, clear, missing):
    figure = draw()
    getattr(figure.axes[0], clear)("")
    with pytest.raises(ValueError, match=missing):
        plots.show(figure, alt="What is to be seen.")


def test_one_title_and_label_for_a_whole_figure_is_enough(shown):
    figure, _ = pyplot.subplots(1, 2)
    figure.suptitle("Both")
    figure.supxlabel("step")
    figure.supylabel("loss")
    plots.show(figure, alt="Two empty axes.")
    assert len(shown) == 1


def test_an_image_without_axes_only_needs_a_title(shown):
    figure, axes = pyplot.subplots()
    axes.imshow(np.eye(2))
    axes.axis("off")
    axes.set_title("A photograph")
    plots.show(figure, alt="Two white squares.")
    assert len(shown) == 1


def test_a_pyplot_figure_is_closed_after_it_is_shown(shown):
    figure, axes = pyplot.subplots()
    axes.set(title="T", xlabel="x", ylabel="y")
    plots.show(figure, alt="Empty axes.")
    assert figure.number not in pyplot.get_fignums()


def test_drawing_leaves_pyplot_and_its_backend_alone(shown):
    backend, figures = matplotlib.get_backend(), pyplot.get_fignums()
    plots.show(attention(), alt="What is to be seen.")
    assert matplotlib.get_backend() == backend
    assert pyplot.get_fignums() == figures


def test_lines_differ_in_colour_marker_and_dashes():
    styles = [plots.line_style(index) for index in range(len(plots.PALETTE))]
    for part in ("color", "marker", "linestyle"):
        assert len({str(style[part]) for style in styles}) == len(styles)


def test_heat_map_writes_each_number_in_its_cell():
    texts = {text.get_position(): text.get_text() for text in attention().axes[0].texts}
    assert texts[(0, 1)] == "0.66"  # column 0, row 1
    assert texts[(1, 0)] == "0.19"
    assert len(texts) == 9


def test_numbers_on_dark_cells_are_white_and_on_light_cells_black():
    colours = {text.get_position(): text.get_color() for text in attention().axes[0].texts}
    assert colours[(0, 1)] == INK  # the largest weight: the lightest cell
    assert colours[(1, 1)] == "white"


def test_a_number_that_rounds_to_0_has_no_minus():
    tiny = [[-0.001, 0.001]]
    written = [plots.heat_map(tiny, ["row"], ["a", "b"], "T", "x", "y"), plots.bars(["a"], [-0.0], "T", "x", "y")]
    assert [text.get_text() for figure in written for text in figure.axes[0].texts] == ["0.00", "0.00", "0"]


def test_heat_map_without_numbers_and_with_blank_nan_cells():
    quiet = plots.heat_map(WEIGHTS, WORDS, WORDS, "T", "x", "y", annotate=False)
    assert len(quiet.axes[0].texts) == 0
    holed = plots.heat_map([[1.0, float("nan")]], ["row"], ["a", "b"], "T", "x", "y")
    assert [text.get_text() for text in holed.axes[0].texts] == ["1.00"]


def test_the_scale_of_integers_has_integer_ticks():
    counts = plots.heat_map([[0, 1], [2, 3]], ["a", "b"], ["c", "d"], "title", "x", "y")
    shares = plots.heat_map([[0, 0.5], [1.5, 3]], ["a", "b"], ["c", "d"], "title", "x", "y")
    assert all(tick == round(tick) for tick in counts.axes[1].get_yticks())
    assert any(tick != round(tick) for tick in shares.axes[1].get_yticks())


def test_heat_map_around_a_centre_is_symmetric():
    figure = plots.heat_map([[-1.0, 3.0]], ["row"], ["a", "b"], "T", "x", "y", centre=0)
    assert figure.axes[0].images[0].get_clim() == (-3.0, 3.0)


@pytest.mark.parametrize(
    "matrix, rows, columns, message",
    [
        (torch.zeros(2, 3, 3), WORDS, WORDS, r"matrix \(rows, columns\), got shape \(2, 3, 3\)"),
        (torch.zeros(3, 2), WORDS, WORDS, "Expected 2 column labels, got 3"),
        (torch.zeros(2, 3), WORDS, WORDS, "Expected 2 row labels, got 3"),
        (torch.full((3, 3), torch.nan), WORDS, WORDS, "finite number, got none"),
    ],
)
def test_heat_map_rejects_wrong_input(matrix, rows, columns, message):
    with pytest.raises(ValueError, match=message):
        plots.heat_map(matrix, rows, columns, "T", "x", "y")


def test_lines_are_drawn_at_x():
    figure = plots.lines({"loss": torch.tensor([2.0, 1.0])}, "T", "x", "y", x=[10, 20])
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[10.0, 2.0], [20.0, 1.0]]
    with pytest.raises(ValueError, match="Expected 2 values in the line 'loss', got 3"):
        plots.lines({"loss": [3, 2, 1]}, "T", "x", "y", x=[10, 20])


def test_bars_are_at_their_labels_with_their_numbers():
    axes = scores().axes[0]
    assert [bar.get_height() for bar in axes.patches] == [1, 2, 3, -4]
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "-4"]
    with pytest.raises(ValueError, match="Expected 2 values"):
        plots.bars(["one", "two"], [1, 2, 3], "T", "x", "y")


def test_bfloat16_can_be_drawn():
    figure = plots.bars(["one"], torch.tensor([1.5], dtype=torch.bfloat16), "T", "x", "y")
    assert figure.axes[0].patches[0].get_height() == 1.5


def test_paths_start_at_their_dot_and_end_at_their_star():
    lines = descent().axes[0].lines
    dots = [line.get_xydata()[0].tolist() for line in lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    stars = [line.get_xydata()[0].tolist() for line in lines if line.get_marker() == "*"]
    assert dots == [[2, 1], [2, 1]]
    assert stars == [[1, 0.5], [0, 0]]


def test_a_diverging_path_is_clipped(shown):
    walks = {"too large": [[1.0, 1.0], [-40.0, 1e6], [float("inf"), float("nan")]]}
    figure = plots.paths_on_surface(bowl, walks, "T", "x", "y", x_range=(-2, 2), y_range=(-2, 2), resolution=10)
    plots.show(figure, alt="The path leaves the frame.")
    assert figure.axes[0].get_xlim() == (-2, 2)


@pytest.mark.parametrize("path", [[1.0, 2.0], [[1.0, 2.0, 3.0]], []])
def test_a_path_of_the_wrong_shape_is_an_error(path):
    with pytest.raises(ValueError, match=r"path 'GD' of shape \(steps, 2\)"):
        plots.paths_on_surface(bowl, {"GD": path}, "T", "x", "y")
