"""ViT-Bench's pooling-based vision transformers (PiT): trained on three data sets, plain and
distilled from a convolutional teacher.

The network: Heo et al., "Rethinking Spatial Dimensions of Vision Transformers", ICCV 2021, arXiv
2103.16302. The space and the trained results: Wei et al., "Auto-Prox: Training-Free Vision
Transformer Architecture Search via Automatic Proxy Discovery", AAAI 2024, arXiv 2312.09059
(github.com/lilujunai/Auto-Prox-AAAI24).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.configurations import read_model
from benchmarks_data.errors import InputError
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.pit.space import Configuration

if TYPE_CHECKING:
    from benchmarks_data.pit.network import Network

#: Side of the images in pixels, to which every data set is scaled.
IMAGE = 224


class Pit(ListedBenchmark):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Attributes:
        size: how many configurations the table lists; 100 are published.
    """

    name = "pit"
    description = "ViT-Bench: a list of pooling-based vision transformers, images of 224 pixels"
    paper = ("https://arxiv.org/abs/2103.16302", "https://arxiv.org/abs/2312.09059")
    files = ("pit",)
    datasets: ClassVar[Mapping[str, Dataset]] = {
        f"{name}{training}": Dataset(classes, IMAGE)
        for name, classes in (("cifar100", 100), ("flowers", 102), ("chaoyang", 4))
        for training in ("", "_distilled")
    }
    observed = True

    def parse(self, string: str) -> Configuration:
        configuration = read_model(string, Configuration)
        first, second, third = configuration.num_heads
        if not first <= second <= third:
            raise InputError(
                f"num_heads {[first, second, third]} fall from stage to stage, which pooling cannot"
            )
        return configuration

    def configuration(self, index: int) -> Configuration:
        """Return the configuration of *index*; raise InputError when there is none."""
        return self.parse(self.architecture(index).string)

    def is_connected(self, index: int) -> bool:
        """Return True: all that a network computes is added to what came before."""
        return bool(self.configuration(index))

    def canonical(self, index: int) -> Hashable:
        return self.configuration(index)

    def depth(self, index: int) -> int:
        """Return the number of layers with weights that follow one another.

        Four of a block, the embedding, two of pooling and the classifier.
        """
        return 4 * sum(self.configuration(index).depth) + 4

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.pit.network import Network

        return Network(self.configuration(index), classes, seed, image=IMAGE)


BENCHMARK = Pit()
