"""How scores stand against one another over several runs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

#: What a row says of a score: in how many runs it has a tau; the share of the other scores that are
#: below it, averaged over those; its lowest tau, and where that is; in how many runs its interval
#: is above zero, and in which it is below zero.
STANDING_COLUMNS = ["proxy", "runs", "beaten", "lowest", "lowest_in", "positive", "negative_in"]


def standings(parts: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return a frame of STANDING_COLUMNS: scores with a tau in more runs first, and among those
    with as many the highest share.

    A score is compared with those that have a tau in the same run. Equal taus count half. Shares of
    scores that have a tau in different runs are not comparable, as no run is equally hard.

    Args:
        parts: titles of runs, each with a frame of ``proxy``, ``tau``, ``tau_low``, ``tau_high``.
    """
    rows = pd.concat([frame.assign(part=title) for title, frame in parts], ignore_index=True)
    known = rows.dropna(subset="tau")
    by_part = known.groupby("part")["tau"]
    others = by_part.transform("size") - 1
    below = (by_part.rank() - 1) / others.where(others > 0)
    shares = below.groupby(known["proxy"]).mean()
    standing = [
        _standing(str(name), group, shares.get(name, float("nan")))
        for name, group in rows.groupby("proxy", sort=False)
    ]
    frame = pd.DataFrame(standing, columns=STANDING_COLUMNS)
    return frame.sort_values(
        ["runs", "beaten", "proxy"], ascending=[False, False, True], ignore_index=True
    )


def _standing(name: str, rows: pd.DataFrame, share: float) -> tuple[object, ...]:
    known = rows.dropna(subset="tau")
    lowest = known.nsmallest(1, "tau")
    return (
        name,
        len(known),
        share,
        known["tau"].min(),
        "".join(lowest["part"]),
        int((known["tau_low"] > 0).sum()),
        ", ".join(known.loc[known["tau_high"] < 0, "part"]),
    )
