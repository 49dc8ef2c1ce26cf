"""Tokenizer and text encoder of the retrieval labs: a tiny DistilBERT that ships with the course, or the real one.

    tokenizer, encoder = load_tokenizer(), load_encoder()
    encoder(**tokenizer("a question", return_tensors="pt")).last_hidden_state[:, 0]  # (1, D)

The profile decides. "cpu": the package's own files, never a network. "full": `distilbert-base-uncased` at one revision,
through the Hugging Face hub and its cache; HF_HOME, HF_ENDPOINT and HF_HUB_OFFLINE work as that library documents them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from course_utils import runtime
from course_utils.data.errors import CourseDataError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

TINY_ENCODER = Path(__file__).parent / "models" / "tiny_encoder"
HUB_MODEL = "distilbert-base-uncased"
HUB_REVISION = "12040accade4e8a0f71eabdb258fecc2e7e948be"  # so that what is loaded is what was measured

Loaded = TypeVar("Loaded")


def load_tokenizer() -> PreTrainedTokenizerFast:
    """The tokenizer that belongs to `load_encoder`'s encoder; CourseDataError when it cannot be had."""
    from transformers import AutoTokenizer

    return _load(AutoTokenizer.from_pretrained)


def load_encoder() -> PreTrainedModel:
    """A new encoder with its pretrained weights, on the CPU and without dropout until `.train()` is called.

    Each call gives another object, so that two calls give the two towers of an untied dual encoder. Called with ids
    (B, L) and a mask (B, L), its output's `last_hidden_state` is (B, L, D); `encoder.config.dim` is D. No random number
    is drawn. Raises CourseDataError when the model cannot be had.
    """
    from transformers import AutoModel

    return _load(AutoModel.from_pretrained)


def _load(from_pretrained: Callable[..., Loaded]) -> Loaded:
    with _quiet_transformers():
        if runtime.profile() == "cpu":
            return from_pretrained(TINY_ENCODER, local_files_only=True)
        try:
            return from_pretrained(HUB_MODEL, revision=HUB_REVISION)
        except (OSError, ValueError) as error:  # what transformers makes of every trouble with hub, cache and disk
            raise CourseDataError(_what_to_do(error)) from error


def _what_to_do(error: Exception) -> str:
    from huggingface_hub import constants

    what = f"{HUB_MODEL} at revision {HUB_REVISION[:7]} could not be loaded"
    if constants.HF_HUB_OFFLINE:
        return (
            f"{what}: HF_HUB_OFFLINE is set and the cache at {constants.HF_HUB_CACHE} does not hold it. Unset "
            "HF_HUB_OFFLINE, restart the kernel and run this cell once with a network"
        )
    return (
        f"{what} from {constants.ENDPOINT} or from the cache at {constants.HF_HUB_CACHE}: {_first_line(error)}. Check "
        "the network (and the disk) and run this cell again, or work with the profile cpu, which needs neither"
    )


def _first_line(error: Exception) -> str:
    return next((line.strip().rstrip(".") for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextlib.contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Its load report and progress bars go to stderr, where they would spoil a cell's output or a graded test."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
