"""Tables, and lists of architectures, from elsewhere.

What is read back is right, or the file is refused.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.errors import unknown
from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.formats.places import table_files
from benchmarks_data.formats.table import read_table, read_text
from benchmarks_data.formats.tabular import Tabular
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.measurements import with_measurements
from benchmarks_data.nas_bench_mr import NasBenchMr
from benchmarks_data.nb101.sources import read_subset
from benchmarks_data.nbmacro import BENCHMARK as NBMACRO
from benchmarks_data.pit import Pit
from benchmarks_data.table import Table
from tests.benchmarks_data.test_nb101 import HEADER, ROW
from tests.fuzz.damage import damaged, damaged_csv, damaged_json_text, taken_or_refused
from tests.listed import write_list
from tests.transformers import FIRST_FLEXIBERT, FIRST_PIT

ARCHS = {f"a{index}": index for index in range(4)}
TABLE = "index,arch,cifar10_test,cifar10_valid_12ep\n" + "".join(
    f"{index},{name},9{index}.5,\n" for name, index in ARCHS.items()
)


def index_of(string: str) -> int:
    if string not in ARCHS:
        raise unknown("architecture", string, ARCHS)
    return ARCHS[string]


@given(content=damaged_csv(TABLE), packed=st.booleans())
def test_tables(content: bytes, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    table = taken_or_refused(
        lambda: read_table(path, size=4, datasets=("cifar10",), index_of=index_of)
    )
    if table is not None:
        values = table.values
        assert values.index.is_unique
        assert set(values.index) <= {0, 1, 2, 3}
        assert len(values)
        assert (values.dtypes == np.float64).all()
        assert (values.isna() | ((values >= 0) & (values <= 100))).all(axis=None)


@given(content=damaged(gzip.compress(TABLE.encode())))
def test_packed_tables(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(content)
    taken_or_refused(lambda: read_text(tmp_path / "t.csv.gz"))


@given(content=damaged_csv("index,arch,raspi4_latency,energy\n0,a0,1.5,-3\n2,a2,,7\n"))
def test_measurements(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b_hardware.csv").write_bytes(content)
    table = Table("t", "", pd.DataFrame({"cifar10_test": [1.0, 2.0, 3.0, 4.0]}))
    files = table_files(tmp_path, "b")
    joined = taken_or_refused(lambda: with_measurements(table, files, 4, index_of))
    if joined is not None:
        assert not np.isinf(joined.values).any(axis=None)


@given(data=st.data())
@pytest.mark.parametrize("kind", [DartsBench, NasBenchMr])
def test_lists_of_architectures(
    kind: type[ListedBenchmark], data: st.DataObject, tmp_path: Path
) -> None:
    benchmark = kind()
    path = write_list(tmp_path, benchmark.name, 3)
    path.write_bytes(data.draw(damaged_csv(path.read_text())))
    table = taken_or_refused(lambda: benchmark.table(tmp_path))
    if table is not None:
        assert sorted(table.values.index) == list(range(benchmark.size))
        for index in table.values.index:
            assert benchmark.index(benchmark.architecture(index).string) == index


@pytest.mark.parametrize("space", [Pit, FlexiBert])
@given(data=st.data())
def test_lists_of_configurations(
    space: type[ListedBenchmark], data: st.DataObject, tmp_path: Path
) -> None:
    path = write_list(tmp_path, space.name, 3)
    path.write_bytes(data.draw(damaged(path.read_bytes(), [b'"', b"{", b"}", b"1e99"])))
    benchmark = space()
    table = taken_or_refused(lambda: benchmark.table(tmp_path))
    if table is not None:
        assert sorted(table.values.index) == list(range(benchmark.size))
        for index in table.values.index:
            first = benchmark.index(benchmark.architecture(index).string)
            assert benchmark.canonical(first) == benchmark.canonical(index)


@pytest.mark.parametrize(
    ("space", "first"), [(Pit, FIRST_PIT), (FlexiBert, FIRST_FLEXIBERT)], ids=["pit", "flexibert"]
)
@given(data=st.data())
def test_configurations(space: type[ListedBenchmark], first: str, data: st.DataObject) -> None:
    """What is taken is one of the space, and written again it is the same."""
    text = data.draw(damaged_json_text(json.loads(first))).decode(errors="surrogateescape")
    read = taken_or_refused(lambda: space().parse(text))
    if read is not None:
        again = msgspec.json.encode(read).decode()
        assert space().parse(again) == read


@given(content=damaged_csv(HEADER + ROW))
def test_nasbench101_subsets(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "nb101_subset.csv").write_bytes(content)
    taken_or_refused(lambda: read_subset(tmp_path / "nb101_subset.csv"))


@given(content=damaged_csv("model,accuracy,more\n00000000,91.5,x\n11111111,92.5,y\n"))
def test_any_csv(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(content)
    reader = Tabular(NBMACRO, ["arch=model", "cifar10_test=accuracy"])
    taken_or_refused(lambda: list(reader.read(tmp_path / "mine.csv", frozenset())))
