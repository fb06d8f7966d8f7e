"""NAS-Bench-301's network with genotypes of the DARTS space that NAS-Bench-Suite-Zero trained.

Zela et al., "Surrogate NAS Benchmarks: Going Beyond the Limited Search Spaces of Tabular NAS
Benchmarks", ICLR 2022, arXiv 2008.09777; Krishnakumar et al., "NAS-Bench-Suite-Zero", NeurIPS 2022,
arXiv 2210.03230; the network as NASLib builds it (github.com/automl/NASLib).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.darts.listed import ListedGenotypes


class NasBench301(ListedGenotypes):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Attributes:
        size: how many genotypes the table lists; 199 are published.
    """

    name = "nb301"
    description = (
        "NAS-Bench-301's network: a list of genotypes of the DARTS space, 32 channels and 8 cells, "
        "trained on svhn, scifar100, ninapro"
    )
    paper = ("https://arxiv.org/abs/2008.09777", "https://arxiv.org/abs/2210.03230")
    files = ("nb301", "nb301_suite_zero")
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "svhn": Dataset(10, 32),
        "scifar100": Dataset(100, 60),
        "ninapro": Dataset(18, 16, width=52, channels=1),
    }
    channels, cells, scales = 32, 8, False


BENCHMARK = NasBench301()
