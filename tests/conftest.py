"""Shared fixtures. Tests that need data outside the project say so in their names and skip without
it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.formats.places import places_of
from tests.listed import LISTS, SHARED, write_list

# Small networks: threads that wait for one another cost far more than they give.
torch.set_num_threads(1)

# The harness itself must not see NAS_TABLES: tests choose their table. Processes that share the
# tests find it under another name.
_TABLES = os.environ.pop("NAS_TABLES", None) or os.environ.get("TEST_TABLES") or ""
os.environ["TEST_TABLES"] = _TABLES


#: Files of the longest tests: they start first, so that none runs alone at the end.
_FIRST = (
    "tests/harness/computing/",
    "tests/harness/regression/test_golden.py",
    "tests/test_supply_chain.py",
    "tests/test_docs",
    "tests/conformance/",
    "tests/harness/test_agreement.py",
)
#: One cluster at a time.
_RAY = "tests/harness/computing/test_ray"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker whole files, as their tests share what is slow to make."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return _RAY if file.startswith(_RAY) else str(file)

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def _no_shipped_scores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have no scores come with the harness: tests of these name a folder themselves."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NAS_SCORES", str(tmp_path_factory.mktemp("no-scores")))
        yield


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of official tables, the first that the environment variable NAS_TABLES names."""
    if not _TABLES:
        pytest.skip("NAS_TABLES is not set")
    return places_of(Path(_TABLES))[0].resolve()


@pytest.fixture(scope="session")
def reference_scores(tables: Path) -> Path:
    """The folder of other people's scores, beside the folder of tables."""
    return _beside(tables, "reference_scores")


@pytest.fixture(scope="session")
def real_images(tables: Path) -> Path:
    """A file of real CIFAR-10 images, beside the folder of tables."""
    return _beside(tables, "images/cifar10_640.npz")


@pytest.fixture(scope="session")
def more_tables(tables: Path) -> Path:
    """The second folder that NAS_TABLES names, else that of more tables beside the first."""
    return next(iter(places_of(Path(_TABLES))[1:]), None) or _beside(tables, "more_tables")


@pytest.fixture(scope="session")
def all_tables(tables: Path, more_tables: Path) -> Path:
    """Both folders of tables, joined as NAS_TABLES joins them."""
    return Path(f"{tables}{os.pathsep}{more_tables.resolve()}")


@pytest.fixture(scope="session", autouse=True)
def _open_lists(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Open a list of random architectures for each benchmark that is one, so that tests of all
    benchmarks have it too. A test of another list lends a benchmark of its own.
    """
    folder = tmp_path_factory.mktemp("lists")
    for name in LISTS:
        write_list(folder, name, 600)
    for name in (*LISTS, *SHARED):
        benchmarks_data.get(name).table(folder)


def _beside(tables: Path, name: str) -> Path:
    path = tables.parent / name
    if not path.exists():
        pytest.skip(f"no {name} beside NAS_TABLES")
    return path


@pytest.fixture(autouse=True)
def _unsaved_figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw figures, but leave their files empty, as writing them takes seconds.

    Tests marked ``figures`` have them written.
    """
    if "figures" not in request.keywords:
        monkeypatch.setattr("matplotlib.figure.Figure.savefig", _save_nothing)


@pytest.fixture(autouse=True)
def _no_width_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lines be as long as they are, whatever shell the tests are started from."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute in this process where a test does not say ``--workers``.

    Each other process imports torch first, which takes longer than what it computes.
    """
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)


def _save_nothing(_: object, path: Path | str, **__: object) -> None:
    Path(path).write_bytes(b"")


@pytest.fixture(scope="session")
def nb201() -> Benchmark:
    return benchmarks_data.get("nb201")


@pytest.fixture
def images_npz(tmp_path: Path) -> Path:
    """An .npz of random images: (40, 32, 32, 3) uint8 and labels of 10 classes."""
    stream = np.random.default_rng(0)
    path = tmp_path / "images.npz"
    np.savez(
        path,
        images=stream.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8),
        labels=np.arange(40) % 10,
    )
    return path
