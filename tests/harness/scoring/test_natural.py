"""The images that are drawn have the statistics that they are said to have."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import linregress

from benchmarks_data.benchmark import Dataset
from benchmarks_data.initialisation import generator
from harness.scoring.inputs import images_named, network_inputs
from harness.scoring.natural import CURRENT, draw


@pytest.fixture(scope="module")
def many() -> torch.Tensor:
    return draw(400, 32, generator(0, "natural", 0))


def batch(
    size: int, *, seed: int = 0, part: int = 0, side: int = 16, dtype: str = "float32"
) -> torch.Tensor:
    return network_inputs(CURRENT, seed, Dataset(10, side), dtype, "cpu").images(size, part)


def slope(images: torch.Tensor, first: int, last: int) -> float:
    """Return the slope of log power against log frequency, under a window that hides the jump from
    one border to the other.
    """
    side = images.shape[-1]
    window = np.outer(np.hanning(side), np.hanning(side))
    values = images.numpy() - images.mean((2, 3), keepdim=True).numpy()
    power = (np.abs(np.fft.fft2(values * window)) ** 2).mean((0, 1))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side) * side, np.fft.fftfreq(side) * side))
    rings = [(ring, power[np.round(frequency) == ring].mean()) for ring in range(first, last + 1)]
    return float(linregress(*np.log(np.array(rings).T)).slope)


@pytest.mark.parametrize("side", [16, 32, 64])
def test_power_falls_as_one_over_the_square_of_frequency(side: int) -> None:
    assert slope(draw(200, side, generator(1, "slope")), 2, side // 2) == pytest.approx(-2, abs=0.1)


def test_noise_has_a_flat_spectrum_by_the_same_measure() -> None:
    assert slope(
        network_inputs(None, 0, Dataset(10, 32), "float64", "cpu").images(200), 2, 16
    ) == pytest.approx(0, abs=0.05)


def test_channels_are_correlated_as_in_photographs(many: torch.Tensor) -> None:
    found = np.corrcoef(many.transpose(0, 1).reshape(3, -1).numpy())
    assert [found[0, 1], found[0, 2], found[1, 2]] == pytest.approx([0.93, 0.85, 0.95], abs=0.01)


def test_channels_have_mean_0_and_deviation_1_over_many_images_and_their_own_in_each(
    many: torch.Tensor,
) -> None:
    # The brightness of an image varies by about .29, so that the mean of 400 is within .06 of 0 in
    # 99.99 % of draws.
    assert many.mean((0, 2, 3)).abs().max() < 0.06
    assert many.std((0, 2, 3)).tolist() == pytest.approx([1, 1, 1], abs=0.03)
    assert many.mean((2, 3)).std() == pytest.approx(0.29, abs=0.05)


def test_opposite_borders_are_not_alike(many: torch.Tensor) -> None:
    def alike(one: torch.Tensor, other: torch.Tensor) -> float:
        return float(np.corrcoef(one.flatten(), other.flatten())[0, 1])

    assert alike(many[..., 0], many[..., 1]) > 0.6
    assert alike(many[..., 0], many[..., -1]) < 0.2


def test_values_are_whole_grey_levels_which_float32_and_float64_hold_alike(
    many: torch.Tensor,
) -> None:
    assert torch.equal((many * 64).round() / 64, many)
    assert torch.equal(batch(8, dtype="float32").double(), batch(8, dtype="float64"))


def test_a_batch_is_frozen_and_begins_like_a_larger_one() -> None:
    assert torch.equal(batch(8), batch(8))
    assert torch.equal(batch(3), batch(8)[:3])
    assert torch.equal(draw(2, 16, generator(0, "natural", 0)).float(), batch(2)), (
        "not only because it is remembered"
    )
    batch(8).zero_()  # a caller's change must not reach the next one
    assert batch(8).abs().sum() > 0


@pytest.mark.parametrize("other", [{"seed": 1}, {"part": 1}])
def test_seeds_and_parts_have_images_of_their_own(other: dict[str, int]) -> None:
    one, two = batch(64).flatten(1).numpy(), batch(64, **other).flatten(1).numpy()
    between = np.corrcoef(one, two)[:64, 64:]
    assert np.abs(between).max() < 0.95, "no image stands in both"
    # Independent images of this spectrum have correlations around 0, with a deviation of about a
    # third.
    assert abs(between.mean()) < 4 * 0.33 / math.sqrt(64)


def test_global_random_state_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    draw(2, 8, generator(0, "state"))
    assert torch.equal(torch.rand(1), expected)


def test_a_seed_draws_these_images_on_every_machine() -> None:
    """Values that a change of the recipe must not move without another revision."""
    found = draw(2, 8, generator(0, "natural", 0))
    assert CURRENT.key == "natural:1"
    assert (found[1, :, 3, :4] * 64).int().tolist() == [
        [-83, 34, -49, -34],
        [-76, 55, -22, -3],
        [-79, 19, -81, -51],
    ]


def test_labels_are_those_that_noise_has() -> None:
    natural, noise = (
        network_inputs(images_named(name), 3, Dataset(10, 8), "float32", "cpu")
        for name in ("natural", "noise")
    )
    assert torch.equal(natural.labels(64), noise.labels(64))
    assert len(set(natural.labels(64).tolist())) > 5
