"""A training step and embedding with the course and with sentence-transformers: same model, data, batch, precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from clock import now
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import DistilBertConfig, DistilBertModel, PrinterCallback, TrainerCallback

from course_utils.data.nq.knowledge_base import Passage, Sample
from course_utils.training.batching import embed, tensor_batches
from course_utils.training.encoders import load_tokenizer
from course_utils.training.fine_tuning import make_optimiser, train_epoch, warmup_schedule
from course_utils.training.precision import half_precision

MAX_LENGTH, LEARNING_RATE, WARMUP_STEPS = 100, 1e-4, 3
Run = Callable[[Callable[[], None]], None]
"""Trains, and calls its argument after each step."""


def save_model(config: DistilBertConfig, folder: Path) -> None:
    """Save a DistilBERT with random weights, which both sides load, and the course's tokenizer."""
    torch.manual_seed(0)
    DistilBertModel(config).save_pretrained(folder)
    load_tokenizer().save_pretrained(folder)


@dataclass
class Stopwatch:
    """Call it after each of `steps` steps. Ignores start-up; waits for a GPU only at the start and end."""

    steps: int
    device: torch.device
    count: int = 0
    began: float = 0.0
    seconds_per_step: float = 0.0

    def __call__(self) -> None:
        self.count += 1
        if self.count == WARMUP_STEPS:
            self.began = now(self.device)
        elif self.count == self.steps:
            self.seconds_per_step = (now(self.device) - self.began) / (self.steps - WARMUP_STEPS)


class Course:
    """Lab 05's model (one encoder for both towers), batches and loss, and the course's training loop."""

    def __init__(self, lab: dict[str, Any], folder: Path, device: torch.device):
        encoder = lab["CLSEncoder"](DistilBertModel.from_pretrained(folder))
        self.lab, self.device, self.tokenizer = lab, device, load_tokenizer()
        self.model = lab["DualEncoder"](encoder, encoder).to(device)

    def training(self, samples: list[Sample], batch_size: int, epochs: int = 1) -> Run:
        optimiser = make_optimiser(self.model, LEARNING_RATE)
        schedule = warmup_schedule(optimiser, epochs * len(samples) // batch_size)
        shuffle = torch.Generator().manual_seed(0)

        def run(after_step: Callable[[], None]) -> None:
            for _ in range(epochs):
                epoch(after_step)

        def epoch(after_step: Callable[[], None]) -> None:
            batches = tensor_batches(samples, batch_size, self._tensors, self.device, shuffle)
            train_epoch(self.model, batches, self.lab["in_batch_nce_loss"], optimiser, schedule, advance=after_step)

        return run

    def _tensors(self, samples: list[Sample]) -> tuple[torch.Tensor, ...]:
        return self.lab["tensorize"](samples, self.tokenizer, MAX_LENGTH)

    def embed(self, passages: list[Passage], batch_size: int) -> torch.Tensor:
        def pairs(some: list[Passage]) -> tuple[torch.Tensor, torch.Tensor]:
            sides = [[passage[side] for passage in some] for side in ("title", "text")]
            tokens = self.tokenizer(*sides, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")
            return tokens["input_ids"], tokens["attention_mask"]

        return embed(self.model.passage_encoder, passages, pairs, batch_size=batch_size)


class Library:
    """sentence-transformers: the same encoder, [CLS] pooling, its ranking loss on raw dot products and its trainer."""

    def __init__(self, folder: Path, device: torch.device):
        transformer = Transformer(str(folder), max_seq_length=MAX_LENGTH)
        pooling = Pooling(transformer.get_embedding_dimension(), "cls")
        self.device, self.folder = device, folder
        self.model = SentenceTransformer(modules=[transformer, pooling], device=str(device))

    def training(self, samples: list[Sample], batch_size: int, epochs: int = 1) -> Run:
        pairs = {
            "anchor": [sample["question"] for sample in samples],
            "positive": [_as_text(sample["gold_context"]) for sample in samples],
        }
        trainer = SentenceTransformerTrainer(
            self.model,
            args=self._arguments(batch_size, epochs),
            train_dataset=Dataset.from_dict(pairs),
            loss=MultipleNegativesRankingLoss(self.model, scale=1.0, similarity_fct=lambda a, b: a @ b.T),
        )

        def run(after_step: Callable[[], None]) -> None:
            trainer.remove_callback(PrinterCallback)
            trainer.add_callback(_AfterStep(after_step))
            trainer.train()

        return run

    def _arguments(self, batch_size: int, epochs: int) -> SentenceTransformerTrainingArguments:
        on_gpu = self.device.type == "cuda"
        return SentenceTransformerTrainingArguments(
            output_dir=str(self.folder / "out"),
            num_train_epochs=epochs,
            per_device_train_batch_size=batch_size,
            learning_rate=LEARNING_RATE,
            weight_decay=0.01,
            max_grad_norm=1.0,
            warmup_steps=0.1,  # a share of all steps
            bf16=on_gpu,
            use_cpu=not on_gpu,
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )

    def embed(self, passages: list[Passage], batch_size: int) -> torch.Tensor:
        texts = [_as_text(passage) for passage in passages]
        with half_precision(self.device):
            return self.model.encode(texts, batch_size=batch_size, convert_to_tensor=True, show_progress_bar=False)


def _as_text(passage: Passage) -> str:
    """Text that the tokenizer turns into the same ids as the pair of title and text."""
    return f"{passage['title']} [SEP] {passage['text']}"


class _AfterStep(TrainerCallback):
    def __init__(self, call: Callable[[], None]):
        self.call = call

    def on_step_end(self, *arguments: Any, **state: Any) -> None:
        self.call()
