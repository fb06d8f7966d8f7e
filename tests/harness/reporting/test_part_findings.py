"""What a report on a benchmark with parts says of them."""

import random
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
from harness.reporting.verdict import verdict
from tests.results import SETTINGS, frame, results, table

TARGET = "a_test_200ep"


def cells_of(vertices: int, count: int) -> list[int]:
    nb101, stream = benchmarks_data.get("nb101"), random.Random(vertices)
    chosen: dict[int, None] = {}
    while len(chosen) < count:
        index = stream.randrange(nb101.size)
        if nb101.part(index) == f"{vertices} vertices":
            chosen[index] = None
    return list(chosen)


def drawn(counts: dict[int, int], **noise: float) -> Results:
    """Scores of cells of NAS-Bench-101, so many by number of vertices, that are the accuracy and
    noise of some deviation.
    """
    nb101, stream = benchmarks_data.get("nb101"), np.random.default_rng(0)
    chosen = [index for vertices, count in counts.items() for index in cells_of(vertices, count)]
    accuracy = stream.uniform(80, 95, len(chosen))
    scores = frame(
        **{name: list(accuracy + stream.normal(0, sd, len(chosen))) for name, sd in noise.items()}
    )
    indices = [chosen[place] for place in scores["index"]]
    strings = [nb101.architecture(index).string for index in indices]
    scores = scores.assign(benchmark="nb101", index=indices, arch=strings)
    values = pd.DataFrame({TARGET: accuracy}, index=pd.Index(chosen, name="index"))
    return Results(scores, Table("t.csv", "", values), [TARGET], "all", "nb101")


@pytest.fixture(scope="module")
def of_nb101() -> Results:
    return drawn({7: 60, 6: 80, 5: 40}, zeros=8, params=4)


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
    assert f"weighted to these shares of the benchmark it is {weighted['tau']:.3f} (" in sentence
    assert f"its difference from that of params {weighted['less_params']:+.3f} (" in sentence
    assert sentence in target_findings(of_nb101, TARGET)
    tell("prog", of_nb101, tmp_path)
    assert sentence in capsys.readouterr().out


def test_what_is_left_out_of_the_weighted_tau_is_said() -> None:
    made = drawn({7: 30, 6: 30, 5: 1}, zeros=8, params=4)
    (sentence,) = part_findings(made, TARGET, "zeros")
    assert ": undefined on 1 of 5 vertices (0.58 %); " in sentence
    assert (
        "; weighted to the shares of 6 vertices and 7 vertices, 99 % of the benchmark, it is "
        in (sentence)
    )
    assert sentence.endswith("; left out, as too few are known: 5 vertices.")


def test_a_part_that_nothing_is_known_of_is_no_part_of_the_weighted_tau() -> None:
    (sentence,) = part_findings(drawn({7: 30}, zeros=8, params=4), TARGET, "zeros")
    assert "weighted to the shares of 7 vertices, 85 % of the benchmark, it is " in sentence


def test_no_weighted_tau_is_given_of_less_than_half_of_the_benchmark() -> None:
    made = drawn({7: 1, 6: 30, 5: 30}, zeros=8, params=4)
    (sentence,) = part_findings(made, TARGET, "zeros")
    assert "undefined on 1 of 7 vertices (85 %); no weighted tau, as the parts of " in sentence
    assert sentence.endswith("are only 15 % of the benchmark.")
    assert verdict(made, TARGET).numbers[0].label == "Kendall's tau"
    assert "weighted" not in verdict(made, TARGET).sentence


def test_the_verdict_opens_with_the_weighted_tau(
    of_nb101: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = of_nb101.parts.set_index(["proxy", "part"]).loc[("zeros", WEIGHTED)]
    plain = of_nb101.of(TARGET).set_index("proxy").loc["zeros"]
    said = verdict(of_nb101, TARGET)
    interval = f"95 % interval {row['tau_low']:.3f} to {row['tau_high']:.3f}"
    less = f"95 % interval {row['less_params_low']:+.3f} to {row['less_params_high']:+.3f}"
    assert said.sentence.startswith(
        "On 180 architectures of nb101, weighted to the benchmark's architectures by number of "
        f"vertices, zeros has Kendall's tau {row['tau']:.3f} ({interval}) with {TARGET}; it falls "
        f"behind params, weighted alike: {row['less_params']:+.3f} ({less}). In the sample as it "
        f"is tau is {plain['tau']:.3f} ("
    )
    tau, gain, _ = said.numbers
    assert (tau.label, tau.value) == ("Weighted Kendall's tau", f"{row['tau']:.3f}")
    assert tau.note == f"{interval}, n = 180, in the sample as it is {plain['tau']:.3f}"
    assert gain.label == "Weighted Kendall's tau, gain over params"
    assert (gain.value, gain.note) == (f"{row['less_params']:+.3f}", less)
    tell("prog", of_nb101, tmp_path)
    assert said.sentence in capsys.readouterr().out


def test_the_verdict_says_which_share_its_weighted_tau_is_of() -> None:
    said = verdict(drawn({7: 30}, zeros=4, params=4), TARGET).sentence
    assert "by number of vertices (its parts here are 85 % of it), zeros has" in said
    assert "; no significant difference from params, weighted alike: " in said


def test_without_params_the_verdict_gives_the_gain_of_the_sample_as_it_is() -> None:
    said = verdict(drawn({7: 30, 6: 30}, zeros=1, flops=9), TARGET)
    assert f"with {TARGET}. In the sample as it is tau is " in said.sentence
    assert "; it beats flops, the best trivial baseline: +" in said.sentence
    label = "Gain over flops, the best trivial baseline, in the sample as it is"
    assert said.numbers[1].label == label


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
