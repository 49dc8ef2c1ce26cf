"""Tokenizer and text encoder of the retrieval labs: a tiny DistilBERT that ships with the course, or the real one.

    tokenizer, encoder = load_tokenizer(), load_encoder()
    encoder(**tokenizer("a question", return_tensors="pt")).last_hidden_state[:, 0]  # (1, D)

The profile decides. "cpu": the files in this package, without a network. "full": `distilbert-base-uncased` at a fixed
revision, from the Hugging Face cache or, if it is not there yet, from the hub. HF_HOME, HF_ENDPOINT and HF_HUB_OFFLINE
work as usual.

Paper: Sanh et al., "DistilBERT, a distilled version of BERT", 2019, https://arxiv.org/abs/1910.01108.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from course_utils import runtime
from course_utils.data.errors import CourseDataError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Loaded = TypeVar("Loaded")

TINY_ENCODER = Path(__file__).parent.parent / "models" / "tiny_encoder"
HUB_MODEL = "distilbert-base-uncased"
HUB_REVISION = "12040accade4e8a0f71eabdb258fecc2e7e948be"  # fixed, so that students load the model that was measured
TOKENIZER_FILES = ("config.json", "tokenizer_config.json", "tokenizer.json")
ENCODER_FILES = ("config.json", "model.safetensors")
_ALONE = threading.Lock()  # while it loads a model, transformers replaces functions of torch for all threads


def load_tokenizer() -> PreTrainedTokenizerBase:
    """The tokenizer for the model of `load_encoder`. Raises CourseDataError if it cannot be loaded."""
    with _ALONE:
        from transformers import AutoTokenizer

        return _load(AutoTokenizer.from_pretrained, TOKENIZER_FILES)


def load_encoder() -> PreTrainedModel:
    """A new encoder with pretrained weights, on the CPU and in eval mode.

    Each call returns a new object: two calls give the two towers of an untied dual encoder. Called with ids (B, L) and
    a mask (B, L), the encoder returns an output whose `last_hidden_state` is (B, L, D); D is `encoder.config.dim`.
    Loading draws no random numbers. Raises CourseDataError if the model cannot be loaded.

    See also: `load_tokenizer`, `course_utils.training.embed`.
    """
    with _ALONE:
        from transformers import AutoModel

        return _load(AutoModel.from_pretrained, ENCODER_FILES)


def _load(from_pretrained: Callable[..., Loaded], names: tuple[str, ...]) -> Loaded:
    from safetensors import SafetensorError

    with _quiet():
        folder = TINY_ENCODER if runtime.profile() == "cpu" else _cached(names)
        try:
            return from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, SafetensorError) as error:
            raise CourseDataError(
                f"transformers cannot read {' and '.join(names)} in {folder}: {_first_line(error)}. Remove that folder "
                "and run this again; if it belongs to the installed course, install the course again"
            ) from error


def _cached(names: tuple[str, ...]) -> Path:
    """The folder in the hub's cache that contains the files, after downloading those that are missing."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    if not all(isinstance(try_to_load_from_cache(HUB_MODEL, name, revision=HUB_REVISION), str) for name in names):
        print(f"Downloading {', '.join(names)} of {HUB_MODEL}, once")
    try:
        # A revision never changes, so cached files need no network.
        paths = [hf_hub_download(HUB_MODEL, name, revision=HUB_REVISION) for name in names]
    except Exception as error:  # the type depends on the HTTP library of this version of the hub
        raise CourseDataError(_what_to_do(error)) from error
    return Path(paths[0]).parent


def _what_to_do(error: Exception) -> str:
    from huggingface_hub import constants

    what = f"{HUB_MODEL} at revision {HUB_REVISION[:7]} could not be downloaded"
    if constants.HF_HUB_OFFLINE:
        return (
            f"{what}: HF_HUB_OFFLINE is set, and it is not in the cache at {constants.HF_HUB_CACHE}. Unset "
            "HF_HUB_OFFLINE, restart the kernel and run this cell once with a network"
        )
    reason = _first_line(error.__cause__ or error)
    return (
        f"{what} from {constants.ENDPOINT} to the cache at {constants.HF_HUB_CACHE}: {reason}. Check the network and "
        "the disk and run this cell again, or use the profile cpu, which needs neither"
    )


def _first_line(error: BaseException) -> str:
    return next((line.strip().rstrip(".") for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the loading reports, warnings and progress bars, which would clutter a cell's output or fail a test."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from huggingface_hub.utils import logging as hub_logging
    from transformers.utils import logging

    loggers = [(module, module.get_verbosity()) for module in (logging, hub_logging)]
    hub_bars, bars = not are_progress_bars_disabled(), logging.is_progress_bar_enabled()
    try:
        for module, _ in loggers:
            module.set_verbosity_error()
        logging.disable_progress_bar()
        disable_progress_bars()
        yield
    finally:
        for module, verbosity in loggers:
            module.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
        if hub_bars:
            enable_progress_bars()
