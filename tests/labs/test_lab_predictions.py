"""No cell shows the answer that it asks for, and the answers in the package are right."""

import ast
import io
import math
import tokenize

import nbformat
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_grader.notebooks import lab_names
from course_utils.testing import prediction_texts
from course_utils.testing.predictions import NO_GUESS, NO_GUESS_ABOVE, asks
from tests.paths import ROOT

LABS = lab_names(ROOT)
PRINT = ("print", "say", "show_table")
SHOW = {*PRINT, "plots.show", "plots.knob", "display"}
RECOMPUTED = {
    ("01_tensor_basics", "squeeze"): lambda: tuple(torch.zeros(3, 1, 2).unsqueeze(0).squeeze(1).shape),
    ("01_tensor_basics", "bmm"): lambda: tuple(torch.bmm(torch.zeros(5, 2, 3), torch.zeros(5, 3, 4)).shape),
    ("01_tensor_basics", "order"): lambda: (
        "a(bd)" if 256 * 512 * 9 + 128 * 256 * 9 < 128 * 256 * 512 + 128 * 512 * 9 else "(ab)d"
    ),
    ("01_tensor_basics", "gradient"): lambda: "the cat sees the dog".split().count("the"),
    ("01_tensor_basics", "largest"): lambda: max(
        (1, 2, 3), key=lambda number: math.prod([236, 472, 472, 10][number - 1 : number + 1])
    ),
    ("01_tensor_basics", "parameters"): lambda: 8 * 6 + (6 * 10 + 10) + (10 * 4 + 4),
    ("01_tensor_basics", "loss"): lambda: F.cross_entropy(torch.zeros(1, 4), torch.tensor([0])).item(),
    ("01_tensor_basics", "zero-grad"): lambda: 3 + 3,
    ("02_attention", "project"): lambda: (torch.tensor([2.0, 1.0]) @ torch.tensor([[0.5, 2.0], [3.0, 1.5]]))[0].item(),
    ("02_attention", "scores"): lambda: ["he", "likes", "cats"][
        (torch.tensor([[2.2, 2.8], [2.6, 2.0], [2.4, 2.4]]) @ torch.tensor([4.0, 5.5])).argmax()
    ],
    ("02_attention", "masked-row"): lambda: (
        "nan" if torch.full((3,), -math.inf).softmax(dim=0).isnan().any() else "zeros"
    ),
    ("02_attention", "row"): lambda: ["he", "likes", "cats"][torch.tensor([0.5047, 0.1876, 0.3077]).argmax()],
    ("02_attention", "column"): lambda: ["he", "likes", "cats"][torch.tensor([0.1876, 0.0915, 0.1331]).argmax()],
    ("02_attention", "variance"): lambda: 64 / 16,
    ("02_attention", "causal"): lambda: int(torch.ones(5, 5).tril().sum()),
    ("02_attention", "heads"): lambda: sum(
        parameter.numel() for parameter in nn.MultiheadAttention(12, 6).parameters()
    ),
    ("02_attention", "minibatches"): lambda: math.ceil(50 / 8),
    ("02_attention", "step"): lambda: 3.0 - 0.1 * 2 * 3.0,
    ("03_temperature", "sharper"): lambda: "above 0.99" if 1 / (1 + math.exp(-(2 - 1) / 0.1)) > 0.99 else "below",
    ("03_temperature", "ties"): lambda: torch.tensor([2.0, 2.0, 1.0]).div(1e-6).softmax(dim=0).tolist(),
    ("03_temperature", "entropy"): lambda: round(math.log(5), 4),
    ("03_temperature", "chance"): lambda: round(math.log(32), 4),
    ("03_temperature", "share"): lambda: 1 / (1 + math.exp(-(0.5 - 0.3) / 0.01)),
    ("03_temperature", "best"): lambda: max(
        {0.01: 0.76, 0.03: 0.70, 0.15: 0.74, 0.4: 0.74}.items(), key=lambda row: row[1]
    )[0],
    ("04_batch_negatives", "count"): lambda: 512 * 511 / (256 * 255),
    ("04_batch_negatives", "overtake"): lambda: 2 * 128,
    ("04_batch_negatives", "loss"): lambda: 0.759 - math.log(1 + math.exp(-2)),
    ("04_batch_negatives", "false"): lambda: 511 * 19 / 1999,
    ("04_batch_negatives", "masked"): lambda: F.cross_entropy(torch.zeros(1, 1), torch.tensor([0])).item(),
    ("04_batch_negatives", "accumulation"): lambda: 32 - 1,
    ("05_nce_dual_encoder", "loader"): lambda: (math.ceil(500 / 128), 500 - 3 * 128),
    ("05_nce_dual_encoder", "encoder"): lambda: tuple(torch.zeros(32, 74, 128)[:, 0].shape),
    ("05_nce_dual_encoder", "chunks"): lambda: 10 + 100,
    ("05_nce_dual_encoder", "in-batch"): lambda: (64 * 64, 64),
    ("05_nce_dual_encoder", "clip"): lambda: (6 * 5 / math.hypot(6, 8), 8 * 5 / math.hypot(6, 8)),
    ("05_nce_dual_encoder", "padding"): lambda: (7 - 3) + (7 - 7) + (7 - 2),
    ("06_hard_negatives", "push"): lambda: (
        (1 - torch.tensor([6.0, 5.0, 3.0, 0.0, -2.0]).softmax(dim=0)[0])
        / (1 - torch.tensor([6.0, 0.0, -2.0]).softmax(dim=0)[0])
    ).item(),
    ("06_hard_negatives", "loss"): lambda: 2 * 64 - 1,
    ("06_hard_negatives", "mine"): lambda: torch.tensor([0.0, -1.0, -2.0]).topk(2).indices.tolist(),
    ("06_hard_negatives", "filter"): lambda: sum(score <= 10 - -1 for score in (12, 9.5, 8, 3)),
    ("06_hard_negatives", "refresh"): lambda: list(range(0, 7, 3)),
    ("07_triplet_distances", "double"): lambda: (2 * 3) ** 2 / 3**2,
    ("07_triplet_distances", "twos"): lambda: 1 * (5 - 1) + (7 - 1) * 1,
    ("07_triplet_distances", "repeat"): lambda: torch.tensor([1, 2]).repeat_interleave(3).tolist(),
    ("07_triplet_distances", "shape"): lambda: tuple(
        (torch.zeros(6, 3).unsqueeze(0) - torch.zeros(2, 3).unsqueeze(1)).shape
    ),
    ("07_triplet_distances", "block"): lambda: 2000 * 2000 * 256 * 4 / 2**20,
    ("07_triplet_distances", "margin"): lambda: (-2) ** 2 - 1**2,
    ("07_triplet_distances", "semi-hard"): lambda: next(d for d in (0.8, 1.2, 1.6) if 1 < d < 1 + 0.5),
    ("07_triplet_distances", "hinge"): lambda: F.relu(1 - torch.tensor([4.0, -1.0, 0.5]).mean()).item(),
    ("08_playlist_recommender", "fullest"): lambda: math.ceil(734_684 / 100_000),
    ("08_playlist_recommender", "collisions"): lambda: 1000 * (1 - (1 - 1e-5) ** 999),
    ("08_playlist_recommender", "bucket"): lambda: tuple(album for album in (3, 43, 44) if album % 10 == 3),
    ("08_playlist_recommender", "boost"): lambda: 0.1 * (5 in (5, 5)) + 0.1 * (3 in (3, 3)),
    ("08_playlist_recommender", "single"): lambda: (0.6 * 0.6 + 0.8 * 0.8) / 1,
    ("08_playlist_recommender", "duration"): lambda: 4 / 118,
    ("08_playlist_recommender", "chunk"): lambda: 500 + 4096,
    ("08_playlist_recommender", "moves-mean"): lambda: 4 + 6,
    ("08_playlist_recommender", "moves-extremal"): lambda: 1 + 1,
    ("08_playlist_recommender", "highest-recall"): lambda: 10 / 60,
    ("09_transformer_encoder", "scale"): lambda: (
        F.layer_norm(10 * torch.tensor([1.0, 3.0]), (2,)) / F.layer_norm(torch.tensor([1.0, 3.0]), (2,))
    )[1].item(),
    ("09_transformer_encoder", "parameters"): lambda: sum(
        p.numel() for p in nn.Sequential(nn.Linear(128, 256), nn.Linear(256, 128)).parameters()
    ),
    ("09_transformer_encoder", "zero"): lambda: (
        "the normalised input"
        if torch.allclose(
            F.layer_norm(F.layer_norm(torch.tensor([1.0, 3.0, 8.0]), (3,)), (3,)),
            F.layer_norm(torch.tensor([1.0, 3.0, 8.0]), (3,)),
            atol=1e-4,
        )
        else "other"
    ),
    ("09_transformer_encoder", "positions"): lambda: _third_word_when_two_change_places(),
    ("09_transformer_encoder", "mask"): lambda: tuple(torch.zeros(5, 7)[:, None, None, :].shape),
    ("09_transformer_encoder", "largest"): lambda: max(
        {
            "embeddings": (2000 + 256 + 2) * 128,
            "attention": 2 * 4 * (128 + 1) * 128,
            "feed-forward": 2 * (2 * 128 * 256 + 256 + 128),
        }.items(),
        key=lambda row: row[1],
    )[0],
    ("09_transformer_encoder", "tensors"): lambda: 4 + 6 * 8 * 2,
    ("09_transformer_encoder", "masked"): lambda: 1000 * 0.15 * 0.8,
    ("09_transformer_encoder", "chance"): lambda: round(math.log(2000), 4),
    ("09_transformer_encoder", "double"): lambda: (2 * 100) ** 2 / 100**2,
}


def _third_word_when_two_change_places():
    words = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    first, second = (F.scaled_dot_product_attention(x, x, x)[2] for x in (words, words[[1, 0, 2]]))
    return "it stays" if torch.allclose(first, second) else "it changes"


def all_cells(lab):
    return nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4).cells


def code_cells(lab):
    return [cell for cell in all_cells(lab) if cell.cell_type == "code"]


def calls(source, name):
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == name]


def predictions_in(source):
    """Names of the predictions that a cell reveals: the texts that it passes to predict(), or loops over."""
    if not calls(source, "predict"):
        return []
    return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


def shows(source, answer):
    """Whether the answer is a literal of the code, or stands alone in a comment, not as one of several choices."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    literals = []
    for token in tokens:
        if token.type in (tokenize.NUMBER, tokenize.STRING) or token.string in ("True", "False"):
            literals.append(ast.literal_eval(token.string))
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT and " or " not in token.string]
    if isinstance(answer, list):
        size = len(answer)
        return any(literals[i : i + size] == answer for i in range(len(literals))) or any(
            str(tuple(answer)) in comment or str(answer) in comment for comment in comments
        )
    same_kind = [literal for literal in literals if isinstance(literal, bool) == isinstance(answer, bool)]
    words = [word.strip(',;:()"') for comment in comments for word in comment.split()]
    return answer in same_kind or str(answer) in words


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_and_its_file_have_the_same_predictions(lab):
    named = {text for cell in code_cells(lab) for text in predictions_in(cell.source)}
    known = prediction_texts.load(lab)
    assert set(known) <= named
    literal = [call.args[1].value for cell in code_cells(lab) for call in calls(cell.source, "predict")
               if isinstance(call.args[1], ast.Constant)]  # fmt: skip
    assert set(literal) <= set(known)
    assert len(literal) == len(set(literal))


@pytest.mark.parametrize("lab", LABS)
def test_no_cell_holds_the_answer_that_it_asks_for(lab):
    known = prediction_texts.load(lab)
    shown = [
        name
        for cell in code_cells(lab)
        for call in calls(cell.source, "predict")
        for name in [getattr(call.args[1], "value", None)]
        if name in known and known[name].answer is not None and shows(cell.source, known[name].answer)
    ]
    assert shown == []


@pytest.mark.parametrize("lab", LABS)
def test_every_answer_is_in_the_package_or_measured(lab):
    for cell in code_cells(lab):
        assert not calls(cell.source, "check_prediction")
        for call in calls(cell.source, "predict"):
            measured = [keyword.value for keyword in call.keywords if keyword.arg == "measured"]
            assert all(not isinstance(value, ast.Constant) for value in measured)


def guessed_here(source):
    """Whether the None that a student replaces stands in the cell itself; a cell never reads guesses of both kinds."""
    tree = ast.parse(source)
    nones = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and "None" in ast.unparse(node.value)
        for target in ast.walk(node.targets[0])
        if isinstance(target, ast.Name)
    }
    given = [name for call in calls(source, "predict") for name in guess_names(tree, call.args[2].id)]
    assert len({name in nones for name in given}) == 1
    return given[0] in nones


def guess_names(tree, name):
    """The variables behind a guess: itself, or those that a loop over predictions gives this name."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple)]
    places = [
        (loop, index) for loop in loops for index, part in enumerate(loop.target.elts) if ast.unparse(part) == name
    ]
    return [row.elts[index].id for loop, index in places for row in loop.iter.elts] or [name]


@pytest.mark.parametrize("lab", LABS)
def test_a_missing_guess_is_looked_for_where_the_lab_asks_for_it(lab):
    """The message is chosen by a pattern in the cell's source: it agrees with what the code says."""
    for cell in code_cells(lab):
        if calls(cell.source, "predict"):
            assert asks(cell.source) == guessed_here(cell.source), cell.id


@pytest.mark.parametrize("lab", LABS)
def test_nothing_is_printed_before_a_guess_is_committed(lab):
    for cell in code_cells(lab):
        revealed = calls(cell.source, "predict")
        if revealed:
            printed = "".join(output.get("text", "") for output in cell.outputs if output.get("name") == "stdout")
            assert printed.startswith(NO_GUESS if guessed_here(cell.source) else NO_GUESS_ABOVE), cell.id
            prints = [call for name in PRINT for call in calls(cell.source, name)]
            assert all(call.lineno > revealed[-1].lineno for call in prints), cell.id
            if " = None  # your guess" in cell.source:
                assert not prints, cell.id


@pytest.mark.parametrize("lab", LABS)
def test_what_shows_an_answer_waits_for_the_guess(lab):
    for cell in code_cells(lab):
        names = {getattr(call.args[1], "value", None) for call in calls(cell.source, "predict")}
        if None in names:  # predict() in a loop over the names
            names = prediction_texts.load(lab).keys() & predictions_in(cell.source)
        assert not names or shown_unasked(cell.source, lab, names) == [], cell.id


def shown_unasked(source, lab, names):
    """The lines that show something after a prediction although not all of `names` may have been guessed."""
    tree = ast.parse(source)
    last = max(call.lineno for call in calls(source, "predict"))
    shows = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.lineno > last and ast.unparse(node.func) in SHOW
    ]  # fmt: skip
    asked = [node for node in ast.walk(tree) if isinstance(node, ast.If) and asks_for(node.test, lab, names)]
    allowed = {inner for node in asked for part in node.body for inner in ast.walk(part)}
    return [node.lineno for node in shows if node not in allowed]


def asks_for(test, lab, names):
    """Whether a condition is guessed(lab, ...) for at least these names, perhaps `and` more."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    return any(
        calls(ast.unparse(part), "guessed") and isinstance(part, ast.Call)
        and {lab, *names} <= {argument.value for argument in part.args}
        for part in parts
    )  # fmt: skip


def test_a_table_that_does_not_wait_is_noticed():
    waits = 'predict("lab", "a", g, measured=x)\nif x and guessed("lab", "a"):\n    print(x)'
    assert shown_unasked(waits, "lab", {"a"}) == []
    assert shown_unasked(waits + "\nprint(x)", "lab", {"a"}) == [4]
    assert shown_unasked(waits, "lab", {"a", "b"}) == [3]
    assert shown_unasked(waits.replace(" and ", " or "), "lab", {"a"}) == [3]


NOT_IN_SUMMARY = {  # measured, but not repeated at the end, or shown just after the cell that asks
    "05_nce_dual_encoder": {"titles", "by-title", "heat"},
    "07_triplet_distances": {"repeat-table"},
    "08_playlist_recommender": {"popularity"},
}


@pytest.mark.parametrize("lab", LABS)
def test_the_summary_waits_for_the_guesses_whose_answers_it_repeats(lab):
    source = summary(lab)
    waits = {argument.value for call in calls(source, "guessed") for argument in call.args[1:]}
    measured = {name for name, prediction in prediction_texts.load(lab).items() if prediction.answer is None}
    assert measured - waits == NOT_IN_SUMMARY.get(lab, set())


def summary(lab):
    """The source of the cell that prints what was measured, above the key takeaways."""
    cells = all_cells(lab)
    (place,) = [place for place, cell in enumerate(cells) if cell.source.startswith("## Key takeaways")]
    assert "- " in "".join(output.get("text", "") for output in cells[place - 1].outputs)
    return cells[place - 1].source


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_ends_with_the_tally_of_all_its_predictions(lab):
    *_, tally, last = code_cells(lab)
    assert tally.source == f'prediction_tally("{lab}")'
    assert last.id == "hand-in"
    assert tally.outputs[0].text.startswith(f"0 of {len(prediction_texts.load(lab))} ")


@pytest.mark.parametrize(("lab", "name"), RECOMPUTED)
def test_an_answer_is_right(lab, name):
    answer, computed = prediction_texts.load(lab)[name].answer, RECOMPUTED[lab, name]()
    assert answer == (computed if isinstance(computed, str | bool) else pytest.approx(_as_list(computed), abs=1e-5))


def _as_list(value):
    return list(value) if isinstance(value, tuple) else value


def test_an_answer_that_is_shown_is_noticed():
    assert shows("guess = None  # your guess\ncheck(guess, (4, 116))", [4, 116])
    assert shows("guess = None  # a number, 15", 15)
    assert not shows('guess = None  # "a" or "b"', "a")
    assert shows('predict(guess, "nan")', "nan")


def test_the_learning_rates_of_lab_02_are_drawn_as_in_the_answers():
    shuffled = torch.tensor([0.003, 0.3, 0.75])[torch.randperm(3, generator=torch.Generator().manual_seed(8))]
    rates = dict(zip("ABC", shuffled.tolist(), strict=True))
    known = prediction_texts.load("02_attention")
    assert known["small-rate"].answer == min(rates, key=rates.get)
    assert known["large-rate"].answer == max(rates, key=rates.get)


def test_all_labs_have_predictions():
    assert len(LABS) == len(list(prediction_texts.FOLDER.glob("*.json")))
