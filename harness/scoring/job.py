"""What a score is, and what it depends on."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, cast

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Tokens
from benchmarks_data.listed import ListedBenchmark
from harness.scoring.inputs import Images, key_of
from harness.scoring.natural import CURRENT
from proxies.requests import reads_images

#: The precisions that every score is computed in.
DTYPES = ("float32", "float64")
#: That of the scores which keep their order in it (:meth:`Job.dtype_of`).
BFLOAT16 = "bfloat16"
PRECISIONS = (*DTYPES, BFLOAT16)
PRECISION_HELP = (
    "bfloat16 is for the scores that keep their order in it, the others stay in float32 (default: "
    "float32)"
)


@dataclass(frozen=True)
class Job:
    """What all scores of a run depend on, besides architecture, proxy and seed.

    Attributes:
        benchmark: name of the benchmark.
        dataset: decides the networks' number of classes and the images' size.
        images: where batches come from, of tokens where the networks take these; None is Gaussian
            noise.
        dtype: of the computation, one of PRECISIONS.
        device: of the computation; not part of a score's identity.
        plugins: files that register further proxies, with their checksums.
        memory: bytes that architectures which are computed together may take; None lets the engine
            decide. No part of a score's identity either.
        batch: the seed of the batches of images and labels; None is the seed of the task, which
            draws all else.
        listing: the file of a benchmark that is a list, and the list's checksum; None for others.
    """

    benchmark: str
    dataset: str
    images: Images = CURRENT
    dtype: str = "float32"
    device: str = "cpu"
    plugins: tuple[tuple[Path, int], ...] = ()
    memory: int | None = None
    batch: int | None = None
    listing: tuple[Path, str] | None = None

    @property
    def architectures(self) -> str:
        """What identifies the meaning of indices: the benchmark, and of a list its checksum."""
        return f"{self.benchmark}@{self.listing[1][:16]}" if self.listing else self.benchmark

    def open_list(self) -> None:
        """Open the list in this process, where the benchmark is one; raise InputError when it has
        changed.
        """
        if self.listing:
            path, checksum = self.listing
            cast(ListedBenchmark, benchmarks_data.get(self.benchmark)).open(path, checksum)

    def dtype_of(self, request: proxies.Request) -> str:
        """Return the precision of a request's scores: the job's, or float32 where that is bfloat16
        and the request, or the benchmark's networks, are not computed in it.
        """
        if self.dtype != BFLOAT16 or (request.bfloat16 and convolutional(self.benchmark)):
            return self.dtype
        return "float32"

    def by_precision(
        self, requests: Iterable[proxies.Request]
    ) -> list[tuple[Job, list[proxies.Request]]]:
        """Return a job for each precision that single proxies among *requests* have, with these."""
        groups: dict[str, list[proxies.Request]] = {}
        for request in requests:
            groups.setdefault(self.dtype_of(request), []).append(request)
        return [(replace(self, dtype=dtype), its) for dtype, its in groups.items()]

    def dataset_of(self, request: proxies.Request) -> str:
        """Return what identifies the networks that a request sees.

        Their dataset, or their images' size if it reads no logits.
        """
        dataset = benchmarks_data.get(self.benchmark).datasets[self.dataset]
        if request.logits:
            return self.dataset
        if isinstance(dataset, Tokens):
            return f"{dataset.length} tokens of {dataset.vocabulary}"
        channels, height, width = dataset.shape
        usual = channels == 3 and height == width
        return f"{height} pixels" if usual else f"{channels}x{height}x{width} pixels"

    def revision_of(self, request: proxies.Request) -> int:
        """Return the version of a request's scores.

        Its proxy's, the benchmark's corrections of the passes that it reads, and the checksum of
        the file where a plugin defines the benchmark.
        """
        corrections: Mapping[str, int] = getattr(
            benchmarks_data.get(self.benchmark), "corrections", {}
        )
        revision = request.proxy.revision + sum(
            corrections.get(name, 0) for name, _ in request.readings
        )
        checksum = benchmarks_data.checksum_of(self.benchmark)
        return zlib.crc32(f"{revision} {checksum}".encode()) if checksum else revision

    def batch_of(self, score: Score) -> int:
        """Return the seed of the batch behind a score.

        The job's, or the score's own where the job has none or no batch is read.
        """
        return (
            self.batch
            if self.batch is not None and reads_images(proxies.request(score.proxy))
            else score.seed
        )

    def inputs_of(self, request: proxies.Request) -> str:
        """Return what identifies the images that a request reads; empty when it reads none."""
        return key_of(self.images) if reads_images(request) else ""

    def key_of(self, request: proxies.Request, seed: int) -> Key:
        """Return the key of a request's scores under a seed.

        A batch of another seed is part of the name of the inputs, where these are read.
        """
        inputs = self.inputs_of(request)
        if inputs and self.batch not in (None, seed):
            inputs += f"#batch={self.batch}"
        return Key(
            self.architectures,
            self.dataset_of(request),
            inputs,
            self.dtype_of(request),
            request.name,
            self.revision_of(request),
            seed,
        )


class Key(NamedTuple):
    """What identifies scores, besides the architecture; of the same names in the store."""

    benchmark: str
    dataset: str
    inputs: str
    dtype: str
    proxy: str
    revision: int
    seed: int


@dataclass(frozen=True, slots=True)
class Task:
    """One architecture under one seed, with the names of the proxies that are due.

    The unit of work.
    """

    index: int
    seed: int
    proxies: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """One score. ``status`` is ``ok``, or the reason why ``score`` is missing (NaN).

    ``seconds``: its pass and its formula.
    """

    index: int
    proxy: str
    seed: int
    score: float
    seconds: float
    status: str


def convolutional(benchmark: str) -> bool:
    """Return whether bfloat16 is for a benchmark's networks: not for those that passes look at
    first, which are transformers.
    """
    return not getattr(benchmarks_data.get(benchmark), "observed", False)


def seeds_of(request: proxies.Request, seeds: Sequence[int]) -> Sequence[int]:
    """Return which of *seeds* a request is scored under.

    A deterministic proxy has seed 0 alone, whatever is asked for.
    """
    return seeds if request.needs else (0,)


def draws_of(
    request: proxies.Request, seeds: Sequence[int], batches: Sequence[int] | None
) -> list[tuple[int, int]]:
    """Return the pairs of a seed and a batch's seed that a request is scored under.

    Without *batches* the seed draws the batch too. With them every seed meets every batch, but for
    a score that reads no batch.
    """
    if batches is None or not request.needs & {"images", "labels"}:
        return [(seed, seed) for seed in seeds_of(request, seeds)]
    return [(seed, batch) for seed in seeds for batch in batches]
