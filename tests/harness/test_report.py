"""Reports of stored scores: what they say, how runs are merged, and what is escaped."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis import SCORE_COLUMNS
from harness.document import document
from harness.headline import headline
from harness.publish import publish
from harness.render import html, markdown, plain
from harness.report import main
from harness.results import Results
from harness.run import main as run
from tests.runs import arguments

SETTINGS = {"command": ["python -m harness.run", "--out", "<script>alert(1)</script>"], "proxies": [], "targets": ["a_test_200ep"]}


def frame(**scores: list[float]) -> pd.DataFrame:
    """Scores of the first architectures, one seed."""
    nb201 = benchmarks_data.get("nb201")
    rows = [
        ("nb201", index, nb201.architecture(index).string, proxy, 0, value, 0.5, "undefined" if math.isnan(value) else "ok")
        for proxy, values in scores.items()
        for index, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


def table(**columns: list[float]) -> Table:
    return Table("t.csv", "", pd.DataFrame(columns, dtype=float).rename_axis("index"))


def results(scores: pd.DataFrame, values: Table) -> Results:
    return Results(scores, values, ["a_test_200ep"], "all", "nb201")


def said(found: Results) -> str:
    return "\n".join(headline(found, "a_test_200ep"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: ZEROS on 12 architectures, SynFlow on 20."""
    folder = tmp_path_factory.mktemp("report")
    for proxy, count in (("zeros", "12"), ("synflow", "20")):
        command = arguments(folder, "--proxy", proxy, "--archs", count, "--workers", "1")
        assert run([*command, "--out", str(folder / proxy)]) == 0
    return folder


def test_a_run_is_analysed_anew_without_scoring(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: (runs / "zeros" / name).read_bytes() for name in ("scores.csv", "correlations.csv", "comparisons.csv")}
    command = json.loads((runs / "zeros" / "run.json").read_text())["command"]
    for _ in range(2):
        assert main([str(runs / "zeros")]) == 0
    assert {name: (runs / "zeros" / name).read_bytes() for name in before} == before
    record = json.loads((runs / "zeros" / "run.json").read_text())
    assert (record["scored_by"], record["command"]) == ([command], ["python -m harness.report", str(runs / "zeros")])
    assert "report.html" in capsys.readouterr().out


def test_runs_are_merged(runs: Path, tmp_path: Path) -> None:
    assert main([str(runs / "zeros"), str(runs / "synflow"), "--out", str(tmp_path)]) == 0
    found = pd.read_csv(tmp_path / "correlations.csv")
    rows = found[found["population"] == "all"].set_index("proxy")
    assert rows["n"].to_dict() == {"zeros": 12, "synflow": 20, "params": 20, "live_params": 20, "flops": 20, "live_convs": 20}
    assert rows["missing"].sum() == 0
    pairs = pd.read_csv(tmp_path / "comparisons.csv").set_index(["proxy", "other"])
    assert pairs.loc[("zeros", "synflow"), "n"] == 12
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert not scores.duplicated(["proxy", "index", "seed"]).any()
    assert json.loads((tmp_path / "run.json").read_text())["archs"]["count"] == 20
    assert main([str(tmp_path), "--target", "cifar10_test"]) == 0  # a merged run is a run


def test_runs_that_do_not_belong_together_are_refused(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def copy(name: str, **changes: object) -> Path:
        shutil.copytree(runs / "zeros", tmp_path / name)
        record = json.loads((tmp_path / name / "run.json").read_text())
        (tmp_path / name / "run.json").write_text(json.dumps(record | changes))
        return tmp_path / name

    other = copy("other")
    text = (other / "scores.csv").read_text().splitlines()
    (other / "scores.csv").write_text("\n".join([*text[:1], *(line.replace(",zeros,0,", ",zeros,0,1") for line in text[1:])]))
    unknown = copy("unknown")
    (unknown / "scores.csv").write_text((unknown / "scores.csv").read_text().replace(",zeros,", ",zeroes,"))
    elsewhere = copy("elsewhere")
    (elsewhere / "scores.csv").write_text((elsewhere / "scores.csv").read_text().replace("|nor_conv_3x3~0|", "|<b>~0|"))
    first = str(runs / "zeros")
    for arguments_, complaint in (
        ([first, str(copy("float64", dtype="float64")), "--out", str(tmp_path / "x")], "differ in dtype"),
        ([first, str(other), "--out", str(tmp_path / "x")], "disagree about zeros"),
        ([first, str(runs / "synflow")], "name it with --out"),
        ([str(unknown)], "did you mean 'zeros'"),
        ([str(elsewhere)], "is not index"),
        ([str(tmp_path)], "run.json cannot be read"),
        ([str(copy("strange", proxies=[{}]))], "run.json cannot be read"),
        ([str(copy("stranger", targets=[1]))], "run.json cannot be read"),
        ([first, "--target", "cifar10_tset"], "did you mean 'cifar10_test'"),
    ):
        assert main(arguments_) == 2
        shown = capsys.readouterr().err
        assert complaint in shown
        assert shown.count("\n") == 1


def test_the_headline_states_what_was_measured() -> None:
    stream = np.random.default_rng(0)
    accuracy = stream.normal(80, 5, 400)
    good, same = accuracy + stream.normal(0, 2, 400), stream.normal(size=400)
    scores = frame(zeros=list(good), synflow=list(same), params=list(np.round(accuracy)), live_params=[1.0, 2.0] * 200)
    runs_ = {f"a_test_200ep_run{n}": accuracy + stream.normal(0, 0.1, 400) for n in (1, 2)}
    values = table(a_test_200ep=list(accuracy), a_valid_12ep=list(good), **runs_)
    found = results(scores, values)
    text = said(found)
    tau = stats.kendalltau(good, accuracy).statistic
    assert f"Kendall's tau of zeros with a_test_200ep is {tau:.3f} (" in text
    difference = tau - stats.kendalltau(same, accuracy).statistic
    assert f"{difference:+.3f} (" in text
    assert text.count("significant") >= 2
    assert "zeros follows the number of parameters less than a_test_200ep itself" in text
    even, odd = slice(0, None, 2), slice(1, None, 2)
    concordances = [stats.kendalltau(good[part], accuracy[part]).statistic for part in (even, odd)]
    assert f"zeros still orders them rightly: tau {np.mean(concordances):.3f}" in text
    assert "in population connected (n = " in text
    assert f"agree at tau {stats.kendalltau(*runs_.values()).statistic:.3f}" in text
    assert f"a_valid_12ep agrees with a_test_200ep at tau {tau:.3f}" in text


NAN = math.nan


@pytest.mark.parametrize(
    ("scores", "accuracies", "said_so"),
    [
        (
            [1.0],
            [90.0],
            "On 1 architecture of nb201 (population all), Kendall's tau of zeros with a_test_200ep is undefined: 1 arch",
        ),
        ([1.0, 1.0, 1.0], [90.0, 91.0, 92.0], "undefined: all scores are tied"),
        ([1.0, 2.0, 3.0], [90.0, 90.0, 90.0], "undefined: all values of a_test_200ep are tied"),
        ([NAN, NAN, NAN], [90.0, 91.0, 92.0], "undefined: every score is missing"),
        ([1.0, 2.0, 3.0], [NAN, NAN, NAN], "undefined: the table has no a_test_200ep of these architectures"),
        ([1.0, NAN, 3.0], [NAN, 90.0, NAN], "undefined: no architecture has both"),
        ([1.0, 2.0, 3.0], [90.0, 91.0, 92.0], "With so few architectures"),
        ([-math.inf, 2.0, 3.0], [90.0, 91.0, 92.0], "Scores of -inf, which count as the lowest: 1 of zeros"),
        ([NAN, 2.0, 3.0, 1.0], [90.0, 91.0, 92.0, 93.0], "Scores that are missing, and left out: 1 of zeros"),
    ],
)
def test_what_cannot_be_said_is_said(tmp_path: Path, scores: list[float], accuracies: list[float], said_so: str) -> None:
    found = results(frame(zeros=scores, params=scores), table(a_test_200ep=accuracies))
    assert said_so in said(found)
    publish(found, tmp_path, SETTINGS)
    assert said_so.replace("'", "&#39;") in (tmp_path / "report.html").read_text()
    assert plain(said_so) in (tmp_path / "report.md").read_text()


def test_no_targets_but_accuracies_have_a_best() -> None:
    found = Results(frame(zeros=[1.0, 2.0, 3.0]), table(latency=[3.0, 1.0, 2.0]), ["latency"], "all", "nb201")
    row = found.of("latency").iloc[0]
    assert row[["regret_1", "precision_top10", "tau_top10"]].isna().all()
    assert row["tau"] == pytest.approx(-1 / 3)


def test_hostile_names_are_escaped() -> None:
    hostile = "</script><img src=x onerror=alert(1)>|`"
    scores = frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]).assign(arch=hostile)
    found = Results(scores, table(**{hostile: [90.0, 91.0, 92.0]}), [hostile], "all", "nb201")
    report = document(found, {hostile: {}}, SETTINGS | {"images": hostile, "targets": [hostile]})
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
    found = results(frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]), table(a_test_200ep=[90.0, 91.0, 92.0]))
    lines = markdown(document(found, {"a_test_200ep": {}}, SETTINGS)).splitlines()
    start = lines.index("### Correlations") + 4
    assert lines[start].startswith("| proxy | tau | 95 % interval | place |")
    assert lines[start + 1] == "|" + " --- |" * lines[start].count(" | ")
    assert [line.split(" | ")[0] for line in lines[start + 2 : start + 4]] == ["| zeros", "| params"]
    assert lines[start + 4] == ""
