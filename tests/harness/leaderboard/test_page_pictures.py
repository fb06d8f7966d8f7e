import math

import numpy as np
import pytest

from harness.leaderboard.page_pictures import Whisker, luminance, shade, whisker


@pytest.mark.parametrize("tau", np.linspace(-1, 1, 81))
def test_text_can_be_read_on_every_colour(tau: float) -> None:
    made = shade(float(tau))
    dark, bright = sorted([luminance(made.paper), luminance(made.ink)])
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_negative_taus_are_red_and_positive_ones_blue() -> None:
    def parts(tau: float) -> list[int]:
        colour = shade(tau).paper
        return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]

    red, _, blue = parts(-0.7)
    assert red > blue
    red, _, blue = parts(0.7)
    assert blue > red


def test_luminance_is_that_of_the_guideline() -> None:
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#000000") == 0
    assert luminance("#808080") == pytest.approx(0.2159, abs=1e-4)


def test_a_whisker_lies_on_a_line_from_minus_one_to_one() -> None:
    assert whisker(0.0, -1.0, 1.0) == Whisker(80.0, 6.0, 154.0, None)
    assert whisker(0.5, math.nan, math.nan, 0.0) == Whisker(117.0, None, None, 80.0)
    assert whisker(math.nan, math.nan, math.nan) is None
