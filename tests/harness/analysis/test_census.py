"""All architectures of a population.

No error of drawing, no p value, classes of isomorphic ones as units.
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis.results import Results
from harness.analysis.statistics import kendall, standard_error, tau_influence
from harness.report import main
from harness.reporting.console import tell
from harness.reporting.findings import target_findings
from harness.scoring.frames import SCORE_COLUMNS

TARGET = "class_scene_top1"
SPACE = benchmarks_data.get("transnas101_micro")


def results(indices: range) -> Results:
    """ZEROS and params of some architectures, drawn.

    Isomorphic ones have equal scores and nearly equal accuracies.
    """
    stream = np.random.default_rng(0)
    classes = pd.factorize(
        pd.Series([SPACE.canonical(index) for index in range(SPACE.size)], dtype=object)
    )[0]
    of_class = stream.normal(size=classes.max() + 1)
    accuracy = of_class[classes] + 0.1 * stream.normal(size=SPACE.size)
    scores = {
        "zeros": of_class + stream.normal(size=len(of_class)),
        "params": stream.integers(0, 20, len(of_class)),
    }
    rows = [
        (
            SPACE.name,
            index,
            SPACE.architecture(index).string,
            proxy,
            0,
            float(values[classes[index]]),
            0.1,
            "ok",
        )
        for proxy, values in scores.items()
        for index in indices
    ]
    table = Table("t.csv", "", pd.DataFrame({TARGET: accuracy}).rename_axis("index"))
    return Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), table, [TARGET], "all", SPACE.name)


@pytest.fixture(scope="module")
def whole() -> Results:
    return results(range(SPACE.size))


def test_a_sample_is_no_census_and_all_are(whole: Results) -> None:
    assert whole.is_census
    assert whole.correlations["census"].all()
    assert not results(range(SPACE.size - 1)).is_census


def test_there_are_no_p_values_and_no_groups(whole: Results) -> None:
    assert whole.pairs[["p", "p_family"]].isna().all(axis=None)
    assert whole.correlations["p_beyond_params"].isna().all()
    assert whole.correlations["group"].isna().all()
    sample = results(range(300))
    assert sample.pairs[["p", "p_family"]].notna().all(axis=None)
    assert sample.of(TARGET)["group"].notna().all()


def test_a_census_and_a_sample_are_not_merged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def folder(name: str, scores: pd.DataFrame) -> str:
        (tmp_path / name).mkdir()
        scores.to_csv(tmp_path / name / "scores.csv", index=False)
        record = {
            **{
                "benchmark": SPACE.name,
                "dataset": "class_scene",
                "dtype": "float32",
                "images": "noise",
                "seeds": [0],
            },
            **{"command": ["run"], "targets": [TARGET], "table": {"name": "t.csv"}},
            "archs": {"given": "all", "population": "all", "count": scores["index"].nunique()},
            "proxies": [{"name": proxy} for proxy in scores["proxy"].unique()],
        }
        (tmp_path / name / "run.json").write_text(json.dumps(record))
        return str(tmp_path / name)

    whole, part = results(range(SPACE.size)).scores, results(range(200)).scores
    census = folder("census", whole[whole["proxy"] == "params"])
    sample = folder("sample", part[part["proxy"] == "zeros"])
    assert main([census, sample, "--out", str(tmp_path / "both")]) == 2
    assert "zeros was scored on 200 of them" in capsys.readouterr().err
    old = folder(
        "old", pd.concat([whole[whole["proxy"] == "params"], part[part["proxy"] == "zeros"]])
    )
    assert main([old]) == 2, "what an earlier version has merged"
    assert "report the runs one by one" in capsys.readouterr().err


def test_intervals_have_classes_as_units_and_are_wider(whole: Results) -> None:
    row = whole.of(TARGET).set_index("proxy").loc["zeros"]
    indices = whole.populations["all"]
    x, y = (
        series.reindex(indices).to_numpy(float)
        for series in (whole.orders["zeros"], whole.accuracy(TARGET))
    )
    plain = kendall(x, y)
    assert row["tau"] == plain.value
    assert row["tau_high"] - row["tau_low"] > 1.3 * (plain.high - plain.low)
    pair = whole.pairs.iloc[0]
    assert pair["low"] < pair["difference"] < pair["high"]


def test_words_say_what_intervals_are(
    whole: Results, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "\n".join(target_findings(whole, TARGET))
    assert "All of the population are scored: no number has an error of drawing" in text
    assert "significant" not in text
    tell("prog", whole, tmp_path)
    shown = capsys.readouterr().out
    assert "other classes" in shown
    assert "95 % interval  " not in shown
    sample = results(range(300))
    assert "(95 % interval " in "\n".join(target_findings(sample, TARGET))
    tell("prog", sample, tmp_path)
    assert "95 % interval" in capsys.readouterr().out


def test_the_standard_error_of_classes_by_hand() -> None:
    influence = tau_influence(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]))
    assert influence is not None
    sums = np.array(
        [influence.values[0] + influence.values[3], influence.values[1] + influence.values[2]]
    )
    expected = math.sqrt(2 / (2 - 1) * (sums**2).sum()) / 4
    assert standard_error(influence.by(np.array([0, 1, 1, 0])).values) == pytest.approx(expected)
    alone = influence.by(np.arange(4))
    assert alone.values == pytest.approx(influence.values)


def test_the_interval_of_classes_covers_the_known_tau_93_to_97_times_in_100() -> None:
    """Classes of 1 to 5 equal architectures.

    The truth is that of a very large population of classes.
    """
    stream = np.random.default_rng(1)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        labels = np.repeat(np.arange(count), stream.integers(1, 6, count))
        score, noise = stream.normal(size=(2, count))
        return (
            score[labels],
            (0.7 * score + 0.7 * noise)[labels] + 0.05 * stream.normal(size=len(labels)),
            labels,
        )

    x, y, _ = draw(60_000)
    truth = stats.kendalltau(x, y).statistic
    with_classes, without = [], []
    for _ in range(400):
        x, y, labels = draw(80)
        for found, classes in ((with_classes, labels), (without, None)):
            tau = kendall(x, y, classes=classes)
            found.append(tau.low <= truth <= tau.high)
    assert 0.93 <= np.mean(with_classes) <= 0.97
    assert np.mean(without) < 0.8
