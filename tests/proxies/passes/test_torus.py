"""One pixel stands for all of a torus, in the networks of every benchmark."""

import random
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

import benchmarks_data
from benchmarks_data.layers import ShiftByPixel
from benchmarks_data.nas_bench_mr.network import Network as MultiResolution
from benchmarks_data.nas_bench_mr.setting import setting_of_text
from benchmarks_data.spaces.darts.network import Network as DartsNetwork
from proxies.passes import PASSES
from proxies.passes.synaptic_flow import SynapticFlow
from proxies.passes.torus import one_pixel
from proxies.view import View, cell_view
from tests.listed import LISTS, SHARED, random_genotype, random_setting
from tests.networks import inputs

ATTENTION = [*SHARED, "pit", "flexibert", "gpt2_wt103", "gpt2_lm1b"]
CONVOLUTIONAL = [name for name in benchmarks_data.names() if name not in ATTENTION]


def network_of(benchmark: str, seed: int) -> nn.Module:
    """A random network in float64; of a list, one of its space with few channels."""
    stream = random.Random(seed)
    if benchmark == "nas_bench_mr":
        built: Any = MultiResolution(setting_of_text(random_setting(stream)), 10, 0)
    elif benchmark in LISTS:
        built = DartsNetwork(random_genotype(stream), 10, 0, channels=8, cells=8)
    else:
        space = benchmarks_data.get(benchmark)
        built = space.network(stream.randrange(space.size), 10, 0)
    module: nn.Module = built.double()
    return module


def flow(view: View, name: str) -> SynapticFlow:
    result: SynapticFlow = PASSES[name].function()(view, inputs(size=64))
    return result


@pytest.mark.parametrize("name", ["periodic_flow", "expected_flow"])
@pytest.mark.parametrize("benchmark_name", CONVOLUTIONAL)
def test_one_pixel_has_the_flow_of_the_whole_image(benchmark_name: str, name: str) -> None:
    view = cell_view(network_of(benchmark_name, 3))
    assert view.pixelwise
    ours, whole = flow(view, name), flow(replace(view, pixelwise=False), name)
    assert ours.live == whole.live
    for one, other in ((ours.layers, whole.layers), _operations(ours, whole)):
        assert torch.tensor(one).log().add(ours.log_scale).tolist() == pytest.approx(
            torch.tensor(other).log().add(whole.log_scale).tolist(), rel=1e-10
        )


def _operations(ours: SynapticFlow, whole: SynapticFlow) -> tuple[list[float], list[float]]:
    assert ours.operations is not None
    assert whole.operations is not None
    places = [place for place, value in whole.operations.items() if value]
    assert places
    return [ours.operations[one] for one in places], [whole.operations[one] for one in places]


@pytest.mark.parametrize("benchmark_name", CONVOLUTIONAL)
def test_the_network_is_put_back(benchmark_name: str) -> None:
    module = network_of(benchmark_name, 4).eval()
    images = inputs(size=64).images(1)
    with torch.no_grad():
        before = module(images)
        flow(cell_view(module), "periodic_flow")
        assert torch.equal(module(images), before)


def test_a_network_that_does_not_say_so_keeps_its_image() -> None:
    """Its forward may tell pixels apart in a way that no module shows."""

    class Corner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = nn.Conv2d(3, 4, 3, padding=1)
            self.classifier = nn.Linear(4 * 4, 10)
            self.operations: list[Any] = []
            self.stages: list[Any] = []

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.classifier(self.convolution(x)[:, :, :2, :2].flatten(1))
            return logits

    view = cell_view(Corner().double())
    assert not view.pixelwise
    assert flow(view, "periodic_flow").total > 0


def test_strides_dilation_groups_poolings_and_upsampling_keep_a_constant_image() -> None:
    module = nn.Sequential(
        nn.Conv2d(4, 4, 5, stride=2, padding=4, dilation=2, groups=2, padding_mode="circular"),
        nn.MaxPool2d(2),
        nn.Upsample(scale_factor=2),
        nn.AvgPool2d(4),
        ShiftByPixel(),
    ).double()
    image = torch.rand(1, 4, 1, 1, dtype=torch.float64)
    with torch.no_grad():
        whole = module(image.expand(1, 4, 16, 16))
        with one_pixel(module):
            pixel = module(image)
    assert whole.shape[2:] == (1, 1)
    assert torch.allclose(whole, pixel, rtol=1e-12)
