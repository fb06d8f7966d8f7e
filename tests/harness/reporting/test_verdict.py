"""What a report opens with: a sentence and three numbers about its subject."""

import math

import numpy as np
import pytest

from harness.analysis.results import Results
from harness.reporting.render import html, markdown
from harness.reporting.run_document import run_document
from harness.reporting.summary import summary
from harness.reporting.verdict import verdict
from tests.results import NAN, SETTINGS, frame, results, table

TARGET = "a_test_200ep"
ACCURACY = np.random.default_rng(5).normal(80, 5, 150)


def noisy(deviation: float, seed: int) -> list[float]:
    return list(ACCURACY + np.random.default_rng(seed).normal(0, deviation, len(ACCURACY)))


def about(focus: str, target: str = TARGET, **scores: list[float]) -> Results:
    return Results(
        frame(**scores), table(**{target: list(ACCURACY)}), [target], "all", "nb201", focus=focus
    )


def test_a_score_that_beats_the_best_baseline_is_said_to_and_by_how_much() -> None:
    found = about("jacov", jacov=noisy(1, 1), params=noisy(20, 2), flops=noisy(8, 3))
    said, row = verdict(found, TARGET), found.of(TARGET).set_index("proxy").loc["jacov"]
    pair = found.against(TARGET, "jacov").set_index("other").loc["flops"]
    interval = f"simultaneous 95 % interval {pair['low']:+.3f} to {pair['high']:+.3f}"
    assert pair["p_family"] < 0.05
    assert said.sentence == (
        f"On 150 architectures of nb201, jacov has Kendall's tau {row['tau']:.3f} (95 % interval "
        f"{row['tau_low']:.3f} to {row['tau_high']:.3f}) with {TARGET}; it beats flops, the best "
        f"trivial baseline: {pair['difference']:+.3f} ({interval})."
    )
    tau, gain, lost = said.numbers
    assert (tau.value, tau.note) == (
        f"{row['tau']:.3f}",
        f"95 % interval {row['tau_low']:.3f} to {row['tau_high']:.3f}, n = 150",
    )
    assert gain.label == "Gain over flops, the best trivial baseline"
    assert gain.value == f"{pair['difference']:+.3f}"
    assert gain.note == f"{interval}, significant, n = 150"
    regret = found.search.query("proxy == 'jacov' and metric == 'regret_10'").iloc[0]
    assert lost.value == f"{regret['value']:.2f} points"
    assert f"10 at random lose {regret['chance']:.2f} " in lost.note


def test_a_score_that_is_worse_or_level_is_said_to_be() -> None:
    worse = about("jacov", jacov=noisy(20, 1), params=noisy(1, 2))
    assert "it falls behind params, the best trivial baseline: -" in verdict(worse, TARGET).sentence
    level = about("jacov", jacov=noisy(5, 1), params=noisy(5, 2))
    assert "no significant difference from params, the best" in verdict(level, TARGET).sentence


def test_a_baseline_of_two_networks_is_not_the_best() -> None:
    few = [*ACCURACY[:2], *[NAN] * 148]
    found = about("jacov", jacov=noisy(8, 1), params=noisy(20, 2), flops=few)
    said = verdict(found, TARGET)
    assert "beats params, the best trivial baseline" in said.sentence
    text = " ".join(markdown(run_document(found, {TARGET: []}, SETTINGS)).split())
    assert "The highest tau is that of jacov" in text


def test_a_baseline_is_compared_with_the_other_baselines() -> None:
    found = about("params", params=noisy(1, 1), flops=noisy(9, 2), zeros=noisy(3, 3))
    assert "params has Kendall's tau" in verdict(found, TARGET).sentence
    assert "it beats flops, the best" in verdict(found, TARGET).sentence


def test_the_same_ranking_as_a_baseline_is_no_gain() -> None:
    scores = noisy(3, 1)
    said = verdict(about("jacov", jacov=[2 * one for one in scores], params=scores), TARGET)
    assert "it ranks exactly as params does, the best trivial baseline" in said.sentence
    assert (said.numbers[1].value, said.numbers[1].note) == ("0", "the same ranking")


def test_without_baselines_nothing_is_gained_or_lost() -> None:
    said = verdict(about("jacov", jacov=noisy(1, 1), zeros=noisy(1, 2)), TARGET)
    assert said.sentence.endswith("; no trivial baseline to compare it with has a tau.")
    assert said.numbers[1].value == "unknown"


@pytest.mark.parametrize("target", ["raspi4_latency", TARGET])
def test_the_place_stands_for_the_regret_where_there_is_none(target: str) -> None:
    few = 8 if target == TARGET else 150
    scores = {"zeros": noisy(1, 1), "params": noisy(30, 2), "flops": noisy(30, 2)}
    found = Results(
        frame(**{name: values[:few] for name, values in scores.items()}),
        table(**{target: list(ACCURACY[:few])}),
        [target],
        "all",
        "nb201",
    )
    place = verdict(found, target).numbers[2]
    place_of = "1 of 2" if target == TARGET else "2 of 2"  # of a latency less is better
    assert (place.label, place.value) == ("Place by tau", place_of)
    assert ("On only 8 architectures" in verdict(found, target).sentence) is (few == 8)


def test_an_undefined_tau_says_why() -> None:
    said = verdict(about("jacov", jacov=[NAN] * 150, params=noisy(1, 1)), TARGET)
    assert said.sentence == (
        f"Kendall's tau of jacov with {TARGET} is undefined: every score is missing."
    )
    assert [number.value for number in said.numbers] == ["undefined"]


def test_a_comparison_that_cannot_be_made_says_so() -> None:
    half = [NAN] * 75
    found = about("jacov", jacov=[*noisy(1, 1)[:75], *half], params=[*half, *noisy(1, 2)[75:]])
    said = verdict(found, TARGET)
    assert "the difference from params, the best trivial baseline, is undefined" in said.sentence
    assert said.numbers[1].value == "undefined"


def test_pages_texts_and_notebooks_begin_with_the_verdict() -> None:
    found = about("jacov", jacov=noisy(3, 1), zeros=noisy(2, 2), params=noisy(9, 3))
    said = verdict(found, TARGET)
    report = run_document(found, {TARGET: []}, SETTINGS)
    assert report.title == "jacov and 2 other scores on nb201"
    page, text = html(report), markdown(report)
    plain = said.sentence.replace("'", "&#39;")
    assert page.index(plain) < page.index(said.numbers[0].value) < page.index("<nav>")
    assert page.count("<details>") >= 5
    assert "<details open" not in page
    lines = [line for line in text.splitlines() if line]
    assert lines[1] == said.sentence.replace("_", "\\_")
    assert [line.split("**")[1] for line in lines[2:5]] == [one.value for one in said.numbers]
    shown = summary(found)
    assert shown.index(plain) < shown.index(said.numbers[2].value) < shown.index("<table>")


def test_each_target_has_its_verdict() -> None:
    values = {TARGET: list(ACCURACY), "b_test_200ep": list(-ACCURACY)}
    found = Results(frame(zeros=noisy(3, 1)), table(**values), list(values), "all", "nb201")
    text = markdown(run_document(found, {name: [] for name in values}, SETTINGS))
    for target in values:
        assert text.count(verdict(found, target).sentence.replace("_", "\\_")) == 1


def test_the_subject_stands_out_in_every_table_that_has_it() -> None:
    found = about("jacov", jacov=noisy(3, 1), zeros=noisy(2, 2), params=noisy(9, 3))
    sections = run_document(found, {TARGET: []}, SETTINGS).parts[0].sections
    tables = {section.title: section.table for section in sections if section.table}
    marked = {
        title: [one.rows[position][0].text for position in one.marked]
        for title, one in tables.items()
    }
    assert marked.pop("jacov against each other score") == []
    assert len(marked) >= 3
    assert set(map(tuple, marked.values())) == {("jacov",)}
    page = html(run_document(found, {TARGET: []}, SETTINGS))
    assert page.count('<tr class="subject"><td>jacov</td>') == len(marked)


def test_the_subject_stands_out_among_declared_comparisons() -> None:
    scores = frame(jacov=noisy(3, 1), zeros=noisy(2, 2), params=noisy(9, 3))
    trained = table(**{TARGET: list(ACCURACY)})
    found = Results(scores, trained, [TARGET], "all", "nb201", declared="zeros", focus="jacov")
    section = run_document(found, {TARGET: []}, SETTINGS).parts[0].sections[1]
    assert section.table is not None
    assert [section.table.rows[one][0].text for one in section.table.marked] == ["jacov"]


def test_without_a_focus_zeros_leads_and_else_what_is_no_baseline() -> None:
    scores = {"params": noisy(1, 1), "jacov": noisy(2, 2)}
    trained = table(**{TARGET: list(ACCURACY)})
    assert results(frame(**scores), trained).subject == "jacov"
    assert results(frame(**scores, zeros=noisy(3, 3)), trained).subject == "zeros"
    assert results(frame(params=scores["params"]), trained).subject == "params"
    assert about("params", **scores).featured(TARGET)[0] == "params"


def test_what_a_tau_is_about_is_said_whole() -> None:
    scores = noisy(5, 1)
    holes = [math.nan if place < 30 else value for place, value in enumerate(scores)]
    said = verdict(about("jacov", jacov=holes, params=noisy(5, 2)), TARGET)
    assert said.sentence.startswith("On 120 of 150 architectures of nb201, jacov has")
    assert "on the 120 that have both scores" in said.sentence


def test_where_less_is_better_signs_are_turned() -> None:
    target = "edge_latency"
    upside = [-value for value in noisy(1, 1)]
    found = about("jacov", target, jacov=upside, params=[-value for value in noisy(9, 2)],
                  flops=noisy(1, 3))  # fmt: skip
    said = verdict(found, target)
    assert f"with {target}, of which less is better; it beats params, the best" in said.sentence
    assert said.numbers[1].value.startswith("+")
    assert said.numbers[2].value.startswith("1 of ")


def test_the_best_baseline_has_another_one_to_be_compared_with() -> None:
    said = verdict(about("params", params=noisy(1, 1), flops=noisy(9, 2)), TARGET)
    assert "it beats flops, the best other trivial baseline" in said.sentence
