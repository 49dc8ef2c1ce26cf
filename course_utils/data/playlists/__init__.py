"""Playlists for the recommender: invented ones, or a folder of the Million Playlist Dataset."""

from course_utils.data.playlists.generator import make_slices
from course_utils.data.playlists.loader import load_playlists

__all__ = ["load_playlists", "make_slices"]
