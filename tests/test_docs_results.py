"""Numbers on the pages are those of runs on the scores that come with the harness."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

import benchmarks_data
from harness import evaluate
from harness.analysis.correlations import order_measures
from harness.analysis.results import Results
from tests.listed import LISTS, SHARED
from tests.quotes import QUOTES, RUNS, Quote

PROJECT = Path(__file__).parent.parent
CODE = re.compile(r"`[^`]*`")
NUMBER = re.compile(r"-?\d*\.\d+")

Runs = Callable[[str], Results]


@pytest.fixture(scope="module")
def runs(tables: Path, more_tables: Path) -> Iterator[Runs]:
    """Runs by name, each made once, in which no score is computed."""

    def table(name: str | None) -> list[Path] | None:
        return [tables, more_tables] if name == "all" else name and [more_tables / name]

    @cache
    def run(name: str) -> Results:
        given = {"table": "all", **RUNS[name]}
        made = evaluate(**{**given, "table": table(given["table"])})
        assert made.settings["shipped"]["scores"] == made.settings["shipped"]["of"]
        return made.results

    with ExitStack() as stack:
        for name in (*LISTS, *SHARED):  # other tests have opened random lists
            own = type(benchmarks_data.get(name))()
            stack.enter_context(benchmarks_data.isolated(own))
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setenv("NAS_SCORES", str(PROJECT / "reports" / "scores"))
        patched.setattr("harness.scoring.execution.score_and_store", _refused)
        yield run


def _refused(*_: object) -> None:
    pytest.fail("a score is to be computed: it does not come with the harness")


def measured(results: Results, target: str, proxy: str, what: str) -> Sequence[float]:
    """Return a number of a run with its interval (of ``left`` also tau among networks alike)."""
    if what.startswith("less "):
        pairs = results.each_against(target, what.removeprefix("less "))
        row = pairs[pairs["proxy"] == proxy].iloc[0]
        return [row["difference"], row["low"], row["high"]]
    if what == "tau":
        row = order_measures(results.orders[proxy], results.accuracy(target), results.units)
        return [row[name] for name in ("tau", "tau_low", "tau_high")]
    row = results.of(target).set_index("proxy").loc[proxy]
    if what == "given":
        return [row[f"tau_given_sizes{end}"] for end in ("", "_low", "_high")]
    return [*(row[f"gain_sizes{end}"] for end in ("", "_low", "_high")), row["tau_alike"]]


@pytest.mark.slow
@pytest.mark.parametrize("quote", QUOTES, ids=lambda quote: f"{quote.page}: {quote.text}")
def test_a_number_on_a_page_is_that_of_its_run_needs_nas_tables(quote: Quote, runs: Runs) -> None:
    page = (PROJECT / quote.page).read_text(encoding="utf-8")
    assert quote.text in " ".join(page.split()), "the page says it in other words"
    quoted = NUMBER.findall(CODE.sub("", quote.text))
    each = len(quoted) // len(quote.columns)
    numbers = [
        number
        for run, target in quote.columns
        for number in measured(runs(run), target, quote.proxy, quote.what)[:each]
    ]
    printed = [
        f"{number:.{len(text.partition('.')[2])}f}"
        for number, text in zip(numbers, quoted, strict=True)
    ]
    assert list(map(float, quoted)) == list(map(float, printed))
