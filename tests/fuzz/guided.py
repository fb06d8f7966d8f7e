"""Fuzzing of the readers of bytes, guided by the code that inputs reach.

``python -m tests.fuzz.guided [SECONDS [READER...]]``.

It needs atheris (``pip install atheris``; Linux and macOS). Good files are where it starts from. An
input that ends a reader by anything but a refusal, or takes longer than 30 seconds or 2 GB, is
printed and kept as ``crash-...`` in the current folder.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with (
    contextlib.redirect_stderr(io.StringIO()),
    atheris.instrument_imports(include=["benchmarks_data", "harness", "zipfile"]),
):
    from benchmarks_data.errors import InputError
    from benchmarks_data.formats import nats
    from benchmarks_data.formats.pickles import PickleError, PickleStream
    from benchmarks_data.formats.table import read_table
    from benchmarks_data.nb101 import official as tfrecords
    from benchmarks_data.nb101.sources import read_subset
    from benchmarks_data.nb201 import pth
    from benchmarks_data.nbmacro import official as macro
    from benchmarks_data.spaces.language.configuration import configuration_of
    from harness.files.journal import Journal
    from harness.regression import baseline
    from harness.scoring import image_file, token_file

from tests.fuzz import test_foreign_arrays as arrays
from tests.fuzz import test_foreign_pickles as pickles
from tests.fuzz import test_foreign_records as records
from tests.fuzz import test_foreign_tables as tables
from tests.fuzz import test_own_files as own
from tests.listed import language_model

Reader = Callable[[Path], object]


def table(path: Path) -> object:
    return read_table(path, size=4, datasets=("cifar10",), index_of=tables.index_of)


def nats_file(path: Path) -> object:
    (path.parent / "000000.pickle.pbz2").write_bytes(bz2.compress(path.read_bytes(), 1))
    (path.parent / "meta.pickle.pbz2").write_bytes(
        bz2.compress(pickle.dumps({"meta_archs": ["a0"]}), 1)
    )
    return list(nats.read(path.parent, ["a0"], pickles.EPOCHS, frozenset()))


def good_pth() -> bytes:
    """Return a small file of results, whose list of architectures is cut off.

    It is refused at its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        pickles.write(Path(folder) / "x.pth", 1, (1, 1))
        return (Path(folder) / "x.pth").read_bytes()[:400]


#: Of each reader: the ending of its file, what reads it, and a good file to start from.
READERS: dict[str, tuple[str, Reader, Callable[[], bytes]]] = {
    "pickle": ("pkl", lambda path: PickleStream(path.read_bytes()).read(), lambda: pickles.STATE),
    "nats": ("pkl", nats_file, lambda: pickles.STATE),
    "pth": ("pth", lambda path: list(pth.read(path, frozenset())), good_pth),
    "tfrecord": (
        "tfrecord",
        lambda path: list(tfrecords.read(path, frozenset())),
        lambda: records.tfrecord(records.ROWS[:1]),
    ),
    "macro": (
        "json",
        lambda path: list(macro.read(path, frozenset())),
        lambda: json.dumps(records.MACRO).encode(),
    ),
    "table": ("csv", table, tables.TABLE.encode),
    "packed": ("csv.gz", table, lambda: gzip.compress(tables.TABLE.encode())),
    "subset": ("csv", read_subset, (tables.HEADER + tables.ROW).encode),
    "baseline": ("csv", baseline.read, lambda: own.golden()[:3000].encode()),
    "images": ("npz", image_file.image_file, arrays.npz),
    "tokens": ("npz", lambda path: token_file.tokens_named(str(path)), arrays.token_npz),
    "configuration": (
        "json",
        lambda path: configuration_of(path.read_bytes().decode(errors="replace")),
        lambda: json.dumps(language_model()).encode(),
    ),
    "log": (
        "jsonl",
        lambda path: Journal(path, {"a": 1}).known,
        lambda: b'{"head": {"a": 1}}\n{"key": "x", "value": 3}\n',
    ),
}


def fuzz(name: str, seconds: int) -> None:
    """Feed one reader; does not return."""
    ending, read, good = READERS[name]
    folder = Path(tempfile.mkdtemp())
    (folder / "corpus").mkdir()
    (folder / "corpus" / "good").write_bytes(good())
    path = folder / f"x.{ending}"

    def one(data: bytes) -> None:
        path.write_bytes(data)
        image_file._read.cache_clear()
        token_file._read.cache_clear()
        try:
            read(path)
        except (InputError, PickleError):
            return

    limits = [
        f"-max_total_time={seconds}",
        "-timeout=30",
        "-rss_limit_mb=2048",
        "-max_len=20000",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *limits, str(folder / "corpus")], one)
    atheris.Fuzz()


def main(seconds: int, names: list[str]) -> int:
    """Feed each reader in a process of its own, all of them in *seconds* together.

    Return how many failed.
    """
    failed = 0
    for name in names:
        each = max(1, seconds // len(names))
        print(f"{name}: {each} seconds", flush=True)
        failed += (
            subprocess.run(
                [sys.executable, "-m", __spec__.name, "--one", str(each), name]
            ).returncode
            != 0
        )
    print(f"{len(names)} readers, {failed} of which failed")
    return failed


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        fuzz(sys.argv[3], int(sys.argv[2]))
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 600, sys.argv[2:] or list(READERS)))
