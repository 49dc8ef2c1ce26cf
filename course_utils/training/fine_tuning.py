"""Fine-tuning an encoder: optimiser, schedule, one epoch, and a whole training that keeps its best weights.

The loss, the way samples become tensors and the score come from the notebook. The recipe is the usual one for BERT and
DPR: AdamW without decay on biases and norms, linear warm-up and decay, gradients clipped, bfloat16 on a GPU.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LRScheduler

from course_utils.progress import progress
from course_utils.training.batching import Tensors, device_of, half_precision_calls, tensor_batches
from course_utils.training.threads import steady_threads

LossFunction = Callable[[nn.Module, Tensors], tuple[torch.Tensor, int]]


def make_optimiser(model: nn.Module, learning_rate: float, weight_decay: float = 0.01) -> torch.optim.AdamW:
    """AdamW for all parameters of `model`; biases and the weights of norms do not decay. Fused on CUDA."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # Biases and norms are the vectors among the parameters; matrices are weights and embeddings.
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, fused=device_of(model).type == "cuda")


def warmup_schedule(optimiser: torch.optim.Optimizer, steps: int, warmup: float = 0.1) -> LRScheduler:
    """The learning rate rises linearly from 0 in the first `warmup` share of `steps`, then falls linearly to 0."""
    from transformers import get_linear_schedule_with_warmup

    return get_linear_schedule_with_warmup(optimiser, round(warmup * steps), steps)


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Batches of an epoch, the last smaller one included."""
    return math.ceil(samples / batch_size)


def train_epoch(
    model: nn.Module,
    batches: Iterable[Tensors],
    loss_function: LossFunction,
    optimiser: torch.optim.Optimizer,
    schedule: LRScheduler,
    *,
    max_norm: float = 1.0,
    advance: Callable[[], object] | None = None,
) -> tuple[list[float], int]:
    """One pass over `batches`, a step each: the loss of each step, and how many samples were right in all.

    loss_function: (model, batch) -> (scalar loss, number of samples that are right, an int). The gradient of all
    parameters together is clipped to length max_norm. Dropout is on during the epoch and off afterwards.
    advance: called after each step.
    """
    model.train()
    losses, right = [], 0
    for batch in batches:
        optimiser.zero_grad()  # before the forward pass: else old gradients lie in memory beside its activations
        with half_precision_calls(model):
            loss, num_correct = loss_function(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimiser.step()
        schedule.step()
        losses.append(loss.detach())  # a number would make a GPU wait here
        right += num_correct
        if advance:
            advance()
    model.eval()
    return torch.stack(losses).tolist() if losses else [], right


@dataclass
class History:
    """What a training went through; epochs count from 1."""

    losses: list[float] = field(default_factory=list)  # of each step
    accuracies: list[float] = field(default_factory=list)  # of each epoch: percent right among the batch
    scores: list[dict] = field(default_factory=list)  # what `evaluate` gave after each epoch
    best_epoch: int | None = None  # whose weights were kept


def fine_tune(
    model: nn.Module,
    samples: Sequence[Any],
    tensorize: Callable[[list], Tensors],
    loss_function: LossFunction,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int = 42,
    evaluate: Callable[[nn.Module], dict] | None = None,
    select_by: Any = None,
    label: str = "",
) -> History:
    """Train `model` in place and hand back how it went.

    tensorize: a list of samples -> a tuple of tensors, the batch. loss_function: as for `train_epoch`.
    evaluate: called with the model, without dropout, after each epoch; gives a dict of scores. select_by: a key of it;
    the model ends with the weights of the epoch where that score was highest (the first of equals). Without it, with
    those of the last epoch. label: shown with a progress bar; without it there is none.
    Batches and dropout come from `seed`; the caller's random numbers are left alone.
    """
    if select_by is not None and evaluate is None:
        raise ValueError(f"select_by={select_by!r} asks for a score, so `evaluate` is needed; got None")
    steps = epochs * steps_per_epoch(len(samples), batch_size)
    optimiser = make_optimiser(model, learning_rate)
    schedule = warmup_schedule(optimiser, steps)
    shuffle = torch.Generator().manual_seed(seed)
    history, best_weights, device = History(), None, device_of(model)
    with (
        steady_threads(model),
        torch.random.fork_rng(),
        progress(steps, label) if label else contextlib.nullcontext() as advance,
    ):
        torch.manual_seed(seed)
        for epoch in range(1, epochs + 1):
            batches = tensor_batches(samples, batch_size, tensorize, device, shuffle)
            losses, right = train_epoch(model, batches, loss_function, optimiser, schedule, advance=advance)
            history.losses += losses
            history.accuracies.append(100 * right / len(samples))
            if evaluate:
                history.scores.append(evaluate(model))
            if select_by is not None and _is_best([scores[select_by] for scores in history.scores]):
                history.best_epoch = epoch
                best_weights = {name: value.to("cpu", copy=True) for name, value in model.state_dict().items()}
    if best_weights is not None:
        model.load_state_dict(best_weights)
    return history


def _is_best(scores: list[float]) -> bool:
    """Whether the last score is above all before it."""
    return all(scores[-1] > score for score in scores[:-1])
