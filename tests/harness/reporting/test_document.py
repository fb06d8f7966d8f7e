"""Tables of a report, and what is escaped."""

import json

import numpy as np

from harness.analysis.results import Results
from harness.reporting.findings import target_findings
from harness.reporting.render import html, markdown
from harness.reporting.run_document import run_document
from tests.results import SETTINGS, frame, results, table


def test_the_table_of_comparisons_has_the_subject_first() -> None:
    stream = np.random.default_rng(2)
    accuracy = stream.normal(80, 5, 60)
    found = results(
        frame(synflow=list(stream.normal(size=60)), zeros=list(accuracy + stream.normal(0, 3, 60))),
        table(a_test_200ep=list(accuracy)),
    )
    section = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections[1]
    other, difference, interval = (cell.text for cell in section.table.rows[0][:3])
    stored = found.pairs.iloc[0]
    assert section.title == "zeros against each other score"
    assert (other, difference) == ("synflow", f"{-stored['difference']:+.3f}")
    assert interval == f"{-stored['high']:.3f} to {-stored['low']:.3f}"


def test_declared_comparisons_come_first_and_are_a_family() -> None:
    stream = np.random.default_rng(3)
    accuracy = stream.normal(80, 5, 120)
    scores = {
        name: list(accuracy + stream.normal(0, noise, 120))
        for name, noise in (("zeros", 2), ("synflow", 9), ("naswot", 9))
    }
    sizes = list(np.round(accuracy))
    whole = frame(**scores, params=sizes, flops=sizes)
    trained = table(a_test_200ep=list(accuracy))
    found = Results(whole, trained, ["a_test_200ep"], "all", "nb201", declared="synflow")
    rows = found.each_against("a_test_200ep", "synflow").set_index("proxy")
    low, high = rows.loc["zeros", ["low", "high"]]
    text = target_findings(found, "a_test_200ep")[2]
    assert text.startswith("Declared comparison, each score against synflow (")
    assert f"zeros {rows.loc['zeros', 'difference']:+.3f} ({low:+.3f} to {high:+.3f})" in text
    assert "Significantly better: params = flops +" in text
    assert "Neither: naswot" in text
    assert "for these 3 comparisons; the other 3 are a second family" in text
    section = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections[1]
    assert section.title == "Each score against synflow, as declared"
    assert [row[0].text for row in section.table.rows] == ["params = flops", "zeros", "naswot"]
    assert section.table.rows[1][1].text == f"{rows.loc['zeros', 'difference']:+.3f}"


def test_the_search_table_ends_with_random_orders() -> None:
    stream = np.random.default_rng(4)
    accuracy = stream.normal(80, 5, 200)
    found = results(
        frame(zeros=list(accuracy + stream.normal(0, 3, 200)), params=list(accuracy)),
        table(a_test_200ep=list(accuracy)),
    )
    sections = run_document(found, {"a_test_200ep": []}, SETTINGS).parts[0].sections
    search = next(section.table for section in sections if section.title == "Search")
    headings = [heading for heading, _ in search.headings]
    assert headings[-2:] == ["mean regret to 16 (8 %)", "input"]
    assert [row[0].text for row in search.rows] == ["params", "zeros", "random order"]
    chance = found.search.query("proxy == 'zeros' and metric == 'precision_top10'").iloc[0]
    shown = search.rows[-1][headings.index("precision, 20")].text
    assert (
        shown
        == f"{chance['chance']:.2f} ({chance['chance_low']:.2f} to {chance['chance_high']:.2f})"
    )


def test_hostile_names_are_escaped() -> None:
    hostile = "</script><img src=x onerror=alert(1)>|`"
    scores = frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]).assign(arch=hostile)
    found = Results(scores, table(**{hostile: [90.0, 91.0, 92.0]}), [hostile], "all", "nb201")
    report = run_document(
        found, {hostile: []}, SETTINGS | {"images": hostile, "targets": [hostile]}
    )
    page, text = html(report), markdown(report)
    assert "<img src=x" not in page
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 2
    assert "<img" not in text
    points = json.loads(page.split('id="points">')[1].split("</script>")[0])
    assert points["archs"][0] == hostile
    assert points["scores"]["zeros"] == [1.0, 2.0, 3.0]
    assert next(iter(points["scores"])) == "zeros"


def test_markdown_tables_are_whole() -> None:
    found = results(
        frame(zeros=[1.0, 2.0, 3.0], params=[2.0, 1.0, 3.0]), table(a_test_200ep=[90.0, 91.0, 92.0])
    )
    lines = markdown(run_document(found, {"a_test_200ep": []}, SETTINGS)).splitlines()
    start = lines.index("### Correlations") + 4
    assert lines[start].startswith("| proxy | tau | 95 % interval | group |")
    assert lines[start + 1] == "|" + " --- |" * lines[start].count(" | ")
    assert [line.split(" | ")[0] for line in lines[start + 2 : start + 4]] == [
        "| **zeros**",
        "| params",
    ]
    assert lines[start + 4] == ""
