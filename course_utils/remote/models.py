"""Models built by name: how a test passes a model to a student's function without pickle.

`build("mlp", sizes=(4, 3))` makes a module that stores its recipe; the recipe and the state dict are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import nn

_BUILDERS: dict[str, Callable[..., nn.Module]] = {}


def builder(function: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Decorator: register a function that makes a module from plain arguments, under the function's name."""
    _BUILDERS[function.__name__] = function
    return function


def build(name: str, **arguments: Any) -> nn.Module:
    """The module that the builder `name` makes from `arguments`. Raises ValueError for an unknown name.

    >>> model = build("mlp", sizes=(4, 3))
    >>> model(torch.zeros(2, 4)).shape, recipe(model)
    (torch.Size([2, 3]), ('mlp', {'sizes': (4, 3)}))
    """
    if name not in _BUILDERS:
        raise ValueError(f"unknown builder {name!r}; available: {', '.join(sorted(_BUILDERS))}")
    module = _BUILDERS[name](**arguments)
    vars(module)["_recipe"] = (name, arguments)  # a plain attribute, neither tensor nor submodule
    return module


def recipe(value: Any) -> tuple[str, dict] | None:
    """(name, arguments) of a module made by `build`, else None."""
    return getattr(value, "_recipe", None) if isinstance(value, nn.Module) else None


@builder
def mlp(sizes: Sequence[int], bias: bool = True) -> nn.Module:
    """Linear layers of the given sizes with tanh between them: (..., sizes[0]) -> (..., sizes[-1])."""
    layers: list[nn.Module] = []
    for width_in, width_out in pairwise(sizes):
        layers += [nn.Linear(width_in, width_out, bias=bias), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


@builder
def embedding(num_embeddings: int, embedding_dim: int) -> nn.Module:
    """A table of rows: the simplest model from ids to vectors (or to logits)."""
    return nn.Embedding(num_embeddings, embedding_dim)


class TableEncoder(nn.Module):
    """Texts to vectors without a transformer: the mean of a table's rows over the tokens that the mask lets through.

    Its arguments have the names that Hugging Face encoders use, so that calls by keyword work too.
    """

    def __init__(self, num_embeddings: int, dim: int, dropout: float = 0.0):
        super().__init__()
        self.table, self.dropout = nn.Embedding(num_embeddings, dim), nn.Dropout(dropout)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """input_ids (B, L), attention_mask (B, L) of 0 and 1, None = all ones -> (B, D)."""
        weights = torch.ones_like(input_ids) if attention_mask is None else attention_mask  # (B, L)
        total = (self.table(input_ids) * weights[:, :, None]).sum(dim=1)  # (B, D)
        return self.dropout(total / weights.sum(dim=1, keepdim=True))


@builder
def table_encoder(num_embeddings: int, dim: int) -> nn.Module:
    """A `TableEncoder`: (input_ids, attention_mask) -> (B, dim)."""
    return TableEncoder(num_embeddings, dim)


class _OptionalTable(TableEncoder):
    def forward(  # type: ignore[override]
        self, input_ids: torch.Tensor | None, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor | None:
        return None if input_ids is None else super().forward(input_ids, attention_mask)


class TwoTables(nn.Module):
    """A pair of tables that is called as the retrieval labs call their models."""

    def __init__(self, num_embeddings: int, dim: int, dropout: float = 0.0):
        super().__init__()
        self.query_encoder, self.passage_encoder = (_OptionalTable(num_embeddings, dim, dropout) for _ in range(2))

    def forward(self, Q: Any = None, Q_mask: Any = None, P: Any = None, P_mask: Any = None) -> tuple[Any, Any]:
        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)


@builder
def two_tables(num_embeddings: int, dim: int, dropout: float = 0.0) -> nn.Module:
    """A model (Q, Q_mask, P, P_mask) -> (X, Y) of two table encoders of its own, with dropout on both embeddings."""
    return TwoTables(num_embeddings, dim, dropout)


class EchoEncoder(nn.Module):
    """Looks like a Hugging Face encoder, and its hidden states can be worked out by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        *,
        output_hidden_states: bool = False,
        return_dict: bool = True,
    ) -> Any:
        """Hidden state at position t: (the token's id, t, how many tokens the mask lets through)."""
        from transformers.modeling_outputs import BaseModelOutput

        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask  # (B, L)
        places = torch.arange(input_ids.shape[1]).expand_as(input_ids)  # (B, L)
        visible = mask.sum(dim=1, keepdim=True).expand_as(input_ids)  # (B, L)
        states = self.scale * torch.stack([input_ids, places, visible], dim=2).float()  # (B, L, 3)
        output = BaseModelOutput(last_hidden_state=states, hidden_states=(states,) if output_hidden_states else None)
        return output if return_dict else output.to_tuple()


@builder
def echo_encoder() -> nn.Module:
    """An `EchoEncoder`."""
    return EchoEncoder()


@builder
def tiny_transformer(kind: str, vocab_size: int, dim: int, heads: int = 2, layers: int = 2) -> nn.Module:
    """An untrained Hugging Face encoder with 64 positions and no dropout. kind: "distilbert" or "bert"."""
    from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

    if kind == "distilbert":
        return DistilBertModel(
            DistilBertConfig(
                vocab_size=vocab_size,
                max_position_embeddings=64,
                dim=dim,
                n_heads=heads,
                n_layers=layers,
                hidden_dim=2 * dim,
                dropout=0.0,
                attention_dropout=0.0,
            )
        )
    if kind != "bert":
        raise ValueError(f'expected kind "distilbert" or "bert", got {kind!r}')
    return BertModel(
        BertConfig(
            vocab_size=vocab_size,
            max_position_embeddings=64,
            hidden_size=dim,
            num_attention_heads=heads,
            num_hidden_layers=layers,
            intermediate_size=2 * dim,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
