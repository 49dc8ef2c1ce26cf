"""The labs' models, training loops and measurements: two towers, batches, encoders, memory and tracked runs."""

from course_utils.progress import progress
from course_utils.training.batching import embed, tensor_batches
from course_utils.training.encoders import load_encoder, load_tokenizer
from course_utils.training.fine_tuning import fine_tune, make_optimiser, steps_per_epoch, train_epoch, warmup_schedule
from course_utils.training.live_curves import curves
from course_utils.training.memory import peak_bytes
from course_utils.training.options import valid_options
from course_utils.training.precision import device_of, half_precision_calls
from course_utils.training.subwords import SubwordEncoder, SubwordTokenizer
from course_utils.training.sweeps import sweep
from course_utils.training.threads import one_thread, steady_threads
from course_utils.training.tracking import results, show_tensorboard, track
from course_utils.training.two_tower import TwoTower, topic_recall, train

__all__ = [
    "SubwordEncoder",
    "SubwordTokenizer",
    "TwoTower",
    "curves",
    "device_of",
    "embed",
    "fine_tune",
    "half_precision_calls",
    "load_encoder",
    "load_tokenizer",
    "make_optimiser",
    "one_thread",
    "peak_bytes",
    "progress",
    "results",
    "show_tensorboard",
    "steady_threads",
    "steps_per_epoch",
    "sweep",
    "tensor_batches",
    "topic_recall",
    "track",
    "train",
    "train_epoch",
    "valid_options",
    "warmup_schedule",
]
