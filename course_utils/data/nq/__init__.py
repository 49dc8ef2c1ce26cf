"""Questions, each with the passage that answers it: Natural Questions, and mini-NQ, which is generated."""

from course_utils.data.nq.knowledge_base import KnowledgeBase, Passage, Sample, make_knowledge_base
from course_utils.data.nq.questions import load_questions

__all__ = ["KnowledgeBase", "Passage", "Sample", "load_questions", "make_knowledge_base"]
