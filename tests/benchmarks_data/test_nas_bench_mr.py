"""NAS-Bench-MR: how its settings are read, and its networks against the published sizes."""

import random
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks_data.errors import InputError
from benchmarks_data.nas_bench_mr import NasBenchMr
from benchmarks_data.nas_bench_mr import network as networks
from benchmarks_data.nas_bench_mr.network import Network
from benchmarks_data.nas_bench_mr.setting import Setting, longest_path, setting_of_text
from benchmarks_data.target import Target
from proxies.passes.synaptic_flow import synaptic_flow
from proxies.view import cell_view
from tests.listed import random_setting
from tests.networks import inputs

#: The first rows of the published list, their parameters and their flops.
FIRST = "8_8_1_1_8_1_1_1_8_8_1_1_1_1_8_8_8_1_1_1_1_1_8_8_8_8_8"
SECOND = "8_8_1_1_8_1_1_1_8_16_1_2_2_1_32_56_48_2_1_1_1_1_16_40_56_24_24"
PUBLISHED = {FIRST: (21_322, 10_842_562), SECOND: (645_290, 143_863_778)}


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def published_flops(network: nn.Module) -> int:
    """Multiply-accumulates, two for each value of a normalisation, and the biases, of an image of
    128 x 128 pixels.
    """
    total = 0

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d | nn.Linear):
            total += output.numel() * (module.weight[0].numel() + (module.bias is not None))
        if isinstance(module, nn.BatchNorm2d):
            total += 2 * output.numel()

    for module in network.modules():
        module.register_forward_hook(count)
    network.to("meta").eval()(torch.empty(1, 3, 128, 128, device="meta"))
    return total


@pytest.mark.parametrize("text", PUBLISHED)
def test_golden_settings_have_the_published_sizes(text: str) -> None:
    network = Network(setting_of_text(text), 50, 0)
    assert (parameters(network), published_flops(network)) == PUBLISHED[text]


def by_hand(setting: Setting, classes: int) -> int:
    """Parameters of a setting, counted resolution by resolution."""

    def layer(inputs: int, outputs: int, kernel: int = 3) -> int:
        return inputs * outputs * kernel**2 + 2 * outputs

    first, second = setting.stem
    total, before = layer(3, first) + layer(first, second), [second]
    for branches in setting.modules:
        for place, (blocks, channels) in enumerate(branches):
            if place < len(before):
                total += layer(before[place], channels)
                total += layer(before[place - 1], channels) if place else 0
                total += layer(before[place + 1], channels, 1) if place + 1 < len(before) else 0
            else:
                total += layer(branches[place - 1].channels, channels)
            total += 2 * blocks * layer(channels, channels)
        before = [branch.channels for branch in branches]
    return total + layer(sum(before), setting.head, 1) + (setting.head + 1) * classes


def test_all_published_parameters_and_flops_of_some_needs_nas_tables(
    more_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parameters of all by hand. Every 250th network is built, as building all takes minutes."""
    monkeypatch.setattr(networks, "initialise", lambda *_: None)
    benchmark = NasBenchMr()
    values = benchmark.table(more_tables).values
    assert len(values) == 2507
    params = (values["params_M"] * 1e6).round().astype(int)
    settings = [benchmark.parse(benchmark.architecture(index).string) for index in values.index]
    assert [by_hand(setting, 50) for setting in settings] == params.tolist()
    for index in values.index[::250]:
        network = benchmark.network(index, 50, 0)
        assert parameters(network) == params[index]
        assert published_flops(network) == round(values.loc[index, "gflops"] * 1e9)


def test_sizes_are_costs_and_accuracies_are_not() -> None:
    costs = {name for name in NasBenchMr.numbers if Target.parse(name).is_known_before_training}
    assert costs == {"params_M", "gflops"}
    assert Target.parse("cls-50-100_top1").among(NasBenchMr.datasets) == "cls-50-100"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (FIRST.removesuffix("_8"), "expected 27 numbers joined by underscores"),
        (FIRST + "_8", "expected 27 numbers"),
        (FIRST + "\n", "expected 27 numbers"),
        (FIRST.replace("8_8", "08_8", 1), "expected 27 numbers"),
        (FIRST.replace("8_8", "٨_8", 1), "expected 27 numbers"),
        (FIRST.replace("8_8", "9999_8", 1), "expected 27 numbers"),
        (FIRST.replace("8_8", "12_8", 1), "number 1 .* is 12: expected 8 to 128 in steps of 8"),
        (FIRST.replace("8_8", "136_8", 1), "number 1 .* is 136"),
        (FIRST.replace("8_8_1", "8_8_5", 1), "number 3 .* is 5: expected 1 to 4"),
        ("8_" * 10**6, "expected 27 numbers"),
    ],
)
def test_what_is_no_setting_is_refused_in_a_short_line(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as refused:
        setting_of_text(text)
    assert len(str(refused.value)) < 200


def test_a_setting_by_hand() -> None:
    setting = setting_of_text(SECOND)
    assert (setting.stem, setting.head) == ((8, 8), 24)
    assert [stage.modules for stage in setting.stages] == [1, 1, 1, 2]
    assert setting.stages[2].branches == ((2, 32), (2, 56), (1, 48))
    assert [len(branches) for branches in setting.modules] == [1, 2, 3, 4, 4]


def test_depth_by_hand() -> None:
    # Stem 2; fusion and one block 3 in each of 4 modules, and one more layer to each of 3 new
    # resolutions; the convolution that joins all, and the classifier.
    assert longest_path(setting_of_text(FIRST)) == 2 + 4 * 3 + 3 + 2
    longer = setting_of_text(FIRST.replace("8_8_1_1_8", "8_8_3_4_8", 1))
    assert longest_path(longer) == 2 + 3 * 9 + 3 * 3 + 3 + 2


def test_every_operation_carries_flow_and_has_a_place_of_its_own() -> None:
    setting = setting_of_text(random_setting(random.Random(3)))
    network = Network(setting, 10, 0).to(torch.float64)
    flow = synaptic_flow(cell_view(network), inputs(size=32))
    assert flow.operations is not None
    assert len(flow.operations) == len(network.operations)
    assert all(value > 0 for value in flow.operations.values())
    last = len(setting.modules) - 1
    blocks = [branch.blocks for branch in setting.modules[last]]
    ends = [
        flow.operations[last, (4 * count + place, 4 * (count + 1) + place)]
        for place, count in enumerate(blocks)
    ]
    assert sum(ends) == pytest.approx(flow.total, rel=1e-12), "all flow leaves by the last blocks"


def test_resolutions_that_do_not_halve_evenly_are_resized() -> None:
    network = Network(setting_of_text(FIRST), 10, 0).eval()
    shapes = []
    network.body[-1].register_forward_hook(lambda _, __, maps: shapes.append([*maps]))
    assert network(torch.randn(1, 3, 72, 40)).shape == (1, 10)
    assert [tuple(one.shape[2:]) for one in shapes[0]] == [(18, 10), (9, 5), (5, 3), (3, 2)]
