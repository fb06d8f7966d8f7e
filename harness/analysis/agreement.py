"""How far two sets of scores of the same architectures agree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["proxy", "theirs", "n", "tau", "tau_low", "tau_high", "one_seed", "between_seeds"]


def by_proxy(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a run's scores with a column for each proxy, indexed by architecture.

    Mean ranks where there are several seeds.
    """
    import pandas as pd

    from harness.analysis.orders import combined
    from proxies.requests import direction

    return pd.DataFrame(
        {
            name: direction(name) * combined(scores, name)
            for name in map(str, scores["proxy"].unique())
        }
    )


def agreement(
    ours: pd.DataFrame, theirs: pd.DataFrame, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return a frame of COLUMNS, one row for each proxy of *ours* that *theirs* has a column for.

    Args:
        ours: scores as in scores.csv.
        theirs: a column for each proxy, indexed by architecture; NaN is missing.
        names: their columns, where they are not called as the proxy without its options.

    Tau is that of their scores with our mean rank over seeds. ``one_seed`` is the mean over seeds
    of tau with a single seed, and ``between_seeds`` the mean over pairs of seeds of the tau of one
    with the other: what a perfect copy would reach with one seed.
    """
    import pandas as pd

    from harness.analysis.orders import by_seed, combined
    from harness.analysis.statistics import Tau, kendall
    from proxies.requests import direction

    def tau(one: pd.Series, other: pd.Series) -> tuple[int, Tau]:
        both = pd.concat([one, other], axis=1, join="inner").dropna()
        return len(both), kendall(both.iloc[:, 0].to_numpy(float), both.iloc[:, 1].to_numpy(float))

    rows = []
    for proxy in ours["proxy"].unique():
        column = column_of(proxy, names or {})
        if column not in theirs.columns:
            continue
        seeds = by_seed(ours, proxy)
        # Their scores have their own direction, so ours are not turned.
        n, whole = tau(direction(proxy) * combined(ours, proxy), theirs[column])
        single = fmean(tau(seeds[seed], theirs[column])[1].value for seed in seeds)
        pairs = [tau(seeds[one], seeds[other])[1].value for one, other in combinations(seeds, 2)]
        rows.append(
            (
                proxy,
                column,
                n,
                whole.value,
                whole.low,
                whole.high,
                single,
                fmean(pairs) if pairs else math.nan,
            )
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def column_of(proxy: str, names: Mapping[str, str]) -> str:
    return names.get(proxy, proxy.partition("[")[0])
