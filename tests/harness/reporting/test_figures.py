"""Figures, tested by what they draw."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.analysis.metrics import regret
from harness.analysis.results import Results
from harness.reporting import plots, plots_between
from harness.reporting.cost_plot import cost_front, spread_out
from harness.reporting.figures import FIGURES, ReportFigure, drawn, remove_figures, save_figures
from harness.reporting.paper import BLUE, GREEN, LIGHT, ORANGE, colours_of
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
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text"))]


def collection(figure: Figure, gid: str) -> np.ndarray:
    return next(one for one in figure.axes[0].collections if one.get_gid() == gid).get_offsets()


def test_score_accuracy_shows_every_point_the_top_and_the_lowest(found) -> None:
    figure = FIGURES["score_accuracy"].draw(found, TARGET, 6.75)
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
    figure = FIGURES["score_accuracy"].draw(big, TARGET, 6.75)
    density = next(one for one in figure.axes[0].collections if one.get_gid() == "density")
    assert density.get_array().sum() == 3000
    assert len(collection(figure, "top")) == 30


def test_tau_bars_have_the_taus_intervals_and_the_ceiling(found) -> None:
    figure = FIGURES["tau"].draw(found, TARGET, 6.75)
    axes = figure.axes[0]
    rows = found.of(TARGET).set_index("proxy")
    widths = dict(
        zip(
            [tick.get_text() for tick in axes.get_yticklabels()],
            [bar.get_width() for bar in axes.patches if bar.get_height()],
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
    figure = FIGURES["agreement"].draw(found, TARGET, 6.75)
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
    figure = FIGURES["regret"].draw(found, TARGET, 6.75)
    line = next(line for line in figure.axes[0].lines if line.get_label() == "synflow")
    x, y = np.array(ZEROS[::-1]), np.array(ACCURACY)
    assert line.get_ydata().tolist() == [regret(x, y, int(budget)) for budget in line.get_xdata()]
    assert line.get_xdata()[[0, -1]].tolist() == [1, 6]


def test_the_front_is_of_proxies_that_no_cheaper_one_beats() -> None:
    rows = pd.DataFrame({"proxy": list("abcd"), "tau": [0.3, 0.2, 0.5, math.nan], "target": TARGET})
    figure = cost_front({"a": 1.0, "b": 2.0, "c": 3.0, "d": 0.1}, rows, 3.25)
    line = figure.axes[0].lines[0]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([1.0, 3.0], [0.3, 0.5])
    assert {text.get_text() for text in figure.axes[0].texts} == {"a", "b", "c"}


def test_seeds_and_their_mean_rank() -> None:
    scores = pd.concat([frame(zeros=ZEROS), frame(zeros=ZEROS[::-1]).assign(seed=1)])
    figure = FIGURES["seeds"].draw(results(scores, table(**{TARGET: ACCURACY})), TARGET, 6.75)
    single = figure.axes[0].collections[0].get_offsets()[:, 0]
    assert single.tolist() == [pytest.approx(1.0), pytest.approx(plots_tau(ZEROS[::-1]))]


def plots_tau(values: list[float]) -> float:
    from harness.analysis.statistics import tau_b

    return tau_b(np.array(values), np.array(ACCURACY))


def test_strata_show_the_taus_of_each_tenth(found) -> None:
    assert FIGURES["strata"].draw(found, TARGET, 6.75) is None, "tenths of six architectures"
    figure = plots_between.tau_by_stratum(found.strata, found.featured(TARGET), 6.75)
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "tenth by live_params, low to high",
        "tenth by accuracy, low to high",
    ]
    rows = found.strata[(found.strata["by"] == "live_params") & (found.strata["proxy"] == "zeros")]
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == len(rows))
    assert np.array_equal(line.get_ydata(), rows["tau"], equal_nan=True)


def test_colours_tell_the_subject_baselines_and_short_training_apart() -> None:
    names = ["zeros", "zeros[aggregate=min]", "params", "val12"]
    assert colours_of(names) == [BLUE, BLUE, LIGHT, GREEN]
    assert colours_of(names, "zeros") == [ORANGE, BLUE, LIGHT, GREEN]


def undefined() -> Results:
    scores = frame(zeros=ZEROS, synflow=[math.nan] * 6, params=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    return results(scores, table(**{TARGET: ACCURACY}))


def test_proxies_without_a_tau_are_listed() -> None:
    for name in ("tau", "cost"):
        figure = FIGURES[name].draw(undefined(), TARGET, 3.25)
        assert "tau undefined: synflow" in figure.axes[0].get_xlabel(), name


def test_the_subject_is_bold_and_the_target_is_written_for_people(found) -> None:
    values = table(**{"cifar10_test_200ep": ACCURACY})
    named = Results(found.scores, values, ["cifar10_test_200ep"], "all", "nb201")
    axes = FIGURES["tau"].draw(named, "cifar10_test_200ep", 6.75).axes[0]
    bold = [one.get_text() for one in axes.get_yticklabels() if one.get_fontweight() == "bold"]
    assert bold == ["zeros"]
    assert "CIFAR-10 test accuracy, 200 epochs" in axes.get_xlabel()


def test_outliers_do_not_squash_a_panel() -> None:
    scores = [float(value) for value in range(39)]
    accuracy = [50.0 + value for value in range(40)]
    figure = FIGURES["score_accuracy"].draw(
        results(frame(zeros=[*scores, 1e6]), table(**{TARGET: accuracy})), TARGET, 6.75
    )
    assert figure.axes[0].get_xlabel() == "rank"
    assert sorted(collection(figure, "finite")[:, 0]) == list(range(1, 41))
    assert not plots.is_squashed(pd.Series(scores))


def test_a_score_that_applies_to_no_network_has_no_panel() -> None:
    scores = frame(zeros=ZEROS, flops=[math.nan] * len(ZEROS))
    figure = FIGURES["score_accuracy"].draw(
        results(scores, table(**{TARGET: ACCURACY})), TARGET, 6.75
    )
    shown = [axes.get_title().split("\n")[0] for axes in figure.axes if axes.get_visible()]
    assert shown == ["zeros"]


def test_the_ceiling_and_the_values_are_apart(found) -> None:
    """Values stand right of the axes, in which the line is."""
    figure = drawn("tau", found, TARGET, 3.25)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    right = axes.get_window_extent().x1
    assert len(axes.texts) == len(found.of(TARGET))
    assert all(text.get_window_extent().x0 >= right for text in axes.texts)


@pytest.mark.parametrize("width", [3.25, 6.75])
def test_figures_are_drawn_at_the_size_of_print(found, width: float) -> None:
    for name in FIGURES:
        figure = drawn(name, found, TARGET, width)
        if figure is None:
            continue
        figure.draw_without_rendering()
        assert figure.get_figwidth() == width, name
        shown = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
        assert {text.get_fontsize() for text in shown} == {8}, name
        box = figure.get_tightbbox()
        assert min(box.x0, box.y0) > -0.03, name
        assert box.x1 < width + 0.03, name
        assert box.y1 < figure.get_figheight() + 0.03, name


def test_names_of_dots_do_not_overlap() -> None:
    names = [f"proxy{number}" for number in range(30)]
    rows = pd.DataFrame(
        {"proxy": names, "tau": [0.5 + 0.001 * number for number in range(30)], "target": TARGET}
    )
    figure = cost_front(dict.fromkeys(names, 1.0), rows, 3.25)
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda b: b.y0)
    assert len(boxes) == 30
    assert all(one.y0 + 8 <= other.y0 for one, other in itertools.pairwise(boxes))


def test_of_many_dots_the_front_the_subject_and_the_baselines_have_names() -> None:
    names = ["live_params", *(f"proxy{number}" for number in range(30))]
    taus = [0.6, 0.7, *(0.5 - 0.001 * number for number in range(29))]
    rows = pd.DataFrame({"proxy": names, "tau": taus, "target": TARGET})
    costs = {"live_params": 0.1} | dict.fromkeys(names[1:], 1.0)
    figure = cost_front(costs, rows, 6.75, "proxy7")
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert shown == {"live_params", "proxy0", "proxy7"}
    assert len(figure.axes[0].collections) == 31
    (legend,) = figure.legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["front", "28 further scores"]


def test_places_are_near_those_that_are_wanted() -> None:
    assert spread_out(np.array([0.1, 0.5, 0.9])).tolist() == [0.1, 0.5, 0.9]
    assert spread_out(np.array([0.98, 0.99, 1.0])) == pytest.approx([0.88, 0.94, 1.0])


@pytest.mark.figures
def test_a_width_makes_pdf_with_truetype_fonts(found, tmp_path: Path) -> None:
    save_figures(tmp_path, found, TARGET, 3.25)
    content = (tmp_path / f"tau_{TARGET}.pdf").read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
    remove_figures(tmp_path, [TARGET])
    assert list(tmp_path.iterdir()) == []


def test_a_figure_is_one_entry(found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn, shown in its section, and removed with the others."""
    entry = ReportFigure("extra", Topic.SIZE, "One more figure.", lambda *_: Figure())
    monkeypatch.setitem(FIGURES, "extra", entry)
    saved = save_figures(tmp_path, found, TARGET)
    (section,) = (one for one in sections(found, TARGET, saved) if one.title == "Size")
    assert (tmp_path / f"extra_{TARGET}.png", "One more figure.") in section.figures
    remove_figures(tmp_path, [TARGET])
    assert list(tmp_path.iterdir()) == []
