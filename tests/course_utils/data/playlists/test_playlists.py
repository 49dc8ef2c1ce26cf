"""Playlists: the invented ones are as documented, files give the same as memory, and errors in a file say where."""

import hashlib
import json
from collections import Counter

import pytest
import torch

from course_utils.data.playlists import generator, loader
from course_utils.data.playlists.slice_files import BUFFER, DamagedSlice

ENTRY = {"pos", "artist_name", "track_uri", "artist_uri", "track_name", "album_uri", "duration_ms", "album_name"}


@pytest.fixture(scope="module")
def slices():
    return list(generator.make_slices(1200, 3000, seed=5))


@pytest.fixture(scope="module")
def data():
    return loader.load_playlists(num_playlists=1200, num_tracks=3000, seed=5)


@pytest.fixture(scope="module")
def default():
    return loader.load_playlists()


def entries(slices):
    return [track for content in slices for playlist in content["playlists"] for track in playlist["tracks"]]


def test_slices_follow_the_schema(slices):
    assert [content["info"]["slice"] for content in slices] == ["0-999", "1000-1999"]
    assert [playlist["pid"] for content in slices for playlist in content["playlists"]] == list(range(1200))
    for playlist in slices[1]["playlists"]:
        tracks = playlist["tracks"]
        assert [track["pos"] for track in tracks] == list(range(len(tracks)))
        assert all(track.keys() == ENTRY for track in tracks)
        assert playlist["num_tracks"] == len(tracks)
        assert playlist["num_albums"] == len({track["album_uri"] for track in tracks})
        assert playlist["num_artists"] == len({track["artist_uri"] for track in tracks})
        assert playlist["duration_ms"] == sum(track["duration_ms"] for track in tracks)
        assert isinstance(playlist["name"], str)


def test_a_track_has_one_album_and_an_album_one_artist(slices):
    tracks = entries(slices)
    for one, other in (("track_uri", "album_uri"), ("album_uri", "artist_uri"), ("track_uri", "duration_ms")):
        assert len({(track[one], track[other]) for track in tracks}) == len({track[one] for track in tracks})


def test_popularity_has_a_long_tail(slices):
    counts = [count for _, count in Counter(track["track_uri"] for track in entries(slices)).most_common()]
    tenth = len(counts) // 10
    assert 0.25 < sum(counts[:tenth]) / sum(counts) < 0.6  # 0.1 if all were alike
    assert counts[len(counts) // 2] < counts[0] / 10


def test_lengths_and_repeats_vary(slices):
    lengths = [playlist["num_tracks"] for content in slices for playlist in content["playlists"]]
    assert min(lengths) < 10 < sorted(lengths)[600] < 40 and max(lengths) > 100
    repeats = [
        playlist["num_tracks"] - len({track["track_uri"] for track in playlist["tracks"]})
        for playlist in slices[0]["playlists"]
    ]
    assert 0 < sum(map(bool, repeats)) < 500


def test_durations_are_those_of_songs_with_a_few_outliers(slices):
    minutes = torch.tensor([ms for _, ms in {(t["track_uri"], t["duration_ms"]) for t in entries(slices)}]) / 60_000
    assert 3 < minutes.median() < 4.5
    outside = ((minutes < 1) | (minutes > 15)).float().mean()
    assert 0.002 < outside <= 0.02
    assert minutes.min() > 0


def test_playlists_have_few_moods(default):
    """Two artists of one playlist meet in others far more often than artists of two playlists do."""
    rows = [default.track_artist[playlist.tracks[:10]] for playlist in default.training]
    together = torch.zeros(default.num_artists, default.num_artists)
    for row in rows[:-1000]:
        together[row[:, None], row[None, :]] += 1
    probe = torch.stack(rows[-1000:])  # (P, 10)
    one, other = probe[:, 0], probe[:, 5]
    same = together[one, other][one != other].mean()
    assert same > 3 * together[one, other.roll(1)].mean()


def test_data_depend_only_on_the_arguments(slices):
    state = torch.get_rng_state()
    again, other = (list(generator.make_slices(1200, 3000, seed=seed)) for seed in (5, 6))
    assert again == slices and other != slices
    assert torch.equal(torch.get_rng_state(), state)
    longer = generator.make_slices(1500, 3000, seed=5)
    assert next(longer) == slices[0] and next(longer)["playlists"][:200] == slices[1]["playlists"]


def test_the_same_bytes_on_every_machine(tmp_path):
    paths = generator.write_slices(tmp_path / "new" / "folder", 30, 400, seed=1)
    assert [path.name for path in paths] == ["mpd.slice.0-999.json"]
    digest = hashlib.sha256(paths[0].read_bytes()).hexdigest()
    assert digest[:16] == "c5f35156de19dc33"


@pytest.mark.parametrize("num_tracks", [1, 2, 30])
def test_a_tiny_catalogue(num_tracks):
    (content,) = generator.make_slices(20, num_tracks)
    found = {track["track_uri"] for track in entries([content])}
    assert 1 <= len(found) <= num_tracks


@pytest.mark.parametrize("wrong", [{"num_playlists": 0}, {"num_tracks": 0}])
def test_counts_below_one(wrong):
    with pytest.raises(ValueError, match="at least 1, got 0"):
        next(generator.make_slices(**wrong))
    with pytest.raises(ValueError, match="at least 1, got 0"):
        loader.load_playlists(**wrong)


def test_the_default_catalogue_has_about_20_000_tracks(default):
    assert 17_000 < default.num_tracks <= 20_000
    assert default.num_tracks > 3 * default.num_albums > 3 * default.num_artists > 3000
    assert 4000 < len(default.training) + len(default.validation) < 5000


def test_data_match_the_slices(slices, data):
    kept = [playlist for content in slices for playlist in content["playlists"] if playlist["num_tracks"] >= 10]
    ids, albums, artists = ({} for _ in range(3))
    for track in (track for playlist in kept for track in playlist["tracks"]):
        for known, field in ((ids, "track_uri"), (albums, "album_uri"), (artists, "artist_uri")):
            known.setdefault(track[field], len(known))
    assert (data.num_tracks, data.num_albums, data.num_artists) == (len(ids), len(albums), len(artists))
    wanted = sorted([ids[track["track_uri"]] for track in playlist["tracks"]] for playlist in kept)
    assert sorted(playlist.tracks.tolist() for playlist in data.training + data.validation) == wanted
    for track in entries([{"playlists": kept}]):
        number = ids[track["track_uri"]]
        assert data.track_album[number] == albums[track["album_uri"]]
        assert data.track_artist[number] == artists[track["artist_uri"]]
        assert data.track_duration_ms[number] == track["duration_ms"]
        assert data.track_names[number] == track["track_name"]
        assert data.album_names[data.track_album[number]] == track["album_name"]
        assert data.artist_names[data.track_artist[number]] == track["artist_name"]
    for tensor in (data.track_album, data.track_artist, data.track_duration_ms, data.training[0].tracks):
        assert tensor.dtype == torch.int64


def test_context_and_next(data):
    for playlist in data.training + data.validation:
        assert playlist.context.shape == (5,) and len(playlist.next) >= 5
        assert torch.equal(torch.cat([playlist.context, playlist.next]), playlist.tracks)


def test_the_seed_determines_the_validation_playlists(tmp_path):
    generator.write_slices(tmp_path, 300, 500)
    first, same, other = (loader.load_playlists(tmp_path, seed=seed) for seed in (1, 1, 2))
    held_out = [[playlist.tracks.tolist() for playlist in data.validation] for data in (first, same, other)]
    assert held_out[0] == held_out[1] != held_out[2]
    assert len(first.validation) == round(0.1 * (len(first.training) + len(first.validation)))
    assert first.track_names == other.track_names
    half = loader.load_playlists(tmp_path, validation_share=0.5)
    assert abs(len(half.training) - len(half.validation)) <= 1


def assert_same(one, other):
    for field in ("track_album", "track_artist", "track_duration_ms"):
        assert torch.equal(getattr(one, field), getattr(other, field))
    for field in ("track_names", "album_names", "artist_names"):
        assert getattr(one, field) == getattr(other, field)
    for split in ("training", "validation"):
        pairs = zip(getattr(one, split), getattr(other, split), strict=True)
        assert all(a.name == b.name and torch.equal(a.tracks, b.tracks) for a, b in pairs)


def test_a_folder_gives_the_same_as_memory(tmp_path, data):
    generator.write_slices(tmp_path, 1200, 3000, seed=5)
    (tmp_path / "README.txt").write_text("not a slice")
    assert_same(loader.load_playlists(tmp_path, seed=5), data)
    assert_same(loader.load_playlists(str(tmp_path), num_playlists=1200, seed=5), data)


def test_slices_are_read_by_number_and_only_as_far_as_needed(tmp_path, slices):
    long = [playlist for playlist in slices[0]["playlists"] if playlist["num_tracks"] >= 10]
    for first, name in ((0, "0-999"), (5, "1000-1999"), (10, "2000-2999")):
        part = {"info": {}, "playlists": long[first : first + 5]}
        (tmp_path / f"mpd.slice.{name}.json").write_text(json.dumps(part))
    (tmp_path / "mpd.slice.10000-10999.json").write_text("broken")
    data = loader.load_playlists(tmp_path, num_playlists=15)
    seen = dict.fromkeys(track["track_name"] for track in entries([{"playlists": long[:15]}]))
    assert list(dict.fromkeys(data.track_names)) == list(seen)
    assert len(loader.load_playlists(tmp_path, num_playlists=7).training) == 6
    with pytest.raises(DamagedSlice, match="10000-10999"):
        loader.load_playlists(tmp_path, num_playlists=16)


def test_a_file_is_read_only_as_far_as_needed(tmp_path, slices):
    whole = json.dumps(slices[0])
    (tmp_path / "mpd.slice.0-999.json").write_text(whole[: len(whole) // 2])
    assert loader.load_playlists(tmp_path, num_playlists=300).num_tracks > 1000
    with pytest.raises(DamagedSlice, match="at its end"):
        loader.load_playlists(tmp_path)


@pytest.fixture
def small(tmp_path):
    """A folder with one slice of 30 playlists, the slice's path and its content."""
    (path,) = generator.write_slices(tmp_path, 30, 300)
    return path, json.loads(path.read_text())


def load_error(path):
    with pytest.raises(DamagedSlice) as caught:
        loader.load_playlists(path.parent)
    assert isinstance(caught.value, ValueError)
    message = str(caught.value)
    assert message.startswith(path.name) and "expected" in message and "Copy this file again" in message
    return message


def test_a_truncated_slice(small):
    path, content = small
    whole = json.dumps(content)
    cut = whole.index('"pid": 3')
    path.write_text(whole[:cut])
    assert f"at its end, byte {cut}, after 3 complete playlists" in load_error(path)
    path.write_text("")
    assert "byte 0, after 0 complete playlists" in load_error(path)


@pytest.mark.parametrize("after", [2, 25])  # within the first buffer of the reader, and far beyond it
def test_invalid_json_inside_a_slice(small, after):
    path, content = small
    whole = json.dumps(content)
    place = whole.index(f'"pid": {after},') + 5
    path.write_text(f"{whole[:place]};{whole[place + 1 :]}")
    assert place > BUFFER or after == 2
    assert f"byte {place} of {len(whole)}, after {after} complete playlists" in load_error(path)


def test_bytes_that_are_not_utf_8(small):
    path, content = small
    path.write_bytes(json.dumps(content).encode().replace(b'"pid": 1,', b'"pid":\xff1,', 1))
    message = load_error(path)
    assert "after 1 complete playlists: expected JSON" in message
    assert "b'" not in message and "\\n" not in message


def test_a_number_that_is_too_large(small):
    path, content = small
    content["playlists"][2]["pid"] = 10**30
    path.write_text(json.dumps(content))
    assert len(json.dumps(content)) > 2 * BUFFER
    message = load_error(path)
    assert f"before byte {BUFFER}, after 2 complete playlists" in message
    assert "overflow" in message


def test_a_file_that_is_not_a_slice(small):
    path, _ = small
    for other in ("[]", '{"info": {}}', '{"playlists": {}}', '{"playlists": []}'):
        path.write_text(other)
        assert '"playlists"' in load_error(path)
    path.write_bytes(b"\x1f\x8b\x08binary")
    assert "byte 0 of" in load_error(path)


@pytest.mark.parametrize("field", sorted(ENTRY - {"pos"}))
def test_a_missing_field_of_a_track(small, field):
    path, content = small
    del content["playlists"][4]["tracks"][6][field]
    path.write_text(json.dumps(content))
    message = load_error(path)
    assert "playlist number 5 of the file, track 6:" in message and f'"{field}"' in message


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("duration_ms", "long", "'long'"),
        ("duration_ms", True, "True"),
        ("duration_ms", 1.5, "1.5"),
        ("track_uri", 7, "7"),
        ("artist_name", None, "None"),
        ("album_uri", ["x"], "x"),
    ],
)
def test_a_field_of_a_track_of_the_wrong_type(small, field, value, said):
    path, content = small
    content["playlists"][4]["tracks"][6][field] = value
    path.write_text(json.dumps(content))
    message = load_error(path)
    assert "playlist number 5 of the file, track 6:" in message and f'"{field}"' in message and said in message


def test_a_malformed_playlist(small):
    path, content = small
    for wrong in ("text", [], None, {"name": "no tracks"}, {"tracks": []}, {"name": "x", "tracks": {}}):
        content["playlists"][2] = wrong
        path.write_text(json.dumps(content))
        assert "playlist number 3 of the file:" in load_error(path)


def test_folders_without_slices(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is not a folder: give the folder of"):
        loader.load_playlists(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"mpd\.slice\.0-999\.json"):
        loader.load_playlists(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "mpd.slice.0-999.json.gz").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r'subfolder "data"'):
        loader.load_playlists(tmp_path)


def test_too_few_playlists_of_ten_tracks(tmp_path, small):
    path, content = small
    content["playlists"] = [playlist for playlist in content["playlists"] if playlist["num_tracks"] < 10]
    assert content["playlists"]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="two playlists of 10 tracks or more, found 0"):
        loader.load_playlists(path.parent)


@pytest.mark.parametrize("share", [0, 1, -0.5])
def test_a_validation_share_out_of_range(share):
    with pytest.raises(ValueError, match=f"between 0 and 1, got {share}"):
        loader.load_playlists(validation_share=share)
    data = loader.load_playlists(num_playlists=3, num_tracks=300, validation_share=0.01)
    assert len(data.validation) == 1
