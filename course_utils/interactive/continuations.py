"""A playlist put together by names, and the tracks that recommenders add to it, each with a reason."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence

import torch

from course_utils.data.playlists.loader import PlaylistData
from course_utils.interactive.tables import cell, ranking_table
from course_utils.widgets import live, page_or_error, show_html, show_widget, with_lines

Recommend = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""context (C,) -> (tracks (n,), best first; for each, the track of the context that it is nearest to (n,))"""
MOST_MATCHES = 200


def next_tracks(
    data: PlaylistData, recommenders: Mapping[str, Recommend], playlist: Sequence[int] | torch.Tensor, *, k: int = 10
) -> None:
    """Show the `k` tracks with which each recommender continues a playlist, and why.

    playlist: track ids (C,), C >= 1, with which it starts. In an open notebook, tracks are found by typing part of
    their title or their artist's name, and added or removed by clicking; elsewhere the given playlist is continued.
    Tracks that are already in the playlist are left out, so a recommender should return k + C tracks. Raises ValueError
    for an empty playlist, for no recommender, and for what is not the id of a track, such as a name.
    """
    chosen: list[int] = playlist.tolist() if isinstance(playlist, torch.Tensor) else list(playlist)
    if not chosen or not recommenders:
        raise ValueError(f"next_tracks needs a track and a recommender, got {len(chosen)} and {len(recommenders)}")
    if wrong := [track for track in chosen if track not in range(data.num_tracks)]:
        raise ValueError(f"track ids are 0 to {data.num_tracks - 1}, got {wrong[0]!r}")
    page = continuation(data, recommenders, chosen, k)
    if not live():
        show_html(page, f"[Table] The next {k} tracks after {_name(data, chosen[0])} and {len(chosen) - 1} more.")
        return
    _show_chooser(data, lambda tracks: continuation(data, recommenders, tracks, k), chosen, page)


def continuation(data: PlaylistData, recommenders: Mapping[str, Recommend], chosen: Sequence[int], k: int) -> str:
    """HTML: the playlist, and below it a column of k tracks for each recommender."""
    items = "".join(f"<li>{html.escape(_name(data, track))}</li>" for track in chosen)
    columns = {name: _column(data, recommend, chosen, k) for name, recommend in recommenders.items()}
    return f"<p><strong>Your playlist</strong></p><ol>{items}</ol>{ranking_table(f'The next {k} tracks', columns)}"


def _column(data: PlaylistData, recommend: Recommend, chosen: Sequence[int], k: int) -> list[str]:
    tracks, nearest = recommend(torch.tensor(chosen))
    pairs = [pair for pair in zip(tracks.tolist(), nearest.tolist(), strict=True) if pair[0] not in chosen]
    return [cell(_name(data, track), html.escape(_reason(data, track, near, chosen))) for track, near in pairs[:k]]


def _reason(data: PlaylistData, track: int, near: int, chosen: Sequence[int]) -> str:
    for kind, of_track in (("album", data.track_album), ("artist", data.track_artist)):
        same = [other for other in chosen if of_track[other] == of_track[track]]
        if same:
            return f"same {kind} as {data.track_names[near if near in same else same[0]]}"
    return f"nearest to {data.track_names[near]}"


def _name(data: PlaylistData, track: int) -> str:
    return f"{data.track_names[track]}, by {data.artist_names[int(data.track_artist[track])]}"


def _show_chooser(data: PlaylistData, draw: Callable[[list[int]], str], start: list[int], fixed_page: str) -> None:
    from ipywidgets import HTML, Box, Button, Layout, Select, Text, VBox

    names = [_name(data, track) for track in range(data.num_tracks)]
    chosen = list(start)
    find = Text(description="Find", placeholder="part of a title or an artist's name")
    matches = Select(description="Tracks", rows=6, layout=Layout(width="30em"))
    add, remove, clear = (Button(description=text) for text in ("Add", "Remove last", "Clear"))
    note, page = HTML(), HTML(with_lines(fixed_page))

    def search(_: object = None) -> None:
        wanted = find.value.strip().lower()
        found = [(name, track) for track, name in enumerate(names) if wanted in name.lower()]
        matches.options = found[:MOST_MATCHES]
        note.value = _how_many(len(found))

    def change(tracks: list[int]) -> None:
        chosen[:] = tracks
        note.value = ""
        empty = "<p>The playlist is empty: choose a track and press Add.</p>"
        page.value = with_lines(page_or_error(draw, chosen) if chosen else empty)

    def add_chosen(_: object) -> None:
        if matches.value is None:
            note.value = "Choose a track in the list first."
        elif matches.value in chosen:
            note.value = "This track is in the playlist already."
        else:
            change([*chosen, matches.value])

    search()
    find.observe(search, names="value")
    add.on_click(add_chosen)
    remove.on_click(lambda _: change(chosen[:-1]))
    clear.on_click(lambda _: change([]))
    row = Box([find, matches, add, remove, clear, note], layout=Layout(flex_flow="row wrap", align_items="center"))
    show_widget(VBox([row, page]), fixed_page, "[Chooser] Put a playlist together; the next tracks are shown below it.")


def _how_many(found: int) -> str:
    if not found:
        return "No track and no artist has this in its name."
    if found > MOST_MATCHES:
        return f"The first {MOST_MATCHES} of {found:,}: type more of the name."
    return ""
