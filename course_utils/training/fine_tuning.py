"""Fine-tuning an encoder: optimiser, schedule, one epoch, and a complete training run that keeps the best weights.

The notebook passes in the loss, the function that turns samples into tensors, and the score. The recipe is the usual
one for BERT and DPR: AdamW without weight decay on biases and norms, linear warm-up and decay of the learning rate,
gradient clipping, half precision on a GPU (`precision`).

Papers: Devlin et al., "BERT", 2019, https://arxiv.org/abs/1810.04805; Karpukhin et al., "Dense Passage Retrieval",
2020, https://arxiv.org/abs/2004.04906; Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (AdamW), 2019,
https://arxiv.org/abs/1711.05101.
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
from course_utils.training.batching import Tensors, tensor_batches
from course_utils.training.precision import device_of, half_precision_calls, loss_scaler
from course_utils.training.threads import steady_threads

LossFunction = Callable[[nn.Module, Tensors], tuple[torch.Tensor, int]]


def make_optimiser(model: nn.Module, learning_rate: float, weight_decay: float = 0.01) -> torch.optim.AdamW:
    """AdamW for all trainable parameters of `model`, without weight decay on biases and norms; fused on CUDA."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # Biases and norms have one dimension, weight matrices and embeddings have two.
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, fused=device_of(model).type == "cuda")


def warmup_schedule(optimiser: torch.optim.Optimizer, steps: int, warmup: float = 0.1) -> LRScheduler:
    """The learning rate rises linearly from 0 during the first fraction `warmup` of `steps`, then falls linearly to 0.

    Call `step()` on it after each optimiser step; `train_epoch` does.
    """
    from transformers import get_linear_schedule_with_warmup

    return get_linear_schedule_with_warmup(optimiser, round(warmup * steps), steps)


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """The number of batches in an epoch, including a smaller last one.

    >>> steps_per_epoch(500, 128)
    4
    """
    return math.ceil(samples / batch_size)


def train_epoch(
    model: nn.Module,
    batches: Iterable[Tensors],
    loss_function: LossFunction,
    optimiser: torch.optim.Optimizer,
    schedule: LRScheduler,
    *,
    max_norm: float = 1.0,
    scaler: torch.amp.GradScaler | None = None,
    advance: Callable[[], object] | None = None,
) -> tuple[list[float], int]:
    """One pass over `batches`, one step per batch; returns the loss of each step and how many samples were right.

    loss_function: (model, batch) -> (scalar loss, number of samples that are right, an int). The gradient of all
    parameters together is clipped to norm `max_norm`. Dropout is on during the epoch and off afterwards. scaler: of the
    loss, kept from epoch to epoch; where float16 overflows, it leaves the step out. advance: called after each step.

    See also: `fine_tune`, which runs several epochs, and `course_utils.training.train` for the small two-tower model.
    """
    model.train()
    scaler = scaler or loss_scaler(device_of(model))
    losses, right = [], 0
    for batch in batches:
        optimiser.zero_grad()  # before the forward pass, so that its activations replace the old gradients in memory
        with half_precision_calls(model, scaled=True):
            loss, num_correct = loss_function(model, batch)
        scaler.scale(loss).backward()
        scaler.unscale_(optimiser)
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if _stepped(scaler, optimiser):
            schedule.step()
        losses.append(loss.detach())  # .item() would wait for the GPU here
        right += num_correct
        if advance:
            advance()
    model.eval()
    return torch.stack(losses).tolist() if losses else [], right


def _stepped(scaler: torch.amp.GradScaler, optimiser: torch.optim.Optimizer) -> bool:
    """Take the step; False if a gradient had overflowed, so that the scaler left the step out."""
    before = scaler.get_scale()  # waits for the GPU, but only where the loss is scaled
    scaler.step(optimiser)
    scaler.update()
    return scaler.get_scale() >= before


@dataclass
class History:
    """The course of a training run; epochs count from 1."""

    losses: list[float] = field(default_factory=list)  # per step
    accuracies: list[float] = field(
        default_factory=list
    )  # per epoch: percent of samples that were right in their batch
    scores: list[dict] = field(default_factory=list)  # per epoch: the result of `evaluate`
    best_epoch: int | None = None  # the epoch whose weights were kept


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
    """Train `model` in place and return the `History` of the run.

    tensorize: a list of samples -> a tuple of tensors, the batch. loss_function: as for `train_epoch`.
    evaluate: called with the model, in eval mode, after each epoch; returns a dict of scores. select_by: a key of that
    dict; the model gets the weights of the epoch with the highest such score (the first if several are equal). Without
    it the model keeps the weights of the last epoch. label: the label of a progress bar; without it no bar is shown.
    `seed` determines batches and dropout; the caller's random number generators are not changed.
    Raises ValueError for `select_by` without `evaluate`.

    See also: `train_epoch`, `make_optimiser`, `warmup_schedule`.
    """
    if select_by is not None and evaluate is None:
        raise ValueError(f"select_by={select_by!r} needs `evaluate`, a function that returns scores; got None")
    steps = epochs * steps_per_epoch(len(samples), batch_size)
    optimiser = make_optimiser(model, learning_rate)
    schedule = warmup_schedule(optimiser, steps)
    shuffle = torch.Generator().manual_seed(seed)
    scaler = loss_scaler(device_of(model))
    history, best_weights, device = History(), None, device_of(model)
    with (
        steady_threads(model),
        torch.random.fork_rng(),
        progress(steps, label) if label else contextlib.nullcontext() as advance,
    ):
        torch.manual_seed(seed)
        for epoch in range(1, epochs + 1):
            batches = tensor_batches(samples, batch_size, tensorize, device, shuffle)
            losses, right = train_epoch(
                model, batches, loss_function, optimiser, schedule, scaler=scaler, advance=advance
            )
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
    """Whether the last score is higher than all earlier ones."""
    return all(scores[-1] > score for score in scores[:-1])
