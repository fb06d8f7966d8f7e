"""Files from elsewhere: tables, images, pickles, TFRecords.

What is read back is right, or the file is refused.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import proxies
from benchmarks_data.benchmark import Tokens
from benchmarks_data.darts_bench import DartsBench
from benchmarks_data.errors import unknown
from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.formats import nats
from benchmarks_data.formats.pickles import PickleError, PickleStream
from benchmarks_data.formats.places import table_files
from benchmarks_data.formats.table import read_table, read_text
from benchmarks_data.formats.tabular import Tabular
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.measurements import with_measurements
from benchmarks_data.nas_bench_mr import NasBenchMr
from benchmarks_data.nb101 import official as tfrecords
from benchmarks_data.nb101.sources import read_subset
from benchmarks_data.nb201 import pth, space
from benchmarks_data.nbmacro import BENCHMARK as NBMACRO
from benchmarks_data.nbmacro import official as macro
from benchmarks_data.pit import Pit
from benchmarks_data.table import Table
from harness.scoring.image_file import check_labels, image_file
from harness.scoring.token_file import TokenFile, check_tokens, tokens_named
from tests.benchmarks_data.test_convert_tfrecord import ROWS, framed, tfrecord
from tests.benchmarks_data.test_nats import EPOCHS, architecture_results
from tests.benchmarks_data.test_nb101 import HEADER, ROW
from tests.fuzz.damage import damaged, damaged_csv, damaged_json_text, taken_or_refused
from tests.listed import write_list
from tests.transformers import FIRST_FLEXIBERT, FIRST_PIT
from tools.make_nb201 import write

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


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, images=np.zeros((4, 2, 2, 3), np.uint8), labels=np.arange(4))
    return file.getvalue()


@given(
    content=damaged(
        npz(), [b"|O", b"<f8", b"(4,)", b"(99999999999,)", b"images", b"labels", b"PK\x03\x04"]
    )
)
def test_images(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "i.npz"
    path.write_bytes(content)
    found = taken_or_refused(lambda: image_file(path))
    if found is not None:
        taken_or_refused(lambda: check_labels(found, 10))


def token_npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, tokens=np.arange(40).reshape(4, 10), labels=np.arange(4))
    return file.getvalue()


@given(
    content=damaged(
        token_npz(), [b"|O", b"<f8", b"<u8", b"(4,)", b"(4, 99999999999)", b"tokens", b"labels"]
    )
)
def test_tokens(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    read = taken_or_refused(lambda: tokens_named(str(path)))
    if isinstance(read, TokenFile):
        model = Tokens(64, 64, 9)
        snip = proxies.request("snip[batch=2]")
        taken_or_refused(lambda: check_tokens(read, [snip], model, "b"))


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.integers(-(2**31), 2**31 - 1)), inner),
    ),
    max_leaves=40,
)


@given(value=plain, protocol=st.integers(2, 5))
def test_pickles_are_read_as_python_reads_them(value: Any, protocol: int) -> None:
    assert repr(PickleStream(pickle.dumps(value, protocol)).read()) == repr(value)


@given(
    values=st.lists(st.floats(), max_size=300),
    texts=st.lists(st.text(max_size=3), max_size=300),
    protocol=st.integers(2, 5),
)
def test_runs_of_numbers_and_texts_are_read_as_python_reads_them(
    values: list[float], texts: list[str], protocol: int
) -> None:
    value = {
        "rows": dict(enumerate(values)),
        "list": values,
        "texts": texts,
        "named": dict.fromkeys(texts, 1.5),
    }
    assert repr(PickleStream(pickle.dumps(value, protocol)).read()) == repr(value)


STATE = pickle.dumps(
    OrderedDict(
        (f"{epochs:02d}", architecture_results("a0", 0, epochs).state_dict()) for epochs in EPOCHS
    )
)
PIECES = [pickle.dumps(value, 2) for value in ({}, [], (), "x", 1.5, 10**30, {"a": [1]})] + [
    *(
        b"cos\nsystem\n",
        b"R",
        b"0",
        b"h\x01",
        b"q\x01",
        b"(",
        b"u",
        b"s",
        b"e",
        b"a",
        b"t",
        b"\x86",
        b"G",
        b"X\xff\xff\xff\xff",
    ),
    *(b"\x8a\xff", b"b", b"\x81", b"\x93", b"\x94", b"."),
]


def refused_or_whole(data: bytes) -> Any:
    try:
        return PickleStream(data).read()
    except PickleError:
        return None


@given(data=damaged(STATE, PIECES))
def test_damaged_pickles(data: bytes) -> None:
    refused_or_whole(data)


@given(data=st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_pickles_put_together_from_pieces(data: bytes) -> None:
    refused_or_whole(data)


@given(content=damaged(STATE, PIECES))
def test_nats_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps({"meta_archs": ["a0"]})))
    (tmp_path / "000000.pickle.pbz2").write_bytes(bz2.compress(content))
    rows = taken_or_refused(lambda: list(nats.read(tmp_path, ["a0"], EPOCHS, frozenset())))
    for row in rows or []:
        assert set(row.values) <= set(nats.columns(EPOCHS))


@pytest.fixture(scope="module", params=[False, True], ids=["old", "zipped"])
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("pth") / "good.pth"
    write(path, 1, (2, 2), zipped=request.param)
    return path.read_bytes()


@given(data=st.data())
def test_nasbench201_files(data: st.DataObject, results: bytes, tmp_path: Path) -> None:
    at = (
        len(results) - 6000 if data.draw(st.booleans()) else 0
    )  # results stand at the end, the list of strings before them
    (tmp_path / "x.pth").write_bytes(results[:at] + data.draw(damaged(results[at:], PIECES)))
    taken_or_refused(lambda: list(pth.read(tmp_path / "x.pth", frozenset())))


@given(data=st.data())
def test_tfrecords(data: st.DataObject, tmp_path: Path) -> None:
    (tmp_path / "x.tfrecord").write_bytes(data.draw(damaged(tfrecord(ROWS[:2]))))
    taken_or_refused(lambda: list(tfrecords.read(tmp_path / "x.tfrecord", frozenset())))


@given(data=st.data())
def test_tfrecords_whose_checksums_are_right(data: st.DataObject, tmp_path: Path) -> None:
    good = json.loads(tfrecord(ROWS[:1])[12:-4])
    if data.draw(st.booleans()):
        good[4] = base64.b64encode(data.draw(damaged(base64.b64decode(good[4])))).decode()
        record = json.dumps(good).encode()
    else:
        record = data.draw(damaged_json_text(good))
    (tmp_path / "x.tfrecord").write_bytes(framed(record))
    for row in (
        taken_or_refused(lambda: list(tfrecords.read(tmp_path / "x.tfrecord", frozenset()))) or []
    ):
        assert row.values["params"] >= 0
        assert all(0 <= value <= 100 for name, value in row.values.items() if name != "params")


MACRO = {
    "00000000": {"test_acc": [90.0, 91.0, 92.0], "mean_acc": 91.0, "params": 1.5, "flops": 2.5}
}


@given(content=damaged_json_text(MACRO))
def test_nasbench_macro_files(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    taken_or_refused(lambda: list(macro.read(tmp_path / "x.json", frozenset())))


@given(text=st.text())
def test_a_pickled_text_of_architectures_is_no_list(text: str, tmp_path: Path) -> None:
    (tmp_path / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(text)))
    assert (
        taken_or_refused(
            lambda: list(
                nats.read(tmp_path, [space.format_cell(space.cell(0))], EPOCHS, frozenset())
            )
        )
        is None
    )
