"""What a report on a benchmark with parts says of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis.parts import PART_COLUMNS, WEIGHTED
from harness.analysis.results import Results
from harness.reporting.console import tell
from harness.reporting.findings import target_findings
from harness.reporting.part_findings import part_findings
from harness.reporting.publish import publish
from harness.reporting.sections import sections
from tests.results import SETTINGS, frame, results, table

TARGET = "a_test_200ep"
COUNT = 200


@pytest.fixture(scope="module")
def of_nb101() -> Results:
    nb101, stream = benchmarks_data.get("nb101"), np.random.default_rng(0)
    accuracy = stream.uniform(80, 95, COUNT)
    scores = frame(
        zeros=list(accuracy + stream.normal(0, 8, COUNT)),
        params=list(accuracy + stream.normal(0, 4, COUNT)),
    )
    strings = [nb101.architecture(index).string for index in scores["index"]]
    scores = scores.assign(benchmark="nb101", arch=strings)
    values = Table("t.csv", "", pd.DataFrame({TARGET: accuracy}).rename_axis("index"))
    return Results(scores, values, [TARGET], "all", "nb101")


def test_a_section_has_a_column_for_each_part_and_the_weighted_tau(of_nb101: Results) -> None:
    made = {section.title: section for section in sections(of_nb101, TARGET, [])}
    shown = made["By number of vertices"].table
    assert shown is not None
    parts = [str(part) for part in of_nb101.parts["part"].unique()]
    headings = [heading for heading, _ in shown.headings]
    assert headings == ["proxy", WEIGHTED, "less params", *parts[1:], "input"]
    assert "85 % of the benchmark" in dict(shown.headings)["7 vertices"]
    by_proxy = {row[0].text: row for row in shown.rows}
    rows = of_nb101.parts.set_index(["proxy", "part"])
    assert by_proxy["zeros"][1].value == rows.loc[("zeros", WEIGHTED), "tau"]
    assert by_proxy["zeros"][2].value == rows.loc[("zeros", WEIGHTED), "less_params"]
    assert by_proxy["params"][2].text == "0.000"


def test_a_sentence_gives_tau_by_part_and_weighted(
    of_nb101: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sentence,) = part_findings(of_nb101, TARGET, "zeros")
    assert sentence.startswith(f"Tau of zeros with {TARGET} by number of vertices: ")
    rows = of_nb101.parts.set_index(["proxy", "part"])
    row, weighted = rows.loc[("zeros", "7 vertices")], rows.loc[("zeros", WEIGHTED)]
    assert f"{row['tau']:.3f} ({row['tau_low']:.3f} to {row['tau_high']:.3f}) on" in sentence
    assert f"on {row['n']} of 7 vertices (85 %)" in sentence
    assert f"it is {weighted['tau']:.3f} (" in sentence
    assert f"its difference from that of params {weighted['less_params']:+.3f} (" in sentence
    assert sentence in target_findings(of_nb101, TARGET)
    tell("prog", of_nb101, tmp_path)
    assert sentence in capsys.readouterr().out


def test_parts_are_in_a_file(of_nb101: Results, tmp_path: Path) -> None:
    publish(of_nb101, tmp_path, SETTINGS | {"benchmark": "nb101"})
    kept = pd.read_csv(tmp_path / "parts.csv")
    assert list(kept) == ["target", *PART_COLUMNS]
    assert kept["tau"].to_numpy() == pytest.approx(of_nb101.parts["tau"], nan_ok=True)


def test_a_benchmark_without_parts_has_neither_section_nor_sentence() -> None:
    scores = frame(zeros=[1.0, 3, 2], params=[1.0, 2, 3])
    made = results(scores, table(**{TARGET: [1.0, 2, 3]}))
    assert part_findings(made, TARGET, "zeros") == []
    assert not any(section.title.startswith("By ") for section in sections(made, TARGET, []))
