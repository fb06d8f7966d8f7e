"""Networks of the DARTS space in two published settings, and what of them matters."""

import random
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch import nn

from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.errors import InputError
from benchmarks_data.nb301 import NasBench301
from benchmarks_data.spaces.darts import network as networks
from benchmarks_data.spaces.darts.genotype import Genotype, genotype_of_text, printed_genotype
from benchmarks_data.spaces.darts.liveness import canonical, depth, is_connected, live_terms
from benchmarks_data.spaces.darts.network import Network
from harness.scoring.inputs import network_inputs
from proxies.passes.synaptic_flow import expected_flow, synaptic_flow
from proxies.view import cell_view
from tests.listed import random_genotype
from tests.networks import inputs

#: The first row of DARTS-Bench, and of NAS-Bench-Suite-Zero's NAS-Bench-301.
FIRST = (
    "normal:sep_conv_5x5~0|dil_conv_5x5~1|avg_pool_3x3~1|dil_conv_5x5~0|avg_pool_3x3~2|"
    "dil_conv_3x3~3|sep_conv_3x3~2|sep_conv_3x3~0;reduce:sep_conv_5x5~1|max_pool_3x3~0|"
    "max_pool_3x3~0|max_pool_3x3~1|dil_conv_3x3~1|dil_conv_3x3~0|avg_pool_3x3~0|sep_conv_3x3~4"
)
FIRST_301 = (
    "normal:dil_conv_3x3~0|sep_conv_3x3~1|dil_conv_3x3~1|max_pool_3x3~2|dil_conv_3x3~1|"
    "avg_pool_3x3~2|dil_conv_3x3~0|sep_conv_5x5~4;reduce:sep_conv_5x5~0|max_pool_3x3~1|"
    "dil_conv_3x3~0|dil_conv_3x3~2|skip_connect~0|avg_pool_3x3~3|sep_conv_3x3~2|avg_pool_3x3~4"
)
KINDS = {"relus": nn.ReLU, "averages": nn.AvgPool2d, "maxima": nn.MaxPool2d}
SETTINGS = {"channels": 32, "cells": 8, "scales": False}


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_published_numbers_of_parameters() -> None:
    assert parameters(Network(genotype_of_text(FIRST), 10, 0)) == 3_262_942
    first = genotype_of_text(FIRST_301)
    assert parameters(Network(first, 100, 0, **SETTINGS)) == 989_124
    assert parameters(Network(first, 10, 0, **SETTINGS)) == 942_954
    assert parameters(Network(first, 18, 0, **SETTINGS, image_channels=1)) == 945_330


@pytest.fixture
def unset_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no weights, which takes most of the time."""
    monkeypatch.setattr(networks, "initialise", lambda *_: None)


@pytest.mark.slow
@pytest.mark.usefixtures("unset_weights")
def test_all_parameters_of_darts_bench_equal_the_published_needs_nas_tables(
    more_tables: Path,
) -> None:
    benchmark = DartsBench()
    published = benchmark.table(more_tables).values["params"]
    assert len(published) == 545
    ours = {index: parameters(benchmark.network(index, 10, 0)) for index in published.index}
    assert ours == published.to_dict()


def values(network: nn.Module, shape: tuple[int, ...]) -> dict[str, int]:
    """Multiply-accumulates, and values that modules of a kind put out for one image."""
    counts = dict.fromkeys(("macs", "norms", "scaled", *KINDS), 0)

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        if isinstance(module, nn.Conv2d | nn.Linear):
            counts["macs"] += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.BatchNorm2d):
            counts["norms"] += output.numel()
            counts["scaled"] += output.numel() * module.affine
        for name, kind in KINDS.items():
            counts[name] += output.numel() * isinstance(module, kind)

    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(count)
    network.to("meta")(torch.empty(1, *shape, device="meta"))
    return counts


@pytest.mark.slow
@pytest.mark.usefixtures("unset_weights")
def test_flops_of_darts_bench_count_norms_and_averages_needs_nas_tables(more_tables: Path) -> None:
    """Four for each value of a normalisation, one for each of an average pooling, and one for each
    value that the last pooling reads or puts out.
    """
    benchmark = DartsBench()
    published = benchmark.table(more_tables).values["flops"]
    for index in published.index[::20]:
        counted = values(benchmark.network(index, 10, 0).eval(), (3, 32, 32))
        more = 4 * counted["norms"] + counted["averages"] + 576 * (8 * 8 + 1)
        assert published[index] == counted["macs"] + more


@pytest.mark.slow
@pytest.mark.usefixtures("unset_weights")
@pytest.mark.parametrize(
    ("dataset", "classes", "shape", "last"),
    [
        ("svhn", 10, (3, 32, 32), (8, 8)),
        ("scifar100", 100, (3, 60, 60), (15, 15)),
        ("ninapro", 18, (1, 16, 52), (4, 13)),
    ],
)
def test_sizes_of_nb301_equal_the_published_needs_nas_tables(
    dataset: str,
    classes: int,
    shape: tuple[int, int, int],
    last: tuple[int, int],
    more_tables: Path,
    reference_scores: Path,
) -> None:
    """All parameters, and the flops of some.

    That suite adds one for each value of a normalisation and one more if it has a scale, one for
    each of a ReLU, nine for each of a pooling, and (h + 1) (w + 1) for a channel of the last one.
    """
    benchmark = NasBench301()
    assert f"{dataset}_valid" in benchmark.table(more_tables).values
    assert benchmark.datasets[dataset].shape == shape
    published = pd.read_csv(reference_scores / "nb301_suite-zero_scores.csv.gz")
    rows = published[published["dataset"] == dataset]
    assert len(rows) == benchmark.size == 199
    for place, row in enumerate(rows.itertuples()):
        network = benchmark.network(benchmark.index(row.arch), classes, 0)
        assert parameters(network) == round(row.params * 1e6)
        if place % 20 == 0:
            counted = values(network.eval(), shape)
            more = counted["norms"] + counted["scaled"] + counted["relus"]
            more += 9 * (counted["averages"] + counted["maxima"])
            more += 512 * (last[0] + 1) * (last[1] + 1)
            assert round(row.flops * 1e6) == counted["macs"] + more


def small(genotype: Genotype, cells: int = 5) -> Network:
    return Network(genotype, 10, 0, channels=4, cells=cells).to(torch.float64)


@pytest.mark.parametrize("seed", range(8))
def test_live_terms_are_those_that_carry_flow(seed: int) -> None:
    """The synaptic flow of a linearised network is positive on every path, and 0 elsewhere."""
    network = small(random_genotype(random.Random(seed)), cells=4)
    flow = synaptic_flow(cell_view(network), inputs(size=16))
    carrying = {place for place, value in flow.operations.items() if value > 0}
    assert carrying == flow.live
    assert 0 < len(carrying) < len(network.operations), "which tells the two apart"


def test_a_term_is_dead_where_its_cell_or_its_input_does_not_count() -> None:
    skips = "|".join(["skip_connect~0"] * 8)
    nothing = "|".join(["none~0"] * 8)
    first = "skip_connect~0|none~1|skip_connect~2|none~0|skip_connect~3|none~0|none~0|none~4"
    genotype = genotype_of_text(f"normal:{first};reduce:{skips}")
    # Of 6 cells, 2 and 4 reduce, and each reads the one before the last: 5, 3 and 1 count.
    assert [any(row) for row in live_terms(genotype, 6)] == [False, True] * 3
    assert live_terms(genotype, 6)[5] == [True, False, True, False, True, False, False, False]
    # Node 3 is not joined and read by node 4, which is; node 5 is joined and empty.
    part = Genotype(genotype.normal, genotype.reduce, (4, 5), (2,))
    assert live_terms(part, 6)[5] == [True, False, True, False, True, False, False, False]
    assert live_terms(Genotype(genotype.normal, genotype.reduce, (2, 5)), 6)[5][:3] == [
        True, False, False,
    ]  # fmt: skip
    assert not is_connected(genotype_of_text(f"normal:{nothing};reduce:{skips}"), 6)


def test_every_term_has_a_place_of_its_own() -> None:
    """Two terms of a node that read one node, and equal terms of both kinds of cells."""
    skips = "|".join(["skip_connect~0"] * 8)
    network = small(genotype_of_text(f"normal:{skips};reduce:{skips}"))
    places = [(one.cell, one.edge) for one in network.operations]
    assert len(set(places)) == len(places) == 5 * 8
    normal = {edge for cell, edge in places if cell not in (1, 3)}
    reduce = {edge for cell, edge in places if cell in (1, 3)}
    assert (len(normal), len(reduce), normal & reduce) == (8, 8, set())


def renamed(genotype: Genotype) -> Genotype:
    """The same cells, each node's terms in the other order."""
    cells = ([cell[place ^ 1] for place in range(8)] for cell in (genotype.normal, genotype.reduce))
    return Genotype(*map(tuple, cells))


def test_isomorphic_genotypes_are_one_class_and_one_flow() -> None:
    stream, cells = random.Random(1), 4
    for _ in range(5):
        genotype = random_genotype(stream)
        assert canonical(genotype, cells) == canonical(renamed(genotype), cells)
    # Nodes 2 and 3 read the inputs alone, and so can change places.
    rest = "|skip_connect~{}|max_pool_3x3~3|dil_conv_3x3~0|dil_conv_5x5~1"
    one = "sep_conv_3x3~0|none~1|skip_connect~0|avg_pool_3x3~1" + rest.format(2)
    other = "skip_connect~0|avg_pool_3x3~1|sep_conv_3x3~0|none~0" + rest.format(3).replace(
        "max_pool_3x3~3", "max_pool_3x3~2"
    )
    same = [genotype_of_text(f"normal:{cell};reduce:{one}") for cell in (one, other)]
    assert same[0] != same[1]
    assert len({canonical(genotype, cells) for genotype in same}) == 1
    totals = [expected_flow(cell_view(small(one, cells)), inputs(size=16)) for one in same]
    assert totals[0].total == pytest.approx(totals[1].total, rel=1e-12)
    larger = genotype_of_text(same[0].text.replace("dil_conv_5x5", "sep_conv_5x5", 1))
    assert canonical(same[0], cells) != canonical(larger, cells)


def test_depth_by_hand() -> None:
    skips = "|".join(["skip_connect~1"] * 8)
    # Stem, one convolution before each of 6 cells, one more in each of 2 reductions, classifier.
    assert depth(genotype_of_text(f"normal:{skips};reduce:{skips}"), 6) == 1 + 6 + 2 + 1
    chain = "sep_conv_3x3~1|none~0|dil_conv_3x3~2|none~0|sep_conv_5x5~3|none~0|none~0|none~1"
    assert depth(genotype_of_text(f"normal:{chain};reduce:{skips}"), 6) == 10 + 4 * (4 + 2 + 4)
    nothing = "|".join(["none~0"] * 8)
    assert depth(genotype_of_text(f"normal:{nothing};reduce:{skips}"), 6) == 0


def test_images_of_ninapro_have_one_channel_and_are_not_square(images_npz: Path) -> None:
    from harness.scoring.inputs import images_named

    dataset = NasBench301().datasets["ninapro"]
    for source in ("noise", "natural", str(images_npz)):
        drawn = network_inputs(images_named(source), 0, dataset, "float32", "cpu")
        assert drawn.image_shape == (1, 16, 52)
        assert drawn.images(4).shape == (4, 1, 16, 52)


PRINTED = (
    "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('skip_connect', 2)], normal_concat={concat}, reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], reduce_concat=range(2, 6))"
)


@pytest.mark.parametrize("concat", ["range(2, 6)", "[2, 3, 4, 5]"])
def test_a_printed_genotype_is_read(concat: str) -> None:
    genotype = printed_genotype(PRINTED.format(concat=concat))
    assert genotype.normal[0] == ("sep_conv_3x3", 1)
    assert genotype.reduce[-1] == ("avg_pool_3x3", 0)
    assert genotype.normal_concat == (2, 3, 4, 5)
    assert printed_genotype(str(genotype)) == genotype


@pytest.mark.parametrize(
    "text",
    [
        "", "Genotype(", "print(1)", "Genotype(normal=[open('x')], reduce=[])",
        PRINTED.format(concat="range(2, 10**9)"), PRINTED.format(concat="range(9)"),
        PRINTED.format(concat="[9]"), PRINTED.format(concat="range('a', 3)"),
        PRINTED.format(concat="{[]: 1}"), PRINTED.format(concat="range(2, 6, x=1)"),
        "(" * 500, "Genotype(1)",
    ],
)  # fmt: skip
def test_what_is_no_printed_genotype_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        printed_genotype(text)
