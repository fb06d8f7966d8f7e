"""How scores stand against one another over several runs."""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.standing import standings


def taus(**values: float) -> pd.DataFrame:
    """Taus by score, with intervals of .1 on each side."""
    frame = pd.DataFrame({"proxy": list(values), "tau": list(values.values())})
    return frame.assign(tau_low=frame["tau"] - 0.1, tau_high=frame["tau"] + 0.1)


def test_scores_are_ordered_by_the_share_of_others_below_them() -> None:
    rows = standings([
        ("one", taus(a=0.5, b=0.3, c=-0.2)),
        ("two", taus(a=0.05, b=0.4, c=math.nan)),
    ]).set_index("proxy")  # fmt: skip
    assert list(rows.index) == ["b", "a", "c"]
    assert rows["beaten"].to_list() == [0.75, 0.5, 0.0]
    assert rows["runs"].to_list() == [2, 2, 1]
    assert rows["positive"].to_list() == [2, 1, 0]
    assert rows["negative_in"].to_list() == ["", "", "one"]
    assert rows.loc["a", "lowest_in"] == "two"
    assert rows.loc["a", "lowest"] == 0.05


def test_equal_taus_count_half_and_a_score_alone_has_no_place() -> None:
    rows = standings([("one", taus(a=0.5, b=0.5))]).set_index("proxy")
    assert rows["beaten"].to_list() == [0.5, 0.5]
    (row,) = standings([("one", taus(a=0.5, b=math.nan))]).query("proxy == 'a'").to_dict("records")
    assert math.isnan(row["beaten"])


def test_a_score_without_a_tau_comes_last() -> None:
    rows = standings([("one", taus(z=math.nan, a=0.5, b=0.1))])
    assert rows["proxy"].to_list() == ["a", "b", "z"]
    assert rows["runs"].to_list() == [1, 1, 0]
