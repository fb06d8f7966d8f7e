"""Sequences of tokens that networks are fed: drawn by seed, or from a file, which is read once,
checked, and named by its content.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

import proxies
from benchmarks_data.benchmark import Tokens
from benchmarks_data.errors import InputError
from harness.scoring.arrays import Array, read_arrays
from proxies.passes import PASSES

if TYPE_CHECKING:
    import torch

#: The short name of tokens that are drawn, each id as often as any other.
UNIFORM = "uniform"
#: Raised when a seed draws other tokens than before.
REVISION = 1
#: Before the name of a file of tokens.
FROM_FILE = "tokens of "


@dataclass(frozen=True)
class Uniform:
    """Tokens that are drawn by seed, independent, each id as often as any other."""

    revision: int = REVISION

    @property
    def key(self) -> str:
        """The name of these tokens in the key of a score."""
        return f"{UNIFORM}:{self.revision}"


@dataclass(frozen=True)
class TokenFile:
    """An ``.npz`` file with ``tokens`` (n, length) integers and perhaps ``labels`` (n,) integers,
    named with its checksum.
    """

    path: str
    sha256: str

    @property
    def key(self) -> str:
        """The name of these tokens in the key of a score: their content, not where they lie."""
        return f"tokens:{self.sha256[:16]}"


TokenSource = Uniform | TokenFile


def tokens_named(text: str) -> TokenSource:
    """Return the source that ``--tokens`` names: ``uniform``, or a file.

    Raises:
        InputError: the file is none.
    """
    return Uniform() if text == UNIFORM else TokenFile(text, _read(text).sha256)


@dataclass(frozen=True)
class Content:
    """The content of a file of tokens; ``labels`` is None where it has none."""

    tokens: Array
    labels: Array | None
    sha256: str


@lru_cache(maxsize=2)
def _read(path: str) -> Content:
    arrays, sha256 = read_arrays(
        path, "tokens", ["tokens"], ["labels"], "'tokens' (integers, samples x length)"
    )
    tokens, labels = arrays["tokens"], arrays.get("labels")
    if tokens.dtype.kind not in "iu" or tokens.ndim != 2 or 0 in tokens.shape:
        raise InputError(
            f"{path}: tokens must be integers of shape (samples, length), not {tokens.dtype} "
            f"{tokens.shape}"
        )
    if labels is not None and (labels.shape != (len(tokens),) or labels.dtype.kind not in "iu"):
        raise InputError(
            f"{path}: labels must be {len(tokens)} integers, not {labels.dtype} {labels.shape}"
        )
    return Content(tokens, labels, sha256)


def check_tokens(
    file: TokenFile, requests: Iterable[proxies.Request], dataset: Tokens, benchmark: str
) -> None:
    """Raise InputError when a file has too few sequences, or shorter ones than the networks take;
    an id beyond the vocabulary; or no labels where these are needed, or labels of no class.
    """
    content, every = _read(file.path), proxies.expand(requests)
    if content.tokens.shape[1] < dataset.length:
        raise InputError(
            f"{file.path} holds sequences of {content.tokens.shape[1]} tokens, and networks of "
            f"{benchmark} are fed {dataset.length}: give longer ones"
        )
    _check_range(file.path, "tokens", content.tokens, dataset.vocabulary)
    for request in every:
        for name, options in request.readings:
            wanted = int(dict(options).get("batch", 0)) * PASSES[name].batches
            if PASSES[name].needs & {"images", "labels"} and wanted > len(content.tokens):
                raise InputError(
                    f"{file.path} holds {len(content.tokens)} sequences, and {request.name} takes "
                    f"{wanted}"
                )
        if "labels" in request.needs:
            _check_range(file.path, "labels", _labels(file.path, content, dataset), dataset.classes)


def _check_range(path: str, what: str, values: Array, count: int) -> None:
    low, high = int(values.min()), int(values.max())
    if low < 0 or high >= count:
        raise InputError(
            f"{path} has {what} from {low} to {high}, and the network knows 0 to {count - 1}"
        )


def _labels(path: str, content: Content, dataset: Tokens) -> Array:
    """Return the class of every sequence: as labelled, else the token that comes after it."""
    if content.labels is not None:
        return content.labels
    if not dataset.predicts_next:
        raise InputError(f"{path} lacks an array 'labels', which a score reads")
    if content.tokens.shape[1] == dataset.length:
        raise InputError(
            f"{path} holds sequences of {dataset.length} tokens, and a score reads the one after "
            f"these: give {dataset.length + 1} tokens or more, or labels"
        )
    return content.tokens[:, dataset.length]


def draw_tokens(
    source: TokenSource, seed: int, dataset: Tokens, size: int, part: int
) -> torch.Tensor:
    """Return the part-th batch of *size* sequences, int64 (size, length)."""
    import torch

    from benchmarks_data.initialisation import generator

    if isinstance(source, Uniform):
        stream = generator(seed, "tokens", part)
        return torch.randint(dataset.vocabulary, (size, dataset.length), generator=stream)
    content, positions = _chosen(source, seed, size, part)
    return _tensor(content.tokens[positions, : dataset.length])


def draw_token_labels(
    source: TokenSource, seed: int, dataset: Tokens, size: int, part: int
) -> torch.Tensor:
    """Return the classes of the part-th batch, int64 (size,)."""
    import torch

    from benchmarks_data.initialisation import generator

    if isinstance(source, Uniform):
        stream = generator(seed, "labels", part)
        return torch.randint(dataset.classes, (size,), generator=stream)
    content, positions = _chosen(source, seed, size, part)
    return _tensor(_labels(source.path, content, dataset)[positions])


def _tensor(values: Array) -> torch.Tensor:
    import torch

    return torch.from_numpy(values.astype(np.int64))


def _chosen(file: TokenFile, seed: int, size: int, part: int) -> tuple[Content, Array]:
    """Return the file's content and the positions of a part of the seed's permutation of it."""
    import torch

    from benchmarks_data.initialisation import generator

    content = _read(file.path)
    count = len(content.tokens)
    if content.sha256 != file.sha256:
        raise InputError(f"{file.path} has changed since the run began: run again")
    if size * (part + 1) > count:
        raise InputError(
            f"{file.path} holds {count} sequences, and {part + 1} x {size} were asked for"
        )
    order = torch.randperm(count, generator=generator(seed, "tokens"))
    return content, order[size * part : size * (part + 1)].numpy()
