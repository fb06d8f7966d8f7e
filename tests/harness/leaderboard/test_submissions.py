"""Submissions: what their folders lack, what of them the leaderboard reads, and what it runs."""

import shutil
from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.leaderboard.cards import Card, descriptions
from harness.leaderboard.checking import checked
from harness.leaderboard.handed_in import _network
from harness.leaderboard.submissions import (
    SUBMISSIONS,
    handed_in_scores,
    read_submission,
    submissions,
)

EXAMPLES = Path(__file__).parent / "submissions"
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "submissions"))


def with_card(root: Path, old: str, new: str) -> list[str]:
    path = root / "spread_scores" / "card.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return read_submission(path.parent).faults


def test_the_submissions_of_the_project_have_no_fault() -> None:
    faults = {
        one.folder.name: checked(one.folder).faults for one in submissions(PROJECT / SUBMISSIONS)
    }
    assert not any(faults.values()), faults


def test_the_examples_are_whole() -> None:
    for folder in EXAMPLES.iterdir():
        assert read_submission(folder).faults == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('licence = "MIT"\n', "", "licence is missing: of the files of the submission"),
        ("trained_networks", "trained", "unknown field 'trained': did you mean 'trained_netw"),
        ("trained_networks = 0", "trained_networks = -1", "trained_networks = -1: expected how"),
        ("trained_networks = 0", "trained_networks = true", "trained_networks = True: expected"),
        ('["images"]', '["data"]', "requirements = ['data']: expected a list"),
        ('["images"]', '["images", "images"]', "requirements names one twice"),
        ('"none"', '"javascript:alert(1)"', "code = 'javascript:alert(1)': expected the authors"),
        ('"none"', '"https://a\\"onclick=\\"b"', "code = "),
        ('"Spread, handed in"', '"Spread\\n"', "name = 'Spread\\n': expected"),
        ('"none"', '"https://a.org\\n"', "code = 'https://a.org\\n': expected"),
        ('"nothing"', '"a\\nb"', "tuned_on = 'a\\nb': expected"),
        ('"nothing"', '"  "', "tuned_on = '  ': expected"),
        ('"Spread, handed in"', f'"{"x" * 61}"', "name = "),
    ],
)
def test_a_card_that_is_wrong_is_told_by_field(old: str, new: str, fault: str, root: Path) -> None:
    faults = with_card(root, old, new)
    assert any(line.startswith("card.toml: ") and fault in line for line in faults), faults
    assert all(line.isprintable() for line in faults)


def test_all_that_is_wrong_with_a_card_is_told(root: Path) -> None:
    (root / "spread_scores" / "card.toml").write_text('name = 5\nauthor = "A"\n')
    faults = read_submission(root / "spread_scores").faults
    assert [line.split()[1] for line in faults[1:]] == list(Card.__struct_fields__)
    assert "unknown field 'author'" in faults[0]


def test_what_a_folder_lacks_is_told(root: Path) -> None:
    folder = root / "spread_scores"
    (folder / "card.toml").unlink()
    (folder / "weights.bin").write_text("")
    (folder / "plugin.py").write_text("")
    faults = read_submission(folder).faults
    assert faults == [
        "'weights.bin' is no file of a submission: remove it",
        "card.toml is missing: docs/leaderboard.md shows one",
        "plugin.py and scores.csv are both there: a submission has one of them",
    ]
    (folder / "plugin.py").unlink()
    (folder / "scores.csv").unlink()
    with pytest.raises(InputError, match="is no submission"):
        read_submission(folder)
    with pytest.raises(InputError, match="cannot read"):
        read_submission(folder / "absent")


def test_the_leaderboard_reads_scores_and_runs_no_plugin(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (root / "spread_plugin" / "plugin.py").write_text(f"open({str(ran)!r}, 'w').close()\n")
    scores, cards, left_out = handed_in_scores(root)
    assert left_out == []
    assert {name: card.name for name, card in cards.items()} == {"spread": "Spread, handed in"}
    assert set(scores["submission"]) == {"spread_scores"}
    assert scores["score"].tolist() == [0.5, 0.75, 1.0]
    assert not ran.exists()


def test_a_submission_with_a_fault_is_left_out_and_told(root: Path) -> None:
    shutil.copytree(root / "spread_scores", root / "third")
    with_card(root, 'licence = "MIT"\n', "")
    scores, _, [line] = handed_in_scores(root)
    assert set(scores["submission"]) == {"third"}
    assert "spread_scores is left out: card.toml: licence is missing" in line


def test_two_submissions_with_one_name_of_a_proxy_are_not_both_read(root: Path) -> None:
    shutil.copytree(root / "spread_scores", root / "third")
    scores, _, [line] = handed_in_scores(root)
    assert set(scores["submission"]) == {"spread_scores"}
    assert line.endswith("third is left out: 'Spread, handed in' has a proxy 'spread' too")


def test_rows_of_an_absent_table_are_told_and_the_others_read(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tables").mkdir()
    monkeypatch.setenv("NAS_TABLES", str(tmp_path / "tables"))
    monkeypatch.setattr(benchmarks_data.get("pit"), "_listing", None)
    _network.cache_clear()
    with (root / "spread_scores" / "scores.csv").open("a") as file:
        file.write("pit,cifar100,anything,spread,0,0.5,0.1\n")
    scores, _, [line] = handed_in_scores(root)
    assert len(scores) == 3
    assert "spread_scores is read in part: scores.csv: rows of pit: " in line


def test_there_may_be_no_submissions(tmp_path: Path) -> None:
    scores, cards, left_out = handed_in_scores(tmp_path / "absent")
    assert scores.empty
    assert cards == {}
    assert left_out == []


def test_the_documentation_shows_every_field_of_a_card() -> None:
    text = (PROJECT / "docs" / "leaderboard.md").read_text()
    assert [name for name in descriptions() if f"\n{name} = " not in text] == []


def test_a_plugin_that_calls_its_proxy_all_is_refused(root: Path) -> None:
    plugin = root / "spread_plugin" / "plugin.py"
    text = plugin.read_text()
    assert '"spread"' in text
    plugin.write_text(text.replace('"spread"', '"all"'))
    [fault] = checked(plugin.parent).faults
    assert fault.endswith("'all' stands for several proxies: choose another name")
