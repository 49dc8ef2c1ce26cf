"""What students try their own models with: questions for a retriever, a playlist for a recommender."""

from course_utils.interactive.continuations import next_tracks
from course_utils.interactive.questions import ask

__all__ = ["ask", "next_tracks"]
