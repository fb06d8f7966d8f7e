"""GPT-2 language models trained on WikiText-103 by LiteTransformerSearch.

Javaheripi et al., NeurIPS 2022, arXiv 2203.02094; github.com/microsoft/archai, branch neurips-lts
(archai/nlp/models/hf_gpt2, archai/nlp/models/model_utils).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Tokens
from benchmarks_data.spaces.language.listed import ListedLanguageModels

if TYPE_CHECKING:
    from benchmarks_data.spaces.language.configuration import Configuration
    from benchmarks_data.spaces.language.network import LanguageModel


class Gpt2Wt103(ListedLanguageModels):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Sequences of 64 tokens are a third of those that the networks were trained on, so that a score
    takes seconds.
    """

    name = "gpt2_wt103"
    description = "GPT-2 language models: a list of configurations trained on WikiText-103"
    paper = "https://arxiv.org/abs/2203.02094"
    files = ("gpt2_wt103",)
    datasets: ClassVar[Mapping[str, Tokens]] = {"wt103": Tokens(50264, 50264, 64)}
    numbers = ("params", "params_nonembedding", "wt103_valid_perplexity", "wt103_test_perplexity")

    @staticmethod
    def builder() -> Callable[[Configuration], LanguageModel]:
        from benchmarks_data.spaces.language.gpt2 import Gpt2

        return Gpt2


BENCHMARK = Gpt2Wt103()
