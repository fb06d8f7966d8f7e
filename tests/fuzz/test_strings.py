"""Any text in place of an architecture, a proxy or a list of architectures."""

from __future__ import annotations

import functools
import json
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmarks_data
import proxies
from benchmarks_data.formats.tabular import column_map
from benchmarks_data.nas_bench_mr.setting import setting_of_text
from benchmarks_data.spaces.darts.genotype import OPERATIONS, genotype_of_text
from benchmarks_data.spaces.language.configuration import configuration_of
from harness.scoring.selection import select
from tests.fuzz.damage import damaged, odd_text, taken_or_refused
from tests.listed import language_model


@functools.cache
def strings(benchmark: str) -> list[str]:
    space = benchmarks_data.get(benchmark)
    return [space.architecture(index).string for index in range(0, space.size, space.size // 50)]


@st.composite
def nearly(draw: st.DrawFn, benchmark: str) -> str:
    """Return an architecture's string with damaged bytes."""
    return draw(damaged(draw(st.sampled_from(strings(benchmark))).encode())).decode(
        errors="replace"
    )


@pytest.mark.parametrize("name", benchmarks_data.names())
@given(data=st.data())
def test_a_text_names_an_architecture_or_is_refused(name: str, data: st.DataObject) -> None:
    benchmark = benchmarks_data.get(name)
    text = data.draw(st.one_of(st.text(), odd_text, nearly(name)))
    index = taken_or_refused(lambda: benchmark.index(text))
    if index is not None:
        assert benchmark.index(benchmark.architecture(index).string) == index


@st.composite
def genotype_text(draw: st.DrawFn) -> str:
    """Return a genotype, some of whose operations or nodes are not the space's."""
    kinds = st.one_of(st.sampled_from(OPERATIONS), odd_text)
    nodes = st.one_of(st.integers(-1, 6).map(str), odd_text)
    terms = st.lists(st.tuples(kinds, nodes).map("~".join), min_size=7, max_size=9)
    return f"normal:{'|'.join(draw(terms))};reduce:{'|'.join(draw(terms))}"


@given(text=st.one_of(odd_text, nearly("darts_bench"), genotype_text()))
def test_a_text_is_a_genotype_or_is_refused(text: str) -> None:
    read = taken_or_refused(lambda: genotype_of_text(text))
    if read is not None:
        assert read.text == text


@st.composite
def configuration_text(draw: st.DrawFn) -> str:
    """Return a configuration, some of whose entries are odd."""
    odd = st.one_of(
        *(st.integers(), st.floats(), st.booleans(), st.none(), odd_text),
        st.lists(st.one_of(st.integers(-1, 99), st.booleans(), st.lists(st.none())), max_size=5),
    )
    changes = draw(
        st.dictionaries(st.one_of(st.sampled_from(list(language_model())), odd_text), odd)
    )
    return json.dumps(language_model(**changes))


@given(text=st.one_of(odd_text, nearly("gpt2_wt103"), nearly("gpt2_lm1b"), configuration_text()))
def test_a_text_is_a_configuration_of_a_language_model_or_is_refused(text: str) -> None:
    read = taken_or_refused(lambda: configuration_of(text))
    if read is not None:
        assert read.layers <= 64
        assert all(read.width % heads == 0 for heads in read.heads)


@st.composite
def request_text(draw: st.DrawFn) -> str:
    """Return a proxy with options, some of them its own."""
    name = draw(st.sampled_from(sorted(proxies.registered())))
    entry = proxies.registered()[name]
    keys = st.one_of(st.sampled_from([*entry.options, "batch", "of"]), odd_text)
    words = [word for spec in entry.options.values() if isinstance(spec, tuple) for word in spec]
    values = st.one_of(
        st.sampled_from([*words, "64", "0.60", "jacov+snip", "zeros+zeros"]), odd_text
    )
    options = draw(st.lists(st.tuples(keys, values), max_size=3))
    return f"{name}[{','.join(f'{key}={value}' for key, value in options)}]"


@given(text=st.one_of(st.text(), odd_text, request_text()))
def test_a_text_names_a_proxy_or_is_refused(text: str) -> None:
    request = taken_or_refused(lambda: proxies.request(text))
    if request is not None:
        assert proxies.request(request.name).name == request.name


@st.composite
def setting_text(draw: st.DrawFn) -> str:
    """Return numbers of NAS-Bench-MR, some of which are not the space's, or too many."""
    numbers = st.one_of(st.sampled_from([1, 4, 8, 128]), st.integers(-1, 136)).map(str)
    words = draw(st.lists(st.one_of(numbers, odd_text), min_size=26, max_size=28))
    return "_".join(words)


@given(text=st.one_of(odd_text, nearly("nas_bench_mr"), setting_text()))
def test_a_text_is_a_setting_of_nas_bench_mr_or_is_refused(text: str) -> None:
    read = taken_or_refused(lambda: setting_of_text(text))
    if read is not None:
        stages = [
            [
                stage.modules,
                *(branch.blocks for branch in stage.branches),
                *(branch.channels for branch in stage.branches),
            ]
            for stage in read.stages
        ]
        numbers = [*read.stem, *chain.from_iterable(stages), read.head]
        assert "_".join(map(str, numbers)) == text


@given(pairs=st.lists(st.one_of(odd_text, st.tuples(odd_text, odd_text).map("=".join)), max_size=4))
def test_columns_are_mapped_or_refused(pairs: list[str]) -> None:
    taken_or_refused(lambda: column_map(pairs))


@pytest.mark.parametrize("name", ["nb201", "nbmacro", "nats_sss", "transnas101_macro"])
@given(data=st.data())
def test_a_list_of_architectures_is_read_or_refused(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    path, benchmark = tmp_path / "list.txt", benchmarks_data.get(name)
    good = "\n".join(
        ["# some", "3", strings(name)[1], "", f"{strings(name)[2]} # one", "12"]
    ).encode()
    path.write_bytes(
        data.draw(damaged(good, [b"#", b"\n", b"-1", b"99999999999999999999", "٣".encode()]))
    )
    found = taken_or_refused(lambda: select(benchmark, str(path), "all", 0).indices)
    if found is not None:
        assert found
        assert found == sorted(set(found))
