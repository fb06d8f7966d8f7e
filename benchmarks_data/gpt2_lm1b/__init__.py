"""Language models trained on the One Billion Word benchmark by LiteTransformerSearch.

Javaheripi et al., NeurIPS 2022, arXiv 2203.02094; github.com/microsoft/archai, branch neurips-lts.
The published sizes are those of its Transformer-XL (archai/nlp/models/mem_transformer), and of no
GPT-2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Tokens
from benchmarks_data.spaces.language.listed import ListedLanguageModels

if TYPE_CHECKING:
    from benchmarks_data.spaces.language.configuration import Configuration
    from benchmarks_data.spaces.language.network import LanguageModel


class Gpt2Lm1b(ListedLanguageModels):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Sequences are as long as those that the networks were trained on.
    """

    name = "gpt2_lm1b"
    description = (
        "Transformer-XL language models: a list of configurations trained on One Billion Word"
    )
    paper = "https://arxiv.org/abs/2203.02094"
    files = ("gpt2_lm1b",)
    datasets: ClassVar[Mapping[str, Tokens]] = {"lm1b": Tokens(50264, 50264, 32)}
    numbers = ("params", "params_nonembedding", "lm1b_valid_perplexity", "lm1b_test_perplexity")

    @staticmethod
    def builder() -> Callable[[Configuration], LanguageModel]:
        from benchmarks_data.spaces.language.transformer_xl import TransformerXl

        return TransformerXl


BENCHMARK = Gpt2Lm1b()
