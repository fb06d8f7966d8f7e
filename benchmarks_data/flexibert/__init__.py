"""FlexiBERT encoders that were trained on GLUE: networks as their configurations describe them.

The space: Tuli et al., "FlexiBERT: Are Current Transformer Architectures too Homogeneous and
Rigid?", 2022, arXiv 2205.11656. The benchmark: Serianni and Kalita, "Training-free Neural
Architecture Search for RNNs and Transformers", ACL 2023, arXiv 2306.00288
(github.com/aaronserianni/training-free-nas).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Tokens
from benchmarks_data.configurations import read_model
from benchmarks_data.errors import InputError
from benchmarks_data.flexibert.space import Configuration, Encoder, depth_of, encoder_of
from benchmarks_data.listed import ListedBenchmark

if TYPE_CHECKING:
    from benchmarks_data.flexibert.network import Network

#: Token ids, and tokens of a sequence in training.
VOCABULARY, LENGTH = 30_522, 128
#: The tasks of GLUE and their mean, which is the main one. sts is a regression: its networks are
#: scored with the two classes that most tasks have.
TASKS = {"glue": 2, "cola": 2, "mnli": 3, "mrpc": 2, "qnli": 2, "qqp": 2, "rte": 2, "sst": 2,
         "sts": 2}  # fmt: skip


class FlexiBert(ListedBenchmark):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Attributes:
        size: how many configurations the table lists; 500 are published.
    """

    name = "flexibert"
    description = "FlexiBERT: a list of encoders trained on GLUE, as their configurations say"
    paper: ClassVar[tuple[str, ...]] = (
        "https://arxiv.org/abs/2205.11656",
        "https://arxiv.org/abs/2306.00288",
    )
    files = ("flexibert",)
    datasets: ClassVar[Mapping[str, Tokens]] = {
        task: Tokens(classes, VOCABULARY, LENGTH) for task, classes in TASKS.items()
    }
    #: Correlations, which may be negative.
    numbers: ClassVar[Collection[str]] = ("cola_valid", "sts_valid")
    #: Nine configurations were drawn, and trained, twice.
    repeated = True
    observed = True

    def parse(self, string: str) -> Configuration:
        configuration = read_model(string, Configuration)
        if len(configuration.nas_config.encoder_layers) not in (2, 4):
            raise InputError("an encoder has 2 or 4 layers, and the configuration 3")
        return configuration

    def encoder(self, index: int) -> Encoder:
        """Return the encoder of *index*; raise InputError when there is none."""
        return encoder_of(self.parse(self.architecture(index).string))

    def is_connected(self, index: int) -> bool:
        """Return True: every operation hands on all tokens."""
        return bool(self.encoder(index).layers)

    def canonical(self, index: int) -> Hashable:
        return self.encoder(index)

    def depth(self, index: int) -> int:
        return depth_of(self.encoder(index))

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.flexibert.network import Network

        return Network(self.encoder(index), classes, seed)


BENCHMARK = FlexiBert()
