"""harness.scores check: the faults of a submission, its coverage of boards, its exit status."""

import shutil
from pathlib import Path

import pytest

import benchmarks_data
import proxies
from harness.computing.local import Local
from harness.leaderboard import checking
from harness.leaderboard.checking import printable
from harness.leaderboard.packing import pack
from harness.scores import main
from harness.scoring.execution import run
from harness.scoring.job import Job
from harness.scoring.natural import CURRENT
from harness.scoring.selection import select
from harness.scoring.store import Store
from proxies import BASELINES

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


def seeded(folder: Path, seed: int) -> None:
    path = folder / "scores.csv"
    text = path.read_text()
    assert ",spread,0," in text
    path.write_text(text.replace(",spread,0,", f",spread,{seed},"))


def test_it_is_said_on_which_boards_of_the_page_a_score_will_stand(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_plan(root, f"steps = [3]\n{BOARD}", monkeypatch)
    three = "spread: on the page it will stand on nb201 cifar10, 3 architectures"
    status, shown = check(root / "spread_scores", capsys)
    assert status == 0
    assert f"  {three} (no scores of this board ship yet)\n" in shown
    assert shown.endswith("spread_scores: nothing is missing or wrong\n")
    ship(root / "shipped", 3, monkeypatch)
    assert f"  {three}\n" in check(root / "spread_scores", capsys)[1]
    ship(root / "shipped", 4, monkeypatch)
    status, shown = check(root / "spread_scores", capsys)
    assert status == 0, "it covers a draw of the board"
    assert "  spread: on the page it will stand on no board\n" in shown
    assert "  spread: it will not stand on nb201 cifar10, 4 architectures (it has 3)\n" in shown
    assert "  spread: The nearest board is nb201 cifar10, 4 architectures: 1 arch" in shown
    assert shown.endswith("spread_scores: no fault, but on no board\n")


def drawn(archs: int) -> list[int]:
    """Return the architectures of a board of so many; the submission has those of three."""
    benchmark = benchmarks_data.get("nb201")
    known = benchmark.table(None).known(["cifar10_test"])
    return select(benchmark, str(archs), "all", 0, known).indices


def ship(folder: Path, archs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the scores of a run of BOARD come with the harness."""
    store = folder.parent / f"{archs}.sqlite"
    with Store(store) as one:
        job = Job("nb201", "cifar10", CURRENT)
        requests = [proxies.request(name) for name in BASELINES]
        for scores in run(job, one.tasks_due(job, requests, drawn(archs), [0]), Local(1)):
            one.write(job, scores)
    pack([store], folder)
    monkeypatch.setenv("NAS_SCORES", str(folder))


def test_scores_that_cover_no_draw_are_told_what_to_add(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "spread_scores"
    with_plan(root, BOARD, monkeypatch)
    status, shown = check(folder, capsys)
    assert status == 1
    [missing] = set(drawn(4)) - set(drawn(3))
    assert "wrong: scores.csv: spread covers no board, and no smaller draw of one. " in shown
    assert f"1 architecture is missing, that of index {missing}. " in shown
    assert (
        "python -m harness.run --benchmark nb201 --dataset cifar10 --archs 4 --target "
        "cifar10_test --proxy params --out reports/board\n" in shown
    )


def test_a_seed_that_is_missing_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three = BOARD.replace("4", "3")
    with_plan(root, f"{three}seeds = 2\n", monkeypatch)
    status, shown = check(root / "spread_scores", capsys)
    assert status == 1, "a board of two seeds needs both"
    assert "seed 1 is needed, yours are 0\n" in shown
    with_plan(root, three, monkeypatch)
    seeded(root / "spread_scores", 1)
    status, shown = check(root / "spread_scores", capsys)
    assert status == 1
    assert "seed 0 is needed, yours are 1\n" in shown


def test_networks_of_no_board_are_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_plan(root, BOARD.replace("cifar10", "cifar100"), monkeypatch)
    _, shown = check(root / "spread_scores", capsys)
    assert "wrong: scores.csv: spread is of no board: boards are of nb201 cifar100\n" in shown


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
