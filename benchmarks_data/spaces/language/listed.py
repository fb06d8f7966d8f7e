"""Lists of language models that were trained, each written as the JSON of its configuration."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from benchmarks_data.benchmark import Tokens
from benchmarks_data.errors import InputError
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.spaces.language.configuration import Configuration, configuration_of

if TYPE_CHECKING:
    from benchmarks_data.spaces.language.network import LanguageModel

#: Linear layers of a block that follow one another: two of attention, two of the feed-forward part.
LAYERS_OF_A_BLOCK = 4


class ListedLanguageModels(ListedBenchmark):
    """A list of language models. Not every score can be said of their networks."""

    datasets: ClassVar[Mapping[str, Tokens]]
    observed = True
    texts = ("name",)

    @staticmethod
    def builder() -> Callable[[Configuration], LanguageModel]:
        """Return the class of the networks."""
        raise NotImplementedError

    def parse(self, string: str) -> Configuration:
        """Return the configuration; raise InputError when it is none, or of other tokens."""
        configuration = configuration_of(string)
        for tokens in self.datasets.values():
            if configuration.vocabulary != tokens.vocabulary:
                raise InputError(
                    f"n_token must be {tokens.vocabulary}, not {configuration.vocabulary}"
                )
            if configuration.length < tokens.length:
                raise InputError(
                    f"tgt_len must be {tokens.length} or more, not {configuration.length}"
                )
        return configuration

    def configuration(self, index: int) -> Configuration:
        """Return the configuration of *index*; raise InputError when there is none."""
        return self.parse(self.architecture(index).string)

    def is_connected(self, index: int) -> bool:
        """Residual connections lead from input to output in every one."""
        self.configuration(index)
        return True

    def canonical(self, index: int) -> Hashable:
        return self.configuration(index)

    def depth(self, index: int) -> int:
        """Return the number of linear layers on the longest path through the blocks."""
        return LAYERS_OF_A_BLOCK * self.configuration(index).layers

    def network(self, index: int, classes: int, seed: int) -> Any:  # noqa: ARG002
        """Return the published network without dropout.

        Its classes are the tokens, whatever is asked for.
        """
        from benchmarks_data.spaces.language.network import drawn

        return drawn(self.made(index), seed)

    def made(self, index: int) -> LanguageModel:
        """Return the network on the device meta, where it takes no memory."""
        import torch

        with torch.device("meta"):
            return self.builder()(self.configuration(index))
