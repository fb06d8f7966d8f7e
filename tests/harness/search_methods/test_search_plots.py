"""Figures of a search."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks_data import spaces
from harness.search_methods.plots import sensitivity_map


@pytest.mark.figures
@pytest.mark.parametrize("value", [5e-324, 1.7e308, 1.0])
def test_a_map_of_equal_or_extreme_sensitivities_is_drawn(value: float, tmp_path: Path) -> None:
    choices = spaces.get("nb201").choices
    figure = sensitivity_map(choices, [[value] * 5] * 6, ["skip_connect"] * 6, "title")
    axes = figure.axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts == [f"{value:.2g}"] * 30, "every candidate has its number"
    colours = axes.images[0].to_rgba(axes.images[0].get_array())
    assert np.isfinite(colours).all()
    assert (colours == colours[0, 0]).all(), "equal values have one colour"
    assert len(axes.patches) == 6, "a frame for each chosen operation"
    figure.savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 0
