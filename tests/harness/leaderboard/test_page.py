"""The action ``page``, from scores that were packed, beside the run that scored them."""

import re
from pathlib import Path

import pandas as pd
import pytest

from harness.run import main as run
from harness.scores import main
from tests.runs import arguments

PLAN = """
[[board]]
benchmark = "nb201"
dataset = "cifar10"
targets = ["cifar10_test"]
archs = 14
proxies = ["zeros", "synflow", "l2_norm", "log_rank[of=l2_norm+synflow]"]

[[board]]
benchmark = "nb201"
dataset = "cifar100"
targets = ["cifar10_test"]
archs = 30
proxies = ["snip"]

[[board]]
benchmark = "nb201"
dataset = "cifar100"
targets = ["cifar100_test"]
archs = 31
proxies = ["snip"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, a run of what its first board is to have, and its scores packed."""
    place = tmp_path_factory.mktemp("page")
    (place / "plan.toml").write_text(PLAN)
    proxies = ["zeros", "synflow", "l2_norm", "log_rank[of=l2_norm+synflow]"]
    command = arguments(place, "--proxy", *proxies, "--archs", "14", "--workers", "1")
    assert run([*command, "--target", "cifar10_test"]) == 0
    store = str(place / "s.sqlite")
    assert main(["pack", "--store", store, "--to", str(place / "scores")]) == 0
    return place


@pytest.fixture
def written(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, Path]:
    """The page and the table in Markdown, and the folder of the run."""
    monkeypatch.setenv("NAS_SCORES", str(folder / "scores"))
    out, table = tmp_path / "new" / "page.html", tmp_path / "table.md"
    command = ["--plan", str(folder / "plan.toml"), "--out", str(out), "--markdown", str(table)]
    assert main(["page", *command]) == 0
    return out.read_text("utf-8"), table.read_text("utf-8"), folder / "out"


def rows_of(page: str, board: str) -> dict[str, list[str]]:
    """Return the texts of a board's cells, by score."""
    section = page.partition(f'<section class="board" id="{board}">')[2].partition("</section>")[0]
    return {
        score: [
            " ".join(re.sub(r"<[^>]*>", "", cell).split())
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        ]
        for score, row in re.findall(r'<tr data-score="([^"]*)"(.*?)</tr>', section, re.S)
    }


def test_the_numbers_of_a_board_equal_those_of_a_run_to_the_last_digit(
    written: tuple[str, str, Path],
) -> None:
    page, table, out = written
    correlations = pd.read_csv(out / "correlations.csv").query("population == 'all'")
    expected, shown = correlations.set_index("proxy"), rows_of(page, "nb201-cifar10")
    assert set(shown) == set(pd.read_csv(out / "scores.csv")["proxy"])
    for score, cells in shown.items():
        row = expected.loc[score]
        low, high = row["tau_low"], row["tau_high"]
        interval = "" if pd.isna(low) else f"{low:z.3f} to {high:z.3f}"
        numbers = [f"{row[name]:z.3f}" for name in ("tau", "ndcg", "precision_top10")]
        assert [cells[1], *cells[3:5]] == numbers
        assert cells[2] == interval
        missing = f" ({row['missing']} missing)" if row["missing"] else ""
        assert cells[6] == f"{row['n']}{missing}"
    first = expected.loc[list(shown), "tau"].idxmax()
    assert f"`{first}` {expected.loc[first, 'tau']:.3f}" in table


def test_the_run_below_a_board_is_the_one_that_has_its_numbers(
    written: tuple[str, str, Path],
) -> None:
    command = re.findall(r"<pre>(python -m harness.run.*)</pre>", written[0])[0]
    assert command.replace("&#39;", "'") == (
        "python -m harness.run --benchmark nb201 --dataset cifar10 --archs 14 --target "
        "cifar10_test --proxy zeros synflow l2_norm 'log_rank[of=l2_norm+synflow]'"
    )


def test_a_board_without_scores_or_results_is_said_to_be_left_out(
    written: tuple[str, str, Path],
) -> None:
    text = re.sub("<[^>]*>", "", written[0])
    assert 'id="nb201-cifar100"' not in written[0]
    assert "nb201 cifar100, 30 architectures: no score of it is complete yet" in text
    assert "nb201 cifar100, 31 architectures: " in text
    assert "31 architectures: no table with their targets comes with the harness" in text


def test_a_benchmark_without_a_table_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = PLAN.replace('"nb201"', '"nats_sss"')
    (tmp_path / "plan.toml").write_text(plan)
    out = str(tmp_path / "page.html")
    command = ["--plan", str(tmp_path / "plan.toml"), "--tables", str(tmp_path), "--out", out]
    assert main(["page", *command]) == 2
    said = capsys.readouterr().err
    assert "not on the page: nats_sss cifar10, 14 architectures: no table of nats_sss" in said
    assert "can be shown: nothing is written" in said
    assert not (tmp_path / "page.html").exists()


def test_boards_that_are_judged_alike_are_shown_once(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NAS_SCORES", str(folder / "scores"))
    board = PLAN.partition("[[board]]")[2].partition("[[board]]")[0]
    few = board.replace("archs = 14", 'archs = "all"').replace(', "synflow", "l2_norm"', "")
    few = few.replace(', "log_rank[of=l2_norm+synflow]"', "")
    (tmp_path / "plan.toml").write_text(f"steps = [14]\n[[board]]{few}[[board]]{board}")
    out = tmp_path / "page.html"
    assert main(["page", "--plan", str(tmp_path / "plan.toml"), "--out", str(out)]) == 0
    assert "boards 1, scores 9" in capsys.readouterr().out
    assert (
        "nb201 cifar10, all architectures: another board shows the same scores on the same"
        in re.sub("<[^>]*>", "", out.read_text("utf-8"))
    )


def test_a_page_needs_a_plan_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--plan", str(tmp_path / "absent.toml"), "--out", str(tmp_path / "page.html")]
    assert main(["page", *command]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("option", ["--out", "--markdown"])
def test_a_folder_is_no_file_to_write(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"--out": str(tmp_path / "page.html"), option: str(tmp_path)}
    assert main(["page", *(word for pair in words.items() for word in pair)]) == 2
    assert f"{tmp_path} is a folder: name a file in it" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


CARD = """
name = "Mine & <b>yours</b>"
authors = "A. Author"
paper = "https://example.org/paper"
code = "none"
licence = "MIT"
requirements = ["labels", "images"]
tuned_on = "NAS-Bench-201"
trained_networks = 12
"""


def submit(root: Path, scores: pd.DataFrame) -> None:
    place = root / "reports" / "submissions" / "mine"
    place.mkdir(parents=True)
    (place / "card.toml").write_text(CARD)
    columns = ["benchmark", "dataset", "proxy", "seed", "score", "seconds", "index"]
    scores.assign(dataset="cifar10")[columns].to_csv(place / "scores.csv", index=False)


def test_scores_that_were_handed_in_stand_beside_the_others_and_are_marked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAS_SCORES", str(folder / "scores"))
    monkeypatch.chdir(tmp_path)
    scores = pd.read_csv(folder / "out" / "scores.csv")
    like = scores[scores["proxy"] == "synflow"].assign(proxy="mine")
    few = like.iloc[:5].assign(proxy="too_few")
    submit(tmp_path, pd.concat([like, few]))
    assert main(["page", "--plan", str(folder / "plan.toml"), "--out", "page.html"]) == 0
    page = Path("page.html").read_text("utf-8")
    rows = rows_of(page, "nb201-cifar10")
    assert rows["mine"][1:5] == rows["synflow"][1:5]
    assert rows["mine"][7:] == ["images, labels", "12", "A. Author", ""]
    row = page.partition('data-score="mine"')[2].partition("</tr>")[0]
    assert "handed in, not computed here" in row
    assert "too_few</span> is not handed in for all 14 architectures (5 are)." in page
    assert "too_few</span> (" not in page, "nothing here will compute it"
    assert "in part</td>" in page
    assert "not handed in for all 14 (5 are)" in page
    assert "Mine &amp; &lt;b&gt;yours&lt;/b&gt;, by A. Author" in page
    command = re.findall(r"<pre>(python -m harness.run.*)</pre>", page)[0]
    assert "mine" not in command


def test_a_submission_with_a_fault_is_not_on_the_page(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NAS_SCORES", str(folder / "scores"))
    monkeypatch.chdir(tmp_path)
    scores = pd.read_csv(folder / "out" / "scores.csv").query("proxy == 'synflow'")
    submit(tmp_path, scores)  # under the name of a proxy of the harness
    assert main(["page", "--plan", str(folder / "plan.toml"), "--out", "page.html"]) == 0
    assert "mine is left out: " in capsys.readouterr().err
    assert "A. Author" not in Path("page.html").read_text("utf-8")
