"""Tables and references for papers."""

import math
import re

import pytest

import benchmarks_data
import proxies
from harness.reporting.citations import bibliography, entries_by_link
from harness.reporting.latex import comparisons_tex, correlations_tex, escaped, tabular
from harness.reporting.tables import Cell, Table
from proxies import Paper, registry
from tests.results import frame, results, table

ACCURACY = [90.0, 91.0, 93.0, 92.0, 60.0, 10.0]


def test_what_latex_reads_as_something_else_is_escaped() -> None:
    assert escaped("a_b & 5 % \\x\n{$#}~^") == (
        r"a\_b \& 5 \% \textbackslash{}x \{\$\#\}\textasciitilde{}\textasciicircum{}"
    )


def test_a_tabular_has_only_columns_that_say_something() -> None:
    made = Table(
        [("proxy", ""), ("tau", ""), ("group", "")],
        [[Cell("a_b"), Cell("-0.5"), Cell("")], [Cell("c"), Cell(""), Cell("")]],
    )
    lines = tabular([("", made)], ("proxy", "tau", "group"), "C.", "l").splitlines()
    assert lines[1:] == [
        r"% \caption{C.}",
        r"% \label{tab:l}",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"proxy & Kendall's $\tau_b$ \\",
        r"\midrule",
        r"\texttt{a\_b} & $-$0.5 \\",
        r"\texttt{c} & -- \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


def test_exponents_are_powers_of_ten() -> None:
    made = Table([("proxy", ""), ("p", "")], [[Cell("one"), Cell("6.4e-06")]])
    assert r"\texttt{one} & 6.4$\times 10^{-6}$ \\" in tabular([("", made)], ("proxy", "p"), "", "")


def test_tables_hold_the_numbers_of_the_report() -> None:
    found = results(
        frame(
            zeros=[3.0, 4.0, 6.0, 5.0, 2.0, 1.0],
            synflow=[1.0, 4.0, 6.0, 2.0, 5.0, 3.0],
            live_params=[math.nan] * 6,
        ),
        table(a_test_200ep=ACCURACY),
    )
    rows = found.of("a_test_200ep").set_index("proxy")
    made = correlations_tex(found)
    assert rf"\texttt{{synflow}} & {rows.loc['synflow', 'tau']:.3f} &" in made
    assert r"\texttt{live\_params} & -- &" in made
    assert r"\textit{a test accuracy, 200 epochs}" in made
    difference = rows.loc["zeros", "tau"] - rows.loc["synflow", "tau"]
    assert rf"\texttt{{synflow}} & {difference:+.3f} &" in comparisons_tex(found)


def test_every_paper_of_the_project_has_an_entry() -> None:
    links = {one.paper.link for one in proxies.registered().values() if one.paper and one.versioned}
    for name in benchmarks_data.names():
        named = benchmarks_data.get(name).paper
        links |= {named} if isinstance(named, str) else set(named)
    unprinted = {"https://github.com/OnceNAS-Bench/OnceNAS-Bench"}  # a repository without a paper
    assert links - set(entries_by_link()) == unprinted


@pytest.mark.parametrize("entry", entries_by_link().values())
def test_entries_are_whole(entry: str) -> None:
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.M))
    assert {"author", "title", "year", "url"} <= set(fields)
    assert entry.count("{") == entry.count("}")
    if "eprint" in fields:
        assert fields["url"] == f"https://arxiv.org/abs/{fields['eprint']}"


def test_a_run_cites_its_proxies_their_components_and_its_benchmark() -> None:
    made = bibliography(["zeros", "zeros[aggregate=min]", "params", "az_nas"], "nb201")
    assert re.findall(r"^@\w+\{(.*),$", made, re.M) == [
        "dong2020nasbench201",
        "lee2024aznas",
        "zhang2021connection",
    ]
    assert "% zeros\n@misc{zhang2021connection" in made


def test_a_plugins_paper_is_cited_with_what_is_known_of_it() -> None:
    with registry.isolated():

        @proxies.proxy("mine", reads="network", paper=Paper("A & B", 2026, "https://x.org/a_b"))
        def mine(*_: object) -> float:
            """Return nothing."""
            return 0.0

        made = bibliography(["mine"], "nb201")
    assert "@misc{mine-paper,\n  title = {mine},\n" in made
    assert r"note = {A \& B 2026, https://x.org/a\_b}" in made
