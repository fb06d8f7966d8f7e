"""Verdicts as summaries for a pull request: Markdown and JUnit XML."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from harness.regression.baseline import Baseline
from harness.regression.places import Place
from harness.regression.verdicts import UNDEFINED, Verdict, number_text
from harness.reporting.phrases import interval_text
from harness.reporting.render import plain
from harness.scoring.inputs import name_of


def markdown(
    verdicts: Sequence[Verdict],
    baseline: Baseline,
    left_out: int = 0,
    places: Sequence[Place] = (),
) -> str:
    """Return a summary for a pull request: those that have drifted first.

    *left_out* is how many proxies of the baseline were not compared, *places* are those to show.
    """
    drifted, new = (
        sum(bool(verdict.drifts) for verdict in verdicts),
        sum(verdict.is_new for verdict in verdicts),
    )
    title = (
        f"{drifted} of {len(verdicts) - new} proxies have drifted"
        if drifted
        else f"{len(verdicts) - new} proxies hold"
    )
    lines = [
        f"## Regression of correlations: {title}",
        "",
        f"{len(baseline.indices)} architectures of {plain(baseline.benchmark)}, "
        f"{plain(baseline.dataset)}'s networks, "
        f"fed {name_of(baseline.images)} where a proxy reads images, "
        f"tau with {plain(baseline.target)}; the baseline has seeds "
        f"{', '.join(map(str, baseline.seeds))}.",
        *([f"Not compared: {left_out} other proxies of the baseline."] if left_out else []),
        "",
        "| proxy | verdict | tau before | 95 % interval | tau now | largest change of a score |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    ordered = sorted(verdicts, key=lambda verdict: (not verdict.drifts, not verdict.is_new))
    lines += map(_row, ordered)
    lines += [
        "",
        *(
            f"- {plain(verdict.proxy)}: {plain(line)}"
            for verdict in verdicts
            for line in verdict.drifts
        ),
        *_places(places),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _places(places: Sequence[Place]) -> list[str]:
    """Return places as a table; nothing of none."""
    if not places:
        return []
    rows = [f"| {plain(one.proxy)} | {one.before} | {one.now} |" for one in places]
    title = f"### Places by tau among {places[0].of} proxies"
    heads = ["| proxy | place before | place now |", "| --- | --- | --- |"]
    return ["", title, "", *heads, *rows]


def _row(verdict: Verdict) -> str:
    before, after = verdict.before or UNDEFINED, verdict.after or UNDEFINED
    change = "" if math.isnan(verdict.change) else f"{verdict.change:.1e}"
    cells = [
        verdict.proxy,
        verdict.word,
        number_text(before.value),
        interval_text(before.low, before.high),
        number_text(after.value),
        change,
    ]
    return f"| {' | '.join(map(plain, cells))} |"


def junit(
    verdicts: Sequence[Verdict],
    baseline: Baseline,
    seconds: float,
    places: Sequence[Place] = (),
) -> str:
    """Return the verdicts as JUnit XML, one test case a proxy.

    Drifts are failures, new proxies are skipped. *places* are the output of the suite.
    """
    counts = {
        "tests": len(verdicts),
        "failures": sum(bool(verdict.drifts) for verdict in verdicts),
        "skipped": sum(verdict.is_new for verdict in verdicts),
    }
    suite = ET.Element(
        "testsuite",
        {
            "name": "harness.regress",
            **{key: str(value) for key, value in counts.items()},
            "time": f"{seconds:.3f}",
        },
    )
    for verdict in verdicts:
        case = ET.SubElement(
            suite, "testcase", classname=f"regress.{baseline.benchmark}", name=verdict.proxy
        )
        if verdict.drifts:
            ET.SubElement(case, "failure", message=verdict.drifts[0]).text = "\n".join(
                verdict.drifts
            )
        elif verdict.is_new:
            ET.SubElement(
                case, "skipped", message="not in the baseline: write it anew with --update"
            )
    if places:
        ET.SubElement(suite, "system-out").text = "\n".join(one.sentence for one in places)
    root = ET.Element("testsuites")
    root.append(suite)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
