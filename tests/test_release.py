"""A release: its version and date are the same everywhere, and what it holds are files."""

import io
import re
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks_data.command import PACKAGE
from harness.leaderboard.cards import descriptions
from tools import dist

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
PROJECT = Path(__file__).parent.parent


def citation() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / "CITATION.cff").read_text()))


def test_version_and_date_are_the_same_in_every_file() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    released = re.findall(
        r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", (PROJECT / "CHANGELOG.md").read_text(), re.M
    )
    assert (project["name"], project["version"]) == (PACKAGE, released[0][0])
    assert (citation()["version"], citation()["date-released"]) == released[0]
    assert citation()["license"] == project["license"]


def test_the_citation_has_what_its_format_requires() -> None:
    given = citation()
    assert {"cff-version", "message", "title", "authors"} <= set(given)
    assert given["cff-version"] == "1.2.0"
    assert given["type"] == "software"
    assert all(isinstance(value, str | list) for value in given.values()), "a date is text"
    holder = re.search(r"Copyright \(c\) \d+ (.+)", (PROJECT / "LICENSE").read_text())
    assert holder is not None
    assert [one["name"] for one in given["authors"]] == [holder[1]]
    for one in given["references"]:
        assert {"type", "title", "authors"} <= set(one)


def test_the_form_for_a_submission_asks_for_every_field_of_a_card() -> None:
    path = PROJECT / ".github" / "ISSUE_TEMPLATE" / "submission.yml"
    form = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= set(form)
    assert all({"type", "attributes"} <= set(one) for one in form["body"])
    [card] = [one for one in form["body"] if one.get("id") == "card"]
    assert set(tomllib.loads(card["attributes"]["value"])) == set(descriptions())


def test_a_link_in_a_distribution_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        file = tarfile.TarInfo("x-1/harness/a.py")
        archive.addfile(file, io.BytesIO())
        archive.addfile(tarfile.TarInfo("x-1/README.md"), io.BytesIO())
    assert dist.files_in(path) == {"harness/a.py"}
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("x-1/harness/data/baselines")
        link.type, link.linkname = tarfile.SYMTYPE, "../../reports/baselines"
        archive.addfile(link)
    with pytest.raises(SystemExit, match="baselines is a link"):
        dist.files_in(path)


def test_a_clean_environment_gets_what_the_harness_requires_with_hashes() -> None:
    required = set(dist.required(PACKAGE))
    assert {"torch", "numpy", "msgspec", "jinja2", "markupsafe"} <= required
    assert not {"pytest", "ruff", "ray", "scikit-learn"} & required
    locked = dist.pinned(required)
    assert re.search(r"^numpy==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", locked, re.M)
    assert "pytest" not in locked
    assert re.findall(r"^torch==", locked, re.M) == ["torch=="]
