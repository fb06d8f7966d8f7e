"""Figures, tested by what they draw."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from harness.analysis.metrics import regret
from harness.reporting import plots, plots_between
from harness.reporting.figures import FIGURES, ReportFigure, remove_figures, save_figures
from harness.reporting.sections import Topic, sections
from tests.results import frame, results, table

ACCURACY = [90.0, 91.0, 93.0, 92.0, 60.0, 10.0]
ZEROS = [3.0, 4.0, 6.0, 5.0, 2.0, -math.inf]
TARGET = "a_test_200ep"


@pytest.fixture
def found():
    runs = {f"{TARGET}_run{n}": ACCURACY for n in (1, 2)}
    scores = frame(
        zeros=ZEROS,
        synflow=ZEROS[::-1],
        params=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        live_params=[1.0, 1.0, 2.0, 2.0, 3.0, 3.0],
    )
    return results(scores, table(**{TARGET: ACCURACY}, **runs))


def texts(figure: Figure) -> list[str]:
    figure.canvas.draw()
    return [text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text"))]


def collection(figure: Figure, gid: str) -> np.ndarray:
    return next(one for one in figure.axes[0].collections if one.get_gid() == gid).get_offsets()


def test_score_accuracy_shows_every_point_the_top_and_the_lowest(found) -> None:
    figure = FIGURES["score_accuracy"].draw(found, TARGET)
    assert sorted(map(tuple, collection(figure, "finite"))) == sorted(
        zip(ZEROS[:5], ACCURACY[:5], strict=True)
    )
    assert collection(figure, "top").tolist() == [[6.0, 93.0]]
    assert collection(figure, "lowest")[:, 1].tolist() == [10.0]
    assert "1 at -inf" in texts(figure)
    assert figure.axes[0].get_yscale() == "function"


def test_thousands_of_points_become_a_density_that_counts_them_all() -> None:
    stream = np.random.default_rng(0)
    accuracy = stream.uniform(5, 95, 3000)
    big = results(frame(zeros=list(stream.normal(size=3000))), table(**{TARGET: accuracy}))
    figure = FIGURES["score_accuracy"].draw(big, TARGET)
    density = next(one for one in figure.axes[0].collections if one.get_gid() == "density")
    assert density.get_array().sum() == 3000
    assert len(collection(figure, "top")) == 30


def test_tau_bars_have_the_taus_intervals_and_the_ceiling(found) -> None:
    figure = FIGURES["tau"].draw(found, TARGET)
    axes = figure.axes[0]
    rows = found.of(TARGET).set_index("proxy")
    widths = dict(
        zip(
            [tick.get_text() for tick in axes.get_yticklabels()],
            [bar.get_width() for bar in axes.patches],
            strict=True,
        )
    )
    assert widths == pytest.approx(rows["tau"].to_dict())
    whiskers = (
        next(bars.errorbar for bars in axes.containers if isinstance(bars, BarContainer))
        .lines[2][0]
        .get_segments()
    )
    ends = {(round(a[0], 9), round(b[0], 9)) for a, b in filter(len, whiskers)}
    expected = rows.dropna(subset="tau_low")
    assert ends == {
        (round(low, 9), round(high, 9))
        for low, high in zip(expected["tau_low"], expected["tau_high"], strict=True)
    }
    assert 1.0 in [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert "a score without noise" in texts(figure)


def test_the_matrix_holds_tau_between_proxies(found) -> None:
    figure = FIGURES["agreement"].draw(found, TARGET)
    order = found.ranked(TARGET)
    matrix = pd.DataFrame(figure.axes[0].images[0].get_array(), index=order, columns=order)
    for row in found.pairs.to_dict("records"):
        assert (
            matrix.loc[row["proxy"], row["other"]]
            == matrix.loc[row["other"], row["proxy"]]
            == row["tau_between"]
        )
    assert (np.diag(matrix) == 1).all()


def test_the_regret_curve_is_the_regret(found) -> None:
    figure = FIGURES["regret"].draw(found, TARGET)
    line = next(line for line in figure.axes[0].lines if line.get_label() == "synflow")
    x, y = np.array(ZEROS[::-1]), np.array(ACCURACY)
    assert line.get_ydata().tolist() == [regret(x, y, int(budget)) for budget in line.get_xdata()]
    assert line.get_xdata()[[0, -1]].tolist() == [1, 6]


def test_the_front_is_of_proxies_that_no_cheaper_one_beats() -> None:
    rows = pd.DataFrame({"proxy": list("abcd"), "tau": [0.3, 0.2, 0.5, math.nan], "target": TARGET})
    figure = plots_between.cost_front({"a": 1.0, "b": 2.0, "c": 3.0, "d": 0.1}, rows)
    line = figure.axes[0].lines[0]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([1.0, 3.0], [0.3, 0.5])
    assert {text.get_text() for text in figure.axes[0].texts} == {"a", "b", "c"}


def test_seeds_and_their_mean_rank() -> None:
    scores = pd.concat([frame(zeros=ZEROS), frame(zeros=ZEROS[::-1]).assign(seed=1)])
    figure = FIGURES["seeds"].draw(results(scores, table(**{TARGET: ACCURACY})), TARGET)
    single = figure.axes[0].collections[0].get_offsets()[:, 0]
    assert single.tolist() == [pytest.approx(1.0), pytest.approx(plots_tau(ZEROS[::-1]))]


def plots_tau(values: list[float]) -> float:
    from harness.analysis.statistics import tau_b

    return tau_b(np.array(values), np.array(ACCURACY))


def test_strata_show_the_taus_of_each_tenth(found) -> None:
    assert FIGURES["strata"].draw(found, TARGET) is None, "tenths of six architectures"
    figure = plots_between.tau_by_stratum(found.strata, found.featured(TARGET))
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "tenth by live_params, low to high",
        "tenth by accuracy, low to high",
    ]
    rows = found.strata[(found.strata["by"] == "live_params") & (found.strata["proxy"] == "zeros")]
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == len(rows))
    assert np.array_equal(line.get_ydata(), rows["tau"], equal_nan=True)


def test_colours_tell_baselines_and_short_training_apart() -> None:
    assert plots.colours_of(["zeros", "zeros[aggregate=min]", "params", "val12"]) == [
        plots.BLUE,
        plots.BLUE,
        plots.GREY,
        plots.GREEN,
    ]


def test_a_figure_is_one_entry(found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn, shown in its section, and removed with the others."""
    entry = ReportFigure("extra", Topic.SIZE, "One more figure.", lambda *_: Figure())
    monkeypatch.setitem(FIGURES, "extra", entry)
    saved = save_figures(tmp_path, found, TARGET)
    (section,) = (one for one in sections(found, TARGET, saved) if one.title == "Size")
    assert (tmp_path / f"extra_{TARGET}.png", "One more figure.") in section.figures
    remove_figures(tmp_path, [TARGET])
    assert list(tmp_path.iterdir()) == []
