"""What the harness wrote and somebody damaged.

Stores, baselines, run folders, logs of searches and of theory.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import proxies
from harness import agree, overview, regress, report, run, search
from harness.claims import measurements
from harness.files.journal import Journal
from harness.regression import baseline
from harness.scoring.frames import collect
from harness.scoring.job import Job, Score
from harness.scoring.store import Store
from tests.fuzz.damage import (
    ODD,
    damaged,
    damaged_csv,
    damaged_json_text,
    json_values,
    status_of,
    taken_or_refused,
)

JOB = Job("nb201", "cifar10", None, "float32", "cpu", (), None)
REQUESTS = [proxies.request(name) for name in ("params", "zeros")]
SCORES = [
    Score(index, name, 0, 1.5 * index, 0.1, "ok")
    for index in range(6)
    for name in ("params", "zeros")
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "good.sqlite"
    with Store(path) as made:
        made.write(JOB, SCORES)
    return path


def alone(folder: Path, content: bytes) -> Path:
    """Return the path of a store without the logs that the one before has left beside it."""
    path = folder / "s.sqlite"
    for leftover in folder.glob("s.sqlite*"):
        leftover.unlink()
    path.write_bytes(content)
    return path


def use(path: Path) -> None:
    """Read from a store and write to it, as a run does."""
    with Store(path) as opened:
        tasks = opened.tasks_due(JOB, REQUESTS, range(8), [0])
        opened.write(
            JOB,
            [
                Score(task.index, name, task.seed, 1.0, 0.1, "ok")
                for task in tasks
                for name in task.proxies
            ],
        )
        frame = collect(JOB, REQUESTS, range(8), [0], opened)
    assert len(frame) == 16


@given(data=st.data())
def test_damaged_stores(data: st.DataObject, store: Path, tmp_path: Path) -> None:
    path = alone(
        tmp_path, data.draw(damaged(store.read_bytes(), [b"scores", b"TEXT", b"CREATE", b"ZERO"]))
    )
    taken_or_refused(lambda: use(path))


columns = (
    "benchmark",
    "dataset",
    "inputs",
    "dtype",
    "proxy",
    "revision",
    "seed",
    "arch",
    "score",
    "seconds",
    "status",
)
values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.sampled_from([text for text in ODD if "\ud800" not in text]),
    st.binary(max_size=3),
)


@given(
    column=st.sampled_from(columns),
    value=values,
    where=st.sampled_from(["1", "arch = 1", "proxy = 'zeros'"]),
)
def test_stores_whose_values_somebody_changed(
    column: str, value: object, where: str, store: Path, tmp_path: Path
) -> None:
    path = alone(tmp_path, store.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE OR IGNORE scores SET {column} = ? WHERE {where}", (value,))
    taken_or_refused(lambda: use(path))


@given(
    statements=st.lists(
        st.sampled_from([
            *(f"ALTER TABLE scores RENAME COLUMN {name} TO other" for name in columns),
            *(f"PRAGMA {name} = {value}" for name in ("user_version",
            "application_id") for value in (0, 1, 2, -1, 1514492495)),
            *("DROP TABLE scores", "CREATE TABLE more (x)", "CREATE VIEW v AS SELECT 1",
            "DELETE FROM scores"),
            *("CREATE TRIGGER t BEFORE INSERT ON scores BEGIN SELECT RAISE(ABORT, 'no'); END",
            "ALTER TABLE scores ADD COLUMN x"),
            *("ALTER TABLE scores RENAME TO old", "PRAGMA encoding = 'UTF-16'",
            "PRAGMA journal_mode = DELETE"),
        ]),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_stores_of_another_schema(statements: list[str], store: Path, tmp_path: Path) -> None:
    path = alone(tmp_path, store.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            try:
                connection.execute(statement)
            except sqlite3.Error:
                continue
    taken_or_refused(lambda: use(path))


def golden() -> str:
    """Return a real baseline's lines about two cheap proxies and a few architectures."""
    with Path("tests/golden.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    some = {row["index"] for row in rows if row["index"]}
    kept = [
        row
        for row in rows
        if row["proxy"] in ("params", "live_convs") and row["index"] in {"", *sorted(some)[:3]}
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, baseline.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    return out.getvalue()


@given(content=damaged_csv(golden()))
def test_baselines(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "baseline.csv"
    path.write_bytes(content)
    status_of(regress.main, ["--baseline", str(path), "--workers", "1"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    argv = [
        "--proxy",
        "zeros",
        "vote[of=zeros+params]",
        "--archs",
        "8",
        "--seeds",
        "2",
        "--workers",
        "1",
    ]
    assert (
        status_of(
            run.main, [*argv, "--store", str(folder / "s.sqlite"), "--out", str(folder / "out")]
        )
        == 0
    )
    return folder / "out"


def damage_run(data: st.DataObject, good: Path, folder: Path) -> None:
    """Copy a run's folder with one file damaged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    name = data.draw(st.sampled_from(["run.json", "scores.csv", "correlations.csv"]))
    for file in ("run.json", "scores.csv", "correlations.csv"):
        shutil.copy(good / file, folder)
    if name == "run.json":
        content = data.draw(damaged_json_text(json.loads((good / name).read_text())))
    else:
        content = data.draw(damaged_csv((good / name).read_text()))
    (folder / name).write_bytes(content)


@pytest.mark.slow
@given(data=st.data())
def test_reports_of_damaged_runs(data: st.DataObject, finished: Path, tmp_path: Path) -> None:
    damage_run(data, finished, tmp_path / "run")
    status_of(report.main, [str(tmp_path / "run"), "--out", str(tmp_path / "out")])


@given(data=st.data())
def test_overviews_of_damaged_runs(data: st.DataObject, finished: Path, tmp_path: Path) -> None:
    damage_run(data, finished, tmp_path / "run")
    status_of(overview.main, [str(finished), str(tmp_path / "run")])


@given(data=st.data())
def test_agreement_with_damaged_scores(data: st.DataObject, finished: Path, tmp_path: Path) -> None:
    damage_run(data, finished, tmp_path / "run")
    theirs = "index,params,zeros\n" + "".join(f"{index},{index},{index}.5\n" for index in range(9))
    (tmp_path / "theirs.csv").write_bytes(data.draw(damaged_csv(theirs)))
    status_of(agree.main, [str(tmp_path / "run" / "scores.csv"), str(tmp_path / "theirs.csv")])


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searches") / "out"
    argv = [
        "--cells",
        "1",
        "--channels",
        "2",
        "--schedule",
        "one-shot",
        "confident",
        "--workers",
        "1",
        "--out",
        str(folder),
    ]
    assert status_of(search.main, argv) == 0
    return folder


@given(data=st.data())
def test_replays_of_damaged_searches(data: st.DataObject, searched: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(searched, folder)
    path = data.draw(
        st.sampled_from(sorted([folder / "search.json", *(folder / "steps").iterdir()]))
    )
    if path.suffix == ".json":
        path.write_bytes(data.draw(damaged_json_text(json.loads(path.read_text()))))
    else:
        lines = path.read_text().splitlines()
        number = data.draw(st.integers(0, len(lines) - 1))
        lines[number] = data.draw(damaged_json_text(json.loads(lines[number]))).decode(
            errors="replace"
        )
        path.write_text("\n".join(lines), encoding="utf-8")
    status_of(search.main, ["--replay", str(folder)])


@given(
    key=st.sampled_from(["cells (1, 4)", "supernets 4", "sizes ('nb201', 'synflow', 0)", "other"]),
    value=json_values,
)
def test_values_in_a_log_of_theory(key: str, value: object) -> None:
    with contextlib.suppress(ValueError):
        measurements.parse(key, value)


@given(
    content=st.one_of(
        st.binary(),
        damaged(b'{"head": {"a": 1}}\n{"key": "x", "value": [1, 2]}\n{"key": "y", "value": 3}\n'),
    )
)
def test_logs(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    lines = Journal(path, {"a": 1})
    lines.add("z", 5)
    assert Journal(path, {"a": 1}).known == lines.known
