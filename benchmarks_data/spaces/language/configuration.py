"""The configuration of a language model, as JSON writes it and as networks are built from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from benchmarks_data.configurations import (
    check_names,
    flag,
    one_of,
    positive,
    read_object,
    whole,
    wholes,
)
from benchmarks_data.errors import InputError

#: The largest network that is built, in parameters.
LARGEST = 500_000_000
#: What networks are built for: other values would need other layers.
_FIXED = {
    "adaptive": True,
    "attn_type": 0,
    "clamp_len": -1,
    "d_head": -1,
    "dtype": None,
    "ext_len": 0,
    "pre_lnorm": False,
    "primer_conv": False,
    "primer_square": False,
    "same_length": False,
    "sample_softmax": -1,
    "tie_weight": True,
    "use_cache": False,
    "weight_init_type": "normal",
}
_NAMES = (
    *_FIXED,
    "cutoffs",
    "d_embed",
    "d_inner",
    "d_model",
    "div_val",
    "dropatt",
    "dropout",
    "mem_len",
    "n_head",
    "n_layer",
    "n_token",
    "proj_init_std",
    "tgt_len",
    "tie_projs",
    "weight_init_range",
    "weight_init_std",
)


@dataclass(frozen=True)
class Configuration:
    """A language model.

    Attributes:
        vocabulary: how many tokens there are.
        length: of the sequences that it was trained on.
        width: of the residual stream.
        embedding: the width of the embeddings of the most frequent tokens.
        ends: of the clusters of tokens, the last being the vocabulary: cluster i holds the ids from
            the end of cluster i - 1 to its own.
        divisor: cluster i has embeddings ``embedding // divisor ** i`` wide.
        tied: of each cluster, whether its softmax has the projection of its embeddings.
        heads: of each layer.
        inner: the width of each layer's feed-forward block.
        deviation: the standard deviation of weights when they are drawn.
        projection_deviation: the same of projections of embeddings.
    """

    vocabulary: int
    length: int
    width: int
    embedding: int
    ends: tuple[int, ...]
    divisor: int
    tied: tuple[bool, ...]
    heads: tuple[int, ...]
    inner: tuple[int, ...]
    deviation: float
    projection_deviation: float

    @property
    def layers(self) -> int:
        """How many there are."""
        return len(self.inner)

    @property
    def widths(self) -> tuple[int, ...]:
        """The width of the embeddings of each cluster."""
        return tuple(self.embedding // self.divisor**cluster for cluster in range(len(self.ends)))


@lru_cache(maxsize=2048)
def configuration_of(text: str) -> Configuration:
    """Return the configuration that a JSON text describes.

    Raises:
        InputError: it is none, or of a network that is not rebuilt, or too large.
    """
    values = read_object(text)
    check_names(values, _NAMES)
    for name, word in _FIXED.items():
        one_of(name, values[name], [word])
    layers = whole("n_layer", values["n_layer"], 1, 64)
    width = whole("d_model", values["d_model"], 2, 4096)
    heads = wholes("n_head", values["n_head"], layers, 1, 64)
    if odd := [count for count in heads if width % count]:
        raise InputError(f"n_head has {odd[0]}, which does not divide d_model {width}")
    if width % 2:
        raise InputError(f"d_model must be even, not {width}")
    for name in ("dropout", "dropatt"):  # there is none when a network is scored
        if values[name] != 0 or isinstance(values[name], bool):
            positive(name, values[name], 1)
    whole("mem_len", values["mem_len"], 0, 8192)
    positive("weight_init_range", values["weight_init_range"], 10)
    configuration = Configuration(
        **_tokens(values, width),
        length=whole("tgt_len", values["tgt_len"], 1, 8192),
        width=width,
        heads=heads,
        inner=wholes("d_inner", values["d_inner"], layers, 1, 16384),
        deviation=positive("weight_init_std", values["weight_init_std"], 10),
        projection_deviation=positive("proj_init_std", values["proj_init_std"], 10),
    )
    if (size := _about(configuration)) > LARGEST:
        raise InputError(
            f"the network would have about {size:,} parameters: {LARGEST:,} are built at most"
        )
    return configuration


def _tokens(values: dict[str, Any], width: int) -> dict[str, Any]:
    """Return the entries that say how tokens are embedded and predicted.

    Clusters end where the vocabulary does, whatever cutoffs are beyond it.
    """
    vocabulary = whole("n_token", values["n_token"], 2, 10**6)
    embedding = values["d_embed"]
    embedding = width if embedding == -1 else whole("d_embed", embedding, 1, 4096)
    cutoffs = wholes("cutoffs", values["cutoffs"], None, 1, 10**7)
    ends: list[int] = []
    for cutoff in cutoffs[:16]:
        if cutoff >= vocabulary:
            break
        if ends and cutoff <= ends[-1]:
            raise InputError(f"cutoffs must rise, and {cutoff} comes after {ends[-1]}")
        ends.append(cutoff)
    ends.append(vocabulary)
    divisor = whole("div_val", values["div_val"], 1, 64)
    if embedding // divisor ** (len(ends) - 1) < 1:
        raise InputError(
            f"d_embed {embedding} is too narrow for {len(ends)} clusters of div_val {divisor}"
        )
    ties = values["tie_projs"]
    if not isinstance(ties, list) or not len(ends) <= len(ties) <= 17:
        raise InputError(f"tie_projs must be a list of {len(ends)} or more of true and false")
    return {
        "vocabulary": vocabulary,
        "embedding": embedding,
        "ends": tuple(ends),
        "divisor": divisor,
        "tied": tuple(flag("tie_projs", one) for one in ties)[: len(ends)],
    }


def _about(one: Configuration) -> int:
    """Return about how many parameters the network has, within a few per cent."""
    blocks = sum(5 * one.width**2 + 2 * one.width * inner for inner in one.inner)
    sizes = zip((0, *one.ends), one.ends, one.widths, strict=False)
    tokens = sum((end - start) * (width + 1) for start, end, width in sizes)
    return blocks + tokens + one.width * (one.length + 2 * sum(one.widths))
