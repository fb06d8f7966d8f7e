"""harness.scores check: the faults of a submission, its coverage of boards, its exit status."""

import shutil
from pathlib import Path

import pytest

import proxies
from harness.leaderboard import checking
from harness.leaderboard.checking import printable
from harness.scores import main

EXAMPLES = Path(__file__).parent / "leaderboard" / "submissions"
BOARD = """
[[board]]
benchmark = "nb201"
dataset = "cifar10"
targets = ["cifar10_test"]
archs = 4
proxies = ["params"]
"""
#: A proxy of a plugin that reads a pass, or the network, and returns an expression.
PLUGIN = '''
import random
from proxies import proxy


@proxy("spread", reads="{reads}", options={options})
def spread(result):
    """A formula."""
    return {expression}
'''


@pytest.fixture(autouse=True)
def _installed_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAS_TABLES", raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "submissions"))


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(["check", str(folder)])
    shown = capsys.readouterr()
    return status, shown.out + shown.err


def with_plan(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "plan.toml"
    path.write_text(text)
    monkeypatch.setattr(checking, "PLAN", path)


def test_scores_are_compared_with_the_boards(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "spread_scores"
    with_plan(root, BOARD.replace("4", "3"), monkeypatch)
    status, shown = check(folder, capsys)
    assert status == 0
    assert "  spread covers the board nb201 cifar10, 3 architectures\n" in shown
    assert shown.endswith("spread_scores: nothing is missing or wrong\n")
    with_plan(root, f"steps = [3]\n{BOARD}", monkeypatch)
    status, shown = check(folder, capsys)
    assert status == 0
    assert (
        "spread has 3 of 4 of the board nb201 cifar10, 4 architectures, which is all of its"
        in shown
    )
    with_plan(root, BOARD, monkeypatch)
    status, shown = check(folder, capsys)
    assert status == 1
    assert "and not all of its smallest draw, of 4\n" in shown
    assert "wrong: scores.csv: spread covers no draw of any board" in shown
    with_plan(root, f"{BOARD}seeds = 2\n".replace("4", "3"), monkeypatch)
    status, shown = check(folder, capsys)
    assert status == 1, "a board of two seeds needs both"
    assert "spread has 0 of 3" in shown


def test_a_name_that_a_submission_beside_it_has_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_plan(root, BOARD.replace("4", "3"), monkeypatch)
    shutil.copytree(root / "spread_scores", root / "third")
    (root / "third" / "notes").mkdir()
    for one, other in (("third", "spread_scores"), ("spread_scores", "third")):
        _, shown = check(root / one, capsys)
        assert f"wrong: scores.csv: {other}, beside this folder, has a proxy 'spread' too" in shown
    monkeypatch.chdir(root / "third")
    assert "has a proxy 'spread' too" in check(Path(), capsys)[1]
    (root / "spread_scores" / "card.toml").unlink()
    assert "too, and the page" not in check(Path(), capsys)[1]


def test_a_plugin_that_does_what_its_card_says_has_no_fault(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = proxies.registered().keys()
    status, shown = check(root / "spread_plugin", capsys)
    assert status == 0, shown
    assert "plugin.py: spread: 5 cells of NAS-Bench-201 scored" in shown
    assert proxies.registered().keys() == before


@pytest.mark.parametrize(
    ("reads", "expression", "requirements", "faults"),
    [
        (
            "network",
            "float(result[0](result[1].images(2)).detach().std())",
            "[]",
            ["lacks 'images'"],
        ),
        ("network", "1.0", "[]", ["spread has one score for 5 different cells"]),
        ("network", "random.random()", "[]", ["spread has other scores when it is run again"]),
        ("network", "1 / 0", "[]", ["spread has no score of 5 of 5 cells", "division by zero"]),
        ("cost", "result.params", '["labels"]', ["names 'labels', which nothing in plugin.py"]),
        (
            "loss_gradient",
            "float(sum(one.detach().sum() for one, _ in result.weights.values()))",
            '["images"]',
            ["lacks 'labels'", "lacks 'gradients'"],
        ),
        ("cost", "result.params)", "[]", ["plugin.py cannot be loaded: SyntaxError"]),
    ],
)
def test_what_a_plugin_does_otherwise_is_told(
    reads: str,
    expression: str,
    requirements: str,
    faults: list[str],
    root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = root / "spread_plugin"
    options = {"batch": 4} if reads == "loss_gradient" else {}
    text = PLUGIN.format(reads=reads, expression=expression, options=options)
    (folder / "plugin.py").write_text(text)
    card = (folder / "card.toml").read_text()
    (folder / "card.toml").write_text(card.replace('["images"]', requirements))
    status, shown = check(folder, capsys)
    assert status == 1
    for fault in faults:
        assert fault in shown
    assert shown.count("wrong: ") == (2 if "labels" in faults[0] and len(faults) > 1 else 1)


def test_the_exit_status_tells_a_fault_from_a_folder_that_is_unusable(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "spread_scores" / "card.toml").unlink()
    (root / "spread_scores" / "scores.csv").write_text("benchmark\n")
    status, shown = check(root / "spread_scores", capsys)
    assert status == 1
    assert shown.endswith("spread_scores: 6 faults\n")
    status, shown = check(root / "absent", capsys)
    assert status == 2
    assert shown.count("\n") == 1


def test_text_of_a_submission_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\u202ed") == "a\\x1b[2Jb\\nc\\u202ed"
