"""Language models of LiteTransformerSearch: sizes, what the networks compute, configurations."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from benchmarks_data.errors import InputError
from benchmarks_data.gpt2_lm1b import Gpt2Lm1b
from benchmarks_data.gpt2_wt103 import Gpt2Wt103
from benchmarks_data.spaces.language.configuration import Configuration, configuration_of
from benchmarks_data.spaces.language.gpt2 import Gpt2
from benchmarks_data.spaces.language.listed import ListedLanguageModels
from benchmarks_data.spaces.language.network import LanguageModel, drawn
from benchmarks_data.spaces.language.transformer_xl import TransformerXl, shifted
from benchmarks_data.target import Target
from tests.listed import language_model

#: The first of each table, and what is published of it: all parameters, and those without
#: embeddings.
WT103 = language_model(
    d_embed=256,
    d_inner=[1071, 640, 1286, 800, 1871],
    d_model=128,
    div_val=4,
    n_head=[2, 4, 4, 8, 8],
    n_layer=5,
)
LM1B = language_model(
    cutoffs=[59997, 99997, 639997, 50264],
    tie_projs=[False] * 4,
    d_embed=-1,
    d_inner=[
        *(1624, 1150, 1732, 1228, 1879, 1176, 1926, 1512),
        *(1968, 1314, 1071, 1256, 1553, 1789, 1804, 928),
    ],
    d_model=512,
    div_val=2,
    n_head=[4, 4, 2, 8, 4, 2, 8, 8, 8, 2, 4, 8, 2, 8, 4, 4],
    n_layer=16,
    tgt_len=32,
)
PUBLISHED = [(Gpt2, WT103, 8_505_006, 1_790_372), (TransformerXl, LM1B, 71_846_334, 45_536_614)]
KINDS = pytest.mark.parametrize("kind", [Gpt2, TransformerXl])


def on_meta(kind: type[LanguageModel], configuration: Configuration) -> LanguageModel:
    with torch.device("meta"):
        return kind(configuration)


def small(kind: type[LanguageModel], **entries: Any) -> LanguageModel:
    """A network of 90 tokens in three clusters, double precision."""
    given = {"n_token": 90, "cutoffs": [20, 50], "tie_projs": [False, True, True]}
    text = json.dumps(language_model(**{**given, **entries}))
    network: LanguageModel = drawn(on_meta(kind, configuration_of(text)), 0)
    return network.double().eval()


def sizes(network: LanguageModel) -> tuple[int, int]:
    """All parameters, and those without embeddings."""
    total, apart = (
        sum(one.numel() for module in modules for one in module.parameters())
        for modules in ([network], network.embeddings)
    )
    return total, total - apart


@pytest.mark.parametrize(("kind", "entries", "total", "rest"), PUBLISHED)
def test_the_published_numbers_of_parameters(
    kind: type[LanguageModel], entries: dict[str, Any], total: int, rest: int
) -> None:
    network = on_meta(kind, configuration_of(json.dumps(entries)))
    assert sizes(network) == (total, rest)


@pytest.mark.parametrize("models", [Gpt2Wt103(), Gpt2Lm1b()], ids=lambda one: one.name)
def test_all_200_sizes_equal_the_published_needs_nas_tables(
    models: ListedLanguageModels, more_tables: Path
) -> None:
    table = models.table(more_tables).values
    assert len(table) == 200
    ours = {index: sizes(models.made(index)) for index in table.index}
    columns = zip(table["params"], table["params_nonembedding"], strict=True)
    assert ours == dict(zip(table.index, columns, strict=True))


@KINDS
@pytest.mark.parametrize("divisor", [1, 2])
@pytest.mark.parametrize("width", [-1, 8])
def test_probabilities_are_of_all_tokens_and_sum_to_one(
    kind: type[LanguageModel], divisor: int, width: int
) -> None:
    network = small(kind, div_val=divisor, d_embed=width)
    ids = torch.arange(60).reshape(3, 20)
    with torch.no_grad():
        assert network(ids).shape == (3, 90)
        assert torch.allclose(network(ids).exp().sum(1), torch.ones(3).double())


@KINDS
@pytest.mark.parametrize("width", [-1, 8])
def test_tokens_are_embedded_as_their_clusters_say(kind: type[LanguageModel], width: int) -> None:
    tokens = small(kind, d_embed=width).tokens
    tables = [
        one.weight @ projection.T
        for one, projection in zip(tokens.tables, tokens.projections, strict=True)
        if isinstance(one, nn.Embedding)
    ]
    assert [len(one) for one in tables] == [20, 30, 40]
    ids = torch.tensor([[0, 19, 20, 49, 50, 89]])
    assert torch.allclose(tokens(ids)[0], torch.cat(tables)[ids[0]] * math.sqrt(16))


@KINDS
def test_no_place_sees_later_tokens(kind: type[LanguageModel]) -> None:
    network = small(kind)
    x = torch.randn(2, 9, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    other = x.clone()
    other[:, 6:] += 1
    for block in network.blocks:
        one, changed = block(x), block(other)
        assert torch.allclose(one[:, :6], changed[:, :6])
        assert not torch.isclose(one[:, 6:], changed[:, 6:]).all(-1).any()


def test_attention_of_gpt2_is_that_of_torch() -> None:
    attention: Any = small(Gpt2).blocks[1].attention
    x = torch.randn(2, 7, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    query, key, value = (
        one.reshape(2, 7, 4, 4).transpose(1, 2)
        for one in attention.inputs(attention.norm(x)).chunk(3, dim=-1)
    )
    attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    expected = attention.output(attended.transpose(1, 2).reshape(2, 7, 16))
    assert torch.allclose(attention(x), expected)


def test_columns_of_distances_become_columns_of_places() -> None:
    scores = torch.arange(25.0).reshape(1, 1, 5, 5)  # column c is of distance 4 - c
    places = shifted(scores)[0, 0]
    for row in range(5):
        for column in range(row + 1):
            assert places[row, column] == scores[0, 0, row, 4 - (row - column)]


def test_weights_are_drawn_as_the_authors_draw_them() -> None:
    entries = {"d_model": 64, "d_inner": [500, 500], "n_head": [2, 2]}
    gpt2, xl = (
        {name: one.detach() for name, one in small(kind, **entries).named_parameters()}
        for kind in (Gpt2, TransformerXl)
    )
    last = "blocks.0.feed_forward.output.weight"
    for network, deviation in ((gpt2, 0.01), (xl, 0.02)):  # 0.02 / sqrt(2 * 2 layers)
        for name, expected in (
            ("blocks.0.attention.inputs.weight", 0.02),
            ("tokens.projections.0", 0.01),
            ("tokens.output_projections.0", 0.01),
            (last, deviation),
        ):
            assert float(network[name].std()) == pytest.approx(expected, rel=0.15), name
        assert not network["blocks.0.feed_forward.inputs.bias"].any()
    assert (gpt2["norm.weight"] == 1).all()
    assert 0.01 < float(xl["blocks.0.norm.weight"].std()) < 0.03


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_layer": 10**9}, "n_layer must be a whole number from 1 to 64, not 1000000000"),
        ({"n_layer": -1}, "n_layer must be"),
        ({"n_layer": True}, "n_layer must be a whole number from 1 to 64, not True"),
        ({"n_layer": 3}, "n_head must be a list of 3 whole numbers"),
        ({"d_inner": [10, -20]}, r"d_inner\[1\] must be a whole number from 1 to 16384, not -20"),
        ({"d_inner": [10, 2e1]}, r"d_inner\[1\] must be"),
        ({"d_inner": "12"}, "d_inner must be a list of 2 whole numbers, not 12"),
        ({"n_head": [2, 3]}, "n_head has 3, which does not divide d_model 16"),
        ({"d_model": 10**6}, "d_model must be"),
        ({"d_model": 15, "n_head": [3, 5]}, "d_model must be even"),
        ({"d_embed": 0}, "d_embed must be"),
        ({"d_embed": 8, "div_val": 16}, "d_embed 8 is too narrow for 3 clusters of div_val 16"),
        ({"n_token": 10**8}, "n_token must be"),
        ({"cutoffs": [30, 30]}, "cutoffs must rise, and 30 comes after 30"),
        ({"cutoffs": [[1]]}, r"cutoffs\[0\] must be"),
        ({"tie_projs": [True]}, "tie_projs must be a list of 3 or more"),
        ({"tie_projs": [0, 0, 0]}, "tie_projs must be true or false, not 0"),
        ({"pre_lnorm": True}, "pre_lnorm must be false, not True: others are not rebuilt"),
        ({"attn_type": False}, "attn_type must be 0, not False"),
        ({"dropout": 7}, "dropout must be a positive number up to 1, not 7"),
        ({"weight_init_std": 0}, "weight_init_std must be a positive number"),
        ({"weight_init_std": 10**400}, "weight_init_std must be a positive number"),
        ({"extra": 1}, "unknown entry of a configuration 'extra'"),
        (
            {"d_model": 4096, "n_head": [2] * 64, "d_inner": [16384] * 64, "n_layer": 64},
            "the network would have about 13,9.* parameters: 500,000,000 are built at most",
        ),
    ],
)
def test_a_configuration_of_no_use_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as told:
        configuration_of(json.dumps(language_model(**change)))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 10000 + "]" * 10000, "too long"),
        ("[" * 8000 + "]" * 8000, "no JSON|nested too deeply|must be a JSON object"),
        ('{"a": 1, "a": 2}', "names a twice"),
        ('{"a": NaN}', "holds NaN, which is no number"),
        ("[1]", "must be a JSON object"),
        ("{", "no JSON"),
        ('{"a": ' + "9" * 5000 + "}", "no JSON"),
        ("{}", "lacks adaptive, attn_type"),
    ],
)
def test_a_text_that_is_no_configuration_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        configuration_of(text)


def test_a_list_of_other_tokens_is_refused() -> None:
    for change, message in (({"n_token": 500}, "n_token must be 50264"), ({"tgt_len": 8}, "64")):
        with pytest.raises(InputError, match=message):
            Gpt2Wt103().parse(json.dumps(language_model(**change)))


def test_perplexity_is_the_result_where_there_is_no_accuracy(tmp_path: Path) -> None:
    path = tmp_path / "gpt2_wt103.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["index", "name", "arch", "wt103_valid_perplexity", "wt103_test_perplexity"])
        for index in range(3):
            text = json.dumps(language_model(d_inner=[9, 9 + index]))
            rows.writerow([index, f"j{index}", text, 5, 40 - index])
    table = Gpt2Wt103().table(tmp_path)
    assert list(table.values) == ["wt103_valid_perplexity", "wt103_test_perplexity"]
    assert table.values["wt103_test_perplexity"].tolist() == [40, 39, 38]
    assert table.default_target("wt103") == "wt103_test_perplexity"
    assert not Target.parse("wt103_test_perplexity").higher_is_better
    assert not Target.parse("wt103_test_perplexity").is_known_before_training
    assert table.oriented("wt103_test_perplexity").tolist() == [-40, -39, -38]
    signs = {name: Target.parse(name).sign for name in ("a_latency", "a_loss", "a_test", "a_ssim")}
    assert signs == {"a_latency": 1, "a_loss": -1, "a_test": 1, "a_ssim": 1}
    path.write_text(path.read_text().replace(",40\n", ",40,1\n"))
    with pytest.raises(InputError, match="line 2: 5 values, expected 4"):
        Gpt2Wt103().table(tmp_path)
