"""DARTS-Bench: genotypes of the DARTS space, trained for 50 epochs in the network of its paper
(github.com/OnceNAS-Bench/OnceNAS-Bench).

The space and the network: Liu, Simonyan, Yang, ICLR 2019, arXiv 1806.09055. The source does not
name the data set; presumably it is cifar10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.darts.listed import ListedGenotypes


class DartsBench(ListedGenotypes):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Attributes:
        size: how many genotypes the table lists; 545 are published.
    """

    name = "darts_bench"
    description = "DARTS-Bench: a list of genotypes of the DARTS space, 36 channels and 20 cells"
    paper = (
        "https://arxiv.org/abs/1806.09055",
        "https://github.com/OnceNAS-Bench/OnceNAS-Bench",
    )
    files = ("darts_bench",)
    datasets: ClassVar[Mapping[str, Dataset]] = {"cifar10": Dataset(10, 32)}
    numbers = ("params", "flops", "gpu_latency", "rasp_latency", "fpga_latency", "mcu_latency")
    channels, cells, scales = 36, 20, True


BENCHMARK = DartsBench()
