"""Pickles from elsewhere: results of NATS-Bench and of NAS-Bench-201.

What is read back is right, or the file is refused.
"""

from __future__ import annotations

import bz2
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks_data.formats import nats
from benchmarks_data.formats.pickles import PickleError, PickleStream
from benchmarks_data.nb201 import pth, space
from tests.benchmarks_data.test_nats import EPOCHS, architecture_results
from tests.fuzz.damage import damaged, taken_or_refused
from tools.make_nb201 import write

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
