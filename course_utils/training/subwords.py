"""A text encoder that learns from scratch in seconds: the mean of vectors for words and pieces of words.

    tokenizer, encoder = SubwordTokenizer(), SubwordEncoder(dim=128)
    encoder(*tokenizer(["some text"], padding=True, return_tensors="pt").values())  # (1, 128)

Both are called like those of transformers, so they can take their place in a dual encoder. Order is ignored.

Paper: Bojanowski et al., "Enriching Word Vectors with Subword Information" (fastText), 2017,
https://arxiv.org/abs/1607.04606.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Sequence

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

BUCKETS = 2**14
COMMON = frozenset("a an and are as be by for from how i in is it its of on or that the this to what with".split())
_WORD = re.compile(r"[a-z]+|\d+")


class SubwordTokenizer:
    """Texts -> ids of their words and of each word's pieces of 3 and 4 letters, hashed into 16,384 buckets; 0 pads."""

    def __call__(
        self,
        texts: str | Sequence[str],
        pairs: str | Sequence[str] | None = None,
        *,
        max_length: int = 400,
        **_: object,
    ) -> dict[str, torch.Tensor]:
        """{"input_ids", "attention_mask"}, both (B, L), padded to the longest text and cut at max_length ids.

        pairs: second texts, appended to the first. Other settings of transformers' tokenizers are accepted and ignored.
        """
        firsts = [texts] if isinstance(texts, str) else list(texts)
        seconds = [""] * len(firsts) if pairs is None else [pairs] if isinstance(pairs, str) else list(pairs)
        rows = [
            torch.tensor((_ids(one) + _ids(other))[:max_length] or (0,))
            for one, other in zip(firsts, seconds, strict=True)
        ]
        ids = pad_sequence(rows, batch_first=True)  # (B, L)
        return {"input_ids": ids, "attention_mask": (ids > 0).long()}


class SubwordEncoder(nn.Module):
    """The weighted mean of the ids' vectors, scaled to a length of `scale`; the weights of the ids are learned too.

    With a length of sqrt(20), a dot product is 20 times the cosine, which is a temperature of 0.05.
    """

    def __init__(self, dim: int = 128, scale: float = 20**0.5):
        super().__init__()
        self.vectors = nn.Embedding(BUCKETS, dim, padding_idx=0)
        self.weights = nn.Embedding(BUCKETS, 1)
        self.scale = scale
        nn.init.normal_(self.vectors.weight, std=0.1)
        nn.init.ones_(self.weights.weight)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """ids (B, L), mask (B, L) or None -> (B, dim)."""
        mask = input_ids > 0 if attention_mask is None else attention_mask > 0
        weights = self.weights(input_ids).squeeze(-1) * mask  # (B, L)
        mixed = torch.einsum("bl,bld->bd", weights, self.vectors(input_ids))
        return self.scale * F.normalize(mixed, dim=-1)


@functools.lru_cache(maxsize=50_000)
def _ids(text: str) -> tuple[int, ...]:
    words = [word for word in _WORD.findall(text.lower()) if word not in COMMON]
    return tuple(_bucket(piece) for word in words for piece in (word, *_pieces(word)))


def _pieces(word: str) -> list[str]:
    marked = f"<{word}>"
    return [marked[i : i + size] for size in (3, 4) for i in range(len(marked) - size + 1)]


def _bucket(piece: str) -> int:
    return 1 + zlib.crc32(piece.encode()) % (BUCKETS - 1)
