"""next_tracks: a playlist by names, and for each recommended track the reason."""

import re

import pytest
import torch

from course_utils import widgets
from course_utils.data.playlists import load_playlists
from course_utils.interactive import next_tracks


@pytest.fixture(scope="module")
def data():
    return load_playlists(num_playlists=60, num_tracks=300)


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def in_order(context):
    tracks = torch.arange(40)
    return tracks, context[0].expand(40)


def first_track_of(data, same, other):
    """A pair (track, context track) that agree in `same` (album or artist) but not in `other`."""
    pairs = ((a, b) for a in range(data.num_tracks) for b in range(data.num_tracks) if a != b)
    values = {"album": data.track_album, "artist": data.track_artist}
    return next(
        (a, b)
        for a, b in pairs
        if values[same][a] == values[same][b] and (other is None or values[other][a] != values[other][b])
    )


def reason(shown, data, track, context):
    next_tracks(data, {"one": lambda _: (torch.tensor([track]), torch.tensor([context]))}, [context])
    return re.search(r"<tbody>.*</strong><br>(.*?)</td>", shown[-1]["text/html"])[1]


def test_the_reason_is_the_album_then_the_artist_then_the_nearest_track(shown, data):
    track, context = first_track_of(data, "album", None)
    assert reason(shown, data, track, context) == f"same album as {data.track_names[context]}"
    track, context = first_track_of(data, "artist", "album")
    assert reason(shown, data, track, context) == f"same artist as {data.track_names[context]}"
    context = 0
    track = int((data.track_artist != data.track_artist[0]).nonzero()[0])
    assert reason(shown, data, track, context) == f"nearest to {data.track_names[context]}"


def test_tracks_of_the_playlist_are_left_out_and_k_remain(shown, data):
    next_tracks(data, {"before": in_order, "after": in_order}, torch.tensor([0, 1, 2]), k=10)
    table = shown[0]["text/html"].split("<tbody>")[1]
    assert table.count("<tr>") == 10
    assert data.track_names[3] in table.split("</tr>")[0]
    assert set(shown[0]) == {"text/html", "text/plain"}


@pytest.mark.parametrize("playlist, recommenders", [([], {"a": in_order}), ([0], {})])
def test_an_empty_playlist_or_no_recommender_is_refused(data, playlist, recommenders):
    with pytest.raises(ValueError, match="needs a track and a recommender"):
        next_tracks(data, recommenders, playlist)


@pytest.mark.parametrize("track", [9999, -1, "Station of Felu"])
def test_an_unknown_track_is_named(data, track):
    with pytest.raises(ValueError, match=f"0 to {data.num_tracks - 1}, got {track!r}"):
        next_tracks(data, {"a": in_order}, [0, track])


@pytest.fixture
def choose_by(shown, data, monkeypatch):
    """In an open notebook with this recommender, the row of controls and the page below it; track 0 is chosen."""
    from ipywidgets.widgets import widget

    def chooser(recommend):
        monkeypatch.setattr("course_utils.interactive.continuations.live", lambda: True)
        next_tracks(data, {"one": recommend}, [0])
        row, page = widget._instances[shown[0][widgets.WIDGET]["model_id"]].children
        return row.children, page

    return chooser


@pytest.fixture
def chooser(choose_by):
    return choose_by(in_order)


def test_an_error_of_the_recommender_is_shown(choose_by):
    def later_broken(context):
        if len(context) > 1:
            raise NotImplementedError("finish `score_catalogue` first")
        return in_order(context)

    (_, matches, add, *_), page = choose_by(later_broken)
    matches.value = 7
    add.click()
    assert "NotImplementedError" in page.value and "finish `score_catalogue` first" in page.value


def test_in_an_open_notebook_tracks_are_typed_clicked_and_removed(chooser, data):
    (find, matches, add, remove, clear, note), page = chooser
    wanted = 7
    find.value = data.track_names[wanted].upper()
    assert 0 < len(matches.options) < data.num_tracks
    matches.value = wanted
    add.click()
    assert page.value.count("<li>") == 2
    assert note.value == ""
    add.click()
    assert "already" in note.value
    assert page.value.count("<li>") == 2
    remove.click()
    assert page.value.count("<li>") == 1
    clear.click()
    assert "The playlist is empty" in page.value


def test_the_chooser_says_why_nothing_can_be_added(chooser, data):
    (find, matches, add, _, clear, note), page = chooser
    assert f"The first 200 of {data.num_tracks}" in note.value
    find.value = "no such track"
    assert matches.options == ()
    assert note.value.startswith("No track")
    add.click()
    assert note.value.startswith("Choose a track")
    assert page.value.count("<li>") == 1
    clear.click()
    assert note.value == ""
    find.value = f"  {data.track_names[7]} "
    assert matches.options and note.value == ""
