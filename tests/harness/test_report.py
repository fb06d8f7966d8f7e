"""Reports of stored scores: what they say, how runs are merged, and what is escaped."""

import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis.results import Results
from harness.report import main
from harness.reporting.comparison_findings import counts_as
from harness.reporting.console import tell
from harness.reporting.findings import target_findings
from harness.reporting.phrases import side
from harness.reporting.publish import publish
from harness.reporting.render import html, markdown, plain
from harness.reporting.run_document import run_document
from harness.run import main as run
from harness.scoring.frames import SCORE_COLUMNS, read_scores
from tests.runs import arguments

NAN = math.nan
SETTINGS = {
    "command": ["python -m harness.run", "--out", "<script>alert(1)</script>"],
    "benchmark": "nb201",
    "dataset": "cifar10",
    "proxies": [],
    "targets": ["a_test_200ep"],
    "table": {"name": "made up"},
    "archs": {"given": "all", "population": "all", "count": 1},
    "seeds": [0],
    "images": "Gaussian noise",
    "dtype": "float32",
}


def frame(**scores: list[float]) -> pd.DataFrame:
    """Scores of the first architectures, one seed."""
    nb201 = benchmarks_data.get("nb201")
    rows = [
        (
            "nb201",
            index,
            nb201.architecture(index).string,
            proxy,
            0,
            value,
            0.5,
            "undefined" if math.isnan(value) else "ok",
        )
        for proxy, values in scores.items()
        for index, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


def table(**columns: list[float]) -> Table:
    return Table("t.csv", "", pd.DataFrame(columns, dtype=float).rename_axis("index"))


def results(scores: pd.DataFrame, values: Table) -> Results:
    return Results(scores, values, ["a_test_200ep"], "all", "nb201")


def said(found: Results) -> str:
    return "\n".join(target_findings(found, "a_test_200ep"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: ZEROS on 12 architectures, SynFlow on 20."""
    folder = tmp_path_factory.mktemp("report")
    for proxy, count in (("zeros", "12"), ("synflow", "20")):
        command = arguments(folder, "--proxy", proxy, "--archs", count, "--workers", "1")
        assert run([*command, "--out", str(folder / proxy)]) == 0
    return folder


def test_a_run_is_analysed_anew_without_scoring(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {
        name: (runs / "zeros" / name).read_bytes()
        for name in ("scores.csv", "correlations.csv", "comparisons.csv")
    }
    command = json.loads((runs / "zeros" / "run.json").read_text())["command"]
    for _ in range(2):
        assert main([str(runs / "zeros")]) == 0
    assert {name: (runs / "zeros" / name).read_bytes() for name in before} == before
    record = json.loads((runs / "zeros" / "run.json").read_text())
    assert (record["scored_by"], record["command"]) == (
        [command],
        ["python -m harness.report", str(runs / "zeros")],
    )
    assert "report.html" in capsys.readouterr().out


def test_a_declared_score_is_kept_and_can_be_changed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [str(runs / "zeros"), str(runs / "synflow"), "--out", str(tmp_path)]
    assert main([*both, "--against", "params"]) == 0
    assert main([str(tmp_path)]) == 0
    assert json.loads((tmp_path / "run.json").read_text())["against"] == "params"
    pairs = pd.read_csv(tmp_path / "comparisons.csv")
    assert pairs.loc[pairs["family"] == "declared", "proxy"].unique().tolist() == [
        "params",
        "flops",
    ], "one ranking"
    capsys.readouterr()
    for name, complaint in (
        ("naswot", "--against naswot: it is not among the scores that are compared"),
        ("parms", "did you mean"),
    ):
        assert main([*both, "--against", name]) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    record = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(record | {"against": 5}))
    assert main([str(tmp_path)]) == 2
    assert "has no run.json of a run" in capsys.readouterr().err


def test_runs_are_merged(runs: Path, tmp_path: Path) -> None:
    assert main([str(runs / "zeros"), str(runs / "synflow"), "--out", str(tmp_path)]) == 0
    found = pd.read_csv(tmp_path / "correlations.csv")
    rows = found[found["population"] == "all"].set_index("proxy")
    assert rows["n"].to_dict() == {
        "zeros": 12,
        "synflow": 20,
        "params": 20,
        "live_params": 20,
        "flops": 20,
        "live_convs": 20,
    }
    assert rows["missing"].to_dict() == {
        "zeros": 8,
        "synflow": 0,
        "params": 0,
        "live_params": 0,
        "flops": 0,
        "live_convs": 0,
    }
    assert "on the 12 architectures where both are known" in (tmp_path / "report.md").read_text()
    pairs = pd.read_csv(tmp_path / "comparisons.csv").set_index(["proxy", "other"])
    assert pairs.loc[("zeros", "synflow"), "n"] == 12
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert not scores.duplicated(["proxy", "index", "seed"]).any()
    assert json.loads((tmp_path / "run.json").read_text())["archs"]["count"] == 20
    assert main([str(tmp_path), "--target", "cifar10_test"]) == 0  # a merged run is a run


def test_runs_that_do_not_belong_together_are_refused(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def copy(name: str, **changes: object) -> Path:
        shutil.copytree(runs / "zeros", tmp_path / name)
        record = json.loads((tmp_path / name / "run.json").read_text())
        (tmp_path / name / "run.json").write_text(json.dumps(record | changes))
        return tmp_path / name

    other = copy("other")
    text = (other / "scores.csv").read_text().splitlines()
    (other / "scores.csv").write_text(
        "\n".join([*text[:1], *(line.replace(",zeros,0,", ",zeros,0,1") for line in text[1:])])
    )
    unknown = copy("unknown")
    (unknown / "scores.csv").write_text(
        (unknown / "scores.csv").read_text().replace(",zeros,", ",zeroes,")
    )
    elsewhere = copy("elsewhere")
    (elsewhere / "scores.csv").write_text(
        (elsewhere / "scores.csv").read_text().replace("|nor_conv_3x3~0|", "|<b>~0|")
    )
    infinite, foreign, ranks, fewer = (
        copy(name) for name in ("infinite", "foreign", "ranks", "fewer")
    )
    rows = (runs / "zeros" / "scores.csv").read_text().splitlines()
    (infinite / "scores.csv").write_text(
        "\n".join([*rows[:-1], re.sub(r",[^,]+,([^,]+,ok,0)$", r",inf,\1", rows[-1])])
    )
    (foreign / "scores.csv").write_text(
        "\n".join([*rows[:-1], rows[-1].replace("nb201", "nb202", 1)])
    )
    combined = [row.replace(",zeros,", ",mean_rank,") for row in rows if ",zeros," in row]
    (ranks / "scores.csv").write_text("\n".join([rows[0], *combined]))
    (fewer / "scores.csv").write_text("\n".join([rows[0], *combined[1:]]))
    first = str(runs / "zeros")
    for arguments_, complaint in (
        (
            [first, str(copy("float64", dtype="float64")), "--out", str(tmp_path / "x")],
            "differ in dtype",
        ),
        ([first, str(other), "--out", str(tmp_path / "x")], "disagree about zeros"),
        ([first, str(runs / "synflow")], "name it with --out"),
        ([str(unknown)], "did you mean 'zeros'"),
        ([str(elsewhere)], "is not index"),
        ([str(tmp_path)], "has no run.json of a run"),
        ([str(tmp_path / "absent")], "which is no folder"),
        ([first, first, "--out", str(tmp_path / "x")], "named twice"),
        ([first, str(runs / "synflow"), "--out", first], "named twice"),
        ([str(copy("strange", proxies=[{}]))], "has no run.json of a run"),
        ([str(copy("stranger", targets=[1]))], "has no run.json of a run"),
        ([first, "--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
        ([str(copy("no_targets", targets=[]))], "has no run.json of a run"),
        ([str(copy("no_command", command=[]))], "has no run.json of a run"),
        (
            [str(ranks), str(fewer), "--out", str(tmp_path / "x")],
            "mean_rank combines scores, and there is none of",
        ),
        ([str(infinite)], "a score of infinity"),
        ([str(foreign)], "not all scores are of nb201"),
    ):
        assert main(arguments_) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1
    elsewhere_trained = copy("elsewhere_trained", table={"name": "mine.csv"}, targets=["mine"])
    assert main([str(elsewhere_trained)]) == 2
    assert "the runs used mine.csv: name its folder with --tables" in capsys.readouterr().err


def test_merged_runs_have_aggregates_among_all_architectures(tmp_path: Path) -> None:
    def made(name: str, indices: list[int]) -> pd.DataFrame:
        listed = tmp_path / f"{name}.txt"
        listed.write_text("\n".join(map(str, indices)))
        command = arguments(
            tmp_path, "--proxy", "vote[of=params+synflow+zeros]", "--archs", str(listed),
            "--seeds", "2", "--workers", "1",
        )  # fmt: skip
        assert run([*command, "--out", str(tmp_path / name)]) == 0
        return pd.read_csv(tmp_path / name / "scores.csv").drop(columns="seconds")

    first, second = [5, 900, 4000, 7777], [15, 2000, 9000, 15624]
    parts = [made("one", first), made("two", second)]
    whole = made("both", first + second)
    out = tmp_path / "merged"
    assert main([str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(out)]) == 0
    merged = pd.read_csv(out / "scores.csv").drop(columns="seconds")
    key = ["proxy", "seed", "index"]
    pd.testing.assert_frame_equal(
        merged.sort_values(key, ignore_index=True), whole.sort_values(key, ignore_index=True)
    )
    votes = pd.concat(parts).query("proxy.str.startswith('vote')")
    assert sorted(votes["score"]) != sorted(whole.query("proxy.str.startswith('vote')")["score"])


def test_runs_with_different_inputs_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(name: str, proxy: str, images: str) -> str:
        command = arguments(
            tmp_path, "--proxy", proxy, "--archs", "3", "--workers", "1", "--images", images
        )
        assert run([*command, "--out", str(tmp_path / name)]) == 0
        return str(tmp_path / name)

    natural, noise = (made(name, "naswot[batch=4]", name) for name in ("natural", "noise"))
    sizes = made("sizes", "synflow", "noise")
    # What older versions wrote of a run with noise.
    assert json.loads((tmp_path / "noise" / "run.json").read_text())["images"] == "Gaussian noise"
    out = str(tmp_path / "merged")
    capsys.readouterr()
    assert main([natural, noise, "--out", out]) == 2
    assert "differ in images" in capsys.readouterr().err
    assert main([sizes, natural, "--out", out]) == 0, "synflow reads no images"
    rows = pd.read_csv(tmp_path / "merged" / "correlations.csv", keep_default_na=False).set_index(
        "proxy"
    )
    assert rows.loc["naswot[batch=4]", "input"] == "natural"
    assert rows.loc["synflow", "input"] == ""
    assert "read by naswot" in (tmp_path / "merged" / "report.md").read_text()


def test_the_headline_states_what_was_measured() -> None:
    stream = np.random.default_rng(0)
    accuracy = stream.normal(80, 5, 400)
    good, unrelated = accuracy + stream.normal(0, 2, 400), stream.normal(size=400)
    scores = frame(
        synflow=list(unrelated),
        naswot=list(accuracy),
        zeros=list(good),
        params=list(np.round(accuracy)),
        live_params=[1.0, 2.0] * 200,
    )
    runs_ = {f"a_test_200ep_run{n}": accuracy + stream.normal(0, 0.1, 400) for n in (1, 2)}
    found = results(scores, table(a_test_200ep=list(accuracy), a_valid_12ep=list(good), **runs_))
    text = said(found)
    assert "The table lists 400 of 15,625 architectures" in text

    def tau(x: np.ndarray, y: np.ndarray) -> float:
        return stats.kendalltau(x, y).statistic

    own, sizes = tau(good, accuracy), np.round(accuracy)
    assert f"Kendall's tau of zeros with a_test_200ep is {own:.3f} (95 % interval " in text
    pairs = found.pairs.set_index(["proxy", "other"])
    low, high = pairs.loc[("synflow", "zeros"), ["low", "high"]]
    worse = tau(unrelated, accuracy)
    # The comparison is stored the other way round, as synflow came first.
    assert (
        f"synflow ({worse:.3f}): {own - worse:+.3f} ({-high:+.3f} to {-low:+.3f}), significant"
        in text
    )
    assert f"naswot (1.000): {own - 1:+.3f} (" in text
    assert (
        "The highest tau is that of naswot, 1.000. Significantly better than zeros: 2 of the 4 "
        "others." in text
    )
    difference = tau(good, sizes) - tau(accuracy, sizes)
    assert (
        f"is {tau(good, sizes):.3f} for zeros and {tau(accuracy, sizes):.3f} for a_test_200ep "
        f"itself: {difference:+.3f} (" in text
    )
    assert "zeros follows it less." in text
    assert (
        "Shuffled among architectures with equally many parameters, the scores of zeros would "
        "have tau " in text
    )
    assert "No interval includes it for synflow, naswot, zeros;" in text
    assert "A score without noise, the true expected accuracy, would have tau " in text
    even, odd = slice(0, None, 2), slice(1, None, 2)
    within = np.mean([tau(good[part], accuracy[part]) for part in (even, odd)])
    assert f"the order by zeros is better than chance: tau {within:.3f} (" in text
    assert "in population unique (n = " in text
    assert f"agree at tau {tau(*runs_.values()):.3f} (" in text
    assert f"after fewer epochs: a_valid_12ep {own:.3f}" in text


def test_identical_rankings_are_one_and_comparisons_without_a_verdict() -> None:
    accuracy = [60.0, 70.0, 80.0, 90.0, 91.0]
    text = said(
        results(
            frame(zeros=accuracy, synflow=accuracy[::-1], params=accuracy),
            table(a_test_200ep=accuracy),
        )
    )
    assert (
        "synflow (-1.000): +2.000, which the sample cannot test, as it shows no variation" in text
    )
    assert (
        "The highest tau is that of zeros = params, 1.000; no significant difference from it: "
        "synflow" in text
    )
    assert "hold together" not in text


def test_a_better_score_on_other_architectures_is_said() -> None:
    stream = np.random.default_rng(1)
    accuracy = stream.normal(80, 5, 200)
    zeros, synflow = accuracy + stream.normal(0, 0.8, 200), accuracy + stream.normal(0, 0.3, 200)
    zeros[50:] = np.nan  # known where the two are alike in tau, but for the rest
    synflow[50:] = stream.normal(size=150)
    text = said(
        results(frame(zeros=list(zeros), synflow=list(synflow)), table(a_test_200ep=list(accuracy)))
    )
    assert "The highest tau is that of zeros" in text
    assert "significantly better where both have a score: synflow" in text
    assert "Not all scores are known for the same architectures" in text


@pytest.mark.parametrize(
    ("p_family", "words"),
    [(0.049, "significant"), (0.05, "not significant"), (math.nan, "which the sample cannot test")],
)
def test_only_the_corrected_p_value_counts(p_family: float, words: str) -> None:
    assert counts_as({"p": 0.01, "p_family": p_family}).startswith(words)


@pytest.mark.parametrize(
    ("low", "high", "word"), [(0.1, 0.2, "above"), (-0.2, -0.1, "below"), (-0.1, 0.1, "neither")]
)
def test_a_side_is_taken_when_the_interval_is_on_it(low: float, high: float, word: str) -> None:
    assert side(low, high, "above", "below", "neither") == word


def test_the_table_of_comparisons_has_the_subject_first() -> None:
    stream = np.random.default_rng(2)
    accuracy = stream.normal(80, 5, 60)
    found = results(
        frame(synflow=list(stream.normal(size=60)), zeros=list(accuracy + stream.normal(0, 3, 60))),
        table(a_test_200ep=list(accuracy)),
    )
    section = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections[1]
    other, difference, interval = (cell.text for cell in section.table.rows[0][:3])
    stored = found.pairs.iloc[0]
    assert section.title == "zeros against each other score"
    assert (other, difference) == ("synflow", f"{-stored['difference']:+.3f}")
    assert interval == f"{-stored['high']:.3f} to {-stored['low']:.3f}"


def test_declared_comparisons_come_first_and_are_a_family() -> None:
    stream = np.random.default_rng(3)
    accuracy = stream.normal(80, 5, 120)
    scores = {
        name: list(accuracy + stream.normal(0, noise, 120))
        for name, noise in (("zeros", 2), ("synflow", 9), ("naswot", 9))
    }
    sizes = list(np.round(accuracy))
    whole = frame(**scores, params=sizes, flops=sizes)
    trained = table(a_test_200ep=list(accuracy))
    found = Results(whole, trained, ["a_test_200ep"], "all", "nb201", declared="synflow")
    rows = found.each_against("a_test_200ep", "synflow").set_index("proxy")
    low, high = rows.loc["zeros", ["low", "high"]]
    text = target_findings(found, "a_test_200ep")[2]
    assert text.startswith("Declared comparison, each score against synflow (")
    assert f"zeros {rows.loc['zeros', 'difference']:+.3f} ({low:+.3f} to {high:+.3f})" in text
    assert "Significantly better: params = flops +" in text
    assert "Neither: naswot" in text
    assert "for these 3 comparisons; the other 3 are a second family" in text
    section = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections[1]
    assert section.title == "Each score against synflow, as declared"
    assert [row[0].text for row in section.table.rows] == ["params = flops", "zeros", "naswot"]
    assert section.table.rows[1][1].text == f"{rows.loc['zeros', 'difference']:+.3f}"


def test_the_search_table_ends_with_random_orders() -> None:
    stream = np.random.default_rng(4)
    accuracy = stream.normal(80, 5, 200)
    found = results(
        frame(zeros=list(accuracy + stream.normal(0, 3, 200)), params=list(accuracy)),
        table(a_test_200ep=list(accuracy)),
    )
    sections = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections
    search = next(section.table for section in sections if section.title == "Search")
    headings = [heading for heading, _ in search.headings]
    assert headings[-2:] == ["regret at 100 (50 %)", "input"]
    assert [row[0].text for row in search.rows] == ["params", "zeros", "random order"]
    chance = found.search.query("proxy == 'zeros' and metric == 'precision_top10'").iloc[0]
    shown = search.rows[-1][headings.index("precision, 20")].text
    assert (
        shown
        == f"{chance['chance']:.2f} ({chance['chance_low']:.2f} to {chance['chance_high']:.2f})"
    )


def test_r_says_how_many_finite_scores_it_is_of() -> None:
    row = (
        results(frame(zeros=[-math.inf, 1.0, 3.0, 2.0]), table(a_test_200ep=[1.0, 3.0, 2.0, 4.0]))
        .of("a_test_200ep")
        .iloc[0]
    )
    assert row[["n", "r_n"]].tolist() == [4, 3]
    assert row["r"] == pytest.approx(stats.pearsonr([1.0, 3.0, 2.0], [3.0, 2.0, 4.0]).statistic)


def test_sizes_that_are_missing_give_no_number() -> None:
    scores = frame(
        zeros=[1.0, 2.0, 3.0, 4.0], params=[1.0, NAN, 3.0, 2.0], live_params=[1.0, 1.0, NAN, 1.0]
    )
    row = results(scores, table(a_test_200ep=[1.0, 3.0, 2.0, 4.0])).of("a_test_200ep").iloc[0]
    assert (
        row[["tau_params", "excess_params", "tau_partial_params", "tau_equal_live_params"]]
        .isna()
        .all()
    )


@pytest.mark.parametrize(
    ("scores", "accuracies", "said_so"),
    [
        (
            [1.0],
            [90.0],
            "On 1 architecture of nb201 (population all), Kendall's tau of zeros with "
            "a_test_200ep is undefined: 1 arch",
        ),
        ([1.0, 1.0, 1.0], [90.0, 91.0, 92.0], "undefined: all scores are tied"),
        ([1.0, 2.0, 3.0], [90.0, 90.0, 90.0], "undefined: all values of a_test_200ep are tied"),
        ([NAN, NAN, NAN], [90.0, 91.0, 92.0], "undefined: every score is missing"),
        (
            [1.0, 2.0, 3.0],
            [NAN, NAN, NAN],
            "undefined: the table has no a_test_200ep of these architectures",
        ),
        ([1.0, NAN, 3.0], [NAN, 90.0, NAN], "undefined: no architecture has both"),
        ([1.0, 2.0, 3.0], [90.0, 91.0, 92.0], "With so few architectures"),
        (
            [-math.inf, 2.0, 3.0],
            [90.0, 91.0, 92.0],
            "Scores of -inf, which count as the lowest: 1 each of zeros, params",
        ),
        (
            [NAN, 2.0, 3.0, 1.0],
            [90.0, 91.0, 92.0, 93.0],
            "Scores that are missing, and left out: 1 each of zeros, params",
        ),
    ],
)
def test_what_cannot_be_said_is_said(
    tmp_path: Path, scores: list[float], accuracies: list[float], said_so: str
) -> None:
    found = results(frame(zeros=scores, params=scores), table(a_test_200ep=accuracies))
    assert said_so in said(found)
    publish(found, tmp_path, SETTINGS)
    assert said_so.replace("'", "&#39;") in (tmp_path / "report.html").read_text()
    assert plain(said_so) in (tmp_path / "report.md").read_text()


def test_no_targets_but_accuracies_have_a_best() -> None:
    found = Results(
        frame(zeros=[1.0, 2.0, 3.0]), table(latency=[3.0, 1.0, 2.0]), ["latency"], "all", "nb201"
    )
    row = found.of("latency").iloc[0]
    assert row[["regret_1", "precision_top10", "tau_top10"]].isna().all()
    assert row["tau"] == pytest.approx(-1 / 3)


def test_the_terminal_says_of_which_targets_less_is_better(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = [3.0, 1.0, 2.0]
    scores = frame(zeros=[1.0, 2.0, 3.0])
    both = table(a_test_200ep=values, raspi4_latency=values)
    tell("prog", Results(scores, both, list(both.values), "all", "nb201"), tmp_path)
    assert "Lower is better: raspi4_latency. Tau is" in capsys.readouterr().out
    tell("prog", Results(scores, both, ["a_test_200ep"], "all", "nb201"), tmp_path)
    assert "Lower is better" not in capsys.readouterr().out


def test_hostile_names_are_escaped() -> None:
    hostile = "</script><img src=x onerror=alert(1)>|`"
    scores = frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]).assign(arch=hostile)
    found = Results(scores, table(**{hostile: [90.0, 91.0, 92.0]}), [hostile], "all", "nb201")
    report = run_document(
        found, {hostile: []}, SETTINGS | {"images": hostile, "targets": [hostile]}
    )
    page, text = html(report), markdown(report)
    assert "<img src=x" not in page
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 2
    assert "<img" not in text
    points = json.loads(page.split('id="points">')[1].split("</script>")[0])
    assert points["archs"][0] == hostile
    assert points["scores"]["zeros"] == [1.0, 2.0, 3.0]
    assert next(iter(points["scores"])) == "zeros"


def test_markdown_tables_are_whole() -> None:
    found = results(
        frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]), table(a_test_200ep=[90.0, 91.0, 92.0])
    )
    lines = markdown(run_document(found, {"a_test_200ep": []}, SETTINGS)).splitlines()
    start = lines.index("### Correlations") + 4
    assert lines[start].startswith("| proxy | tau | 95 % interval | group |")
    assert lines[start + 1] == "|" + " --- |" * lines[start].count(" | ")
    assert [line.split(" | ")[0] for line in lines[start + 2 : start + 4]] == [
        "| zeros",
        "| params",
    ]
    assert lines[start + 4] == ""


def test_architectures_in_digits_keep_their_zeros(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(",".join(SCORE_COLUMNS) + "\nnbmacro,3,00000010,synflow,0,1.5,0.1,ok\n")
    assert read_scores(path)["arch"].tolist() == ["00000010"]
