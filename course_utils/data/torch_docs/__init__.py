"""PyTorch's own documentation as a corpus to search: it is on every machine that runs the labs."""

from course_utils.data.torch_docs.entries import DocEntry, torch_docs
from course_utils.data.torch_docs.samples import held_out_questions, training_samples

__all__ = ["DocEntry", "held_out_questions", "torch_docs", "training_samples"]
