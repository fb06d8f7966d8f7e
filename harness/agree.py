"""How well scores agree in rank with somebody else's scores of the same proxies.

``python -m harness.agree SCORES.csv THEIRS.csv`` compares a run's scores.csv with a file that has a
column ``index`` and one column a proxy, or with another run's scores.csv.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks_data.command import Parser, given_path, guarded
from benchmarks_data.errors import InputError, unknown
from harness.command import load_plugins

if TYPE_CHECKING:
    import pandas as pd

PROG = "python -m harness.agree"
CAPTION = (
    "tau with their scores, of our mean rank over seeds and of one seed; own seeds: tau "
    "between two of ours"
)
COLUMNS = ["proxy", "theirs", "n", "tau", "tau_low", "tau_high", "one_seed", "between_seeds"]


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog, "Correlate the scores of a run with another program's scores of the same proxies."
    )
    p.add_argument("scores", type=given_path, metavar="SCORES.csv", help="scores.csv of a run")
    p.add_argument(
        "theirs",
        type=given_path,
        metavar="THEIRS.csv",
        help="columns: index, and one for each proxy (.gz may follow); or scores.csv of another "
        "run",
    )
    p.add_argument(
        "--match",
        nargs="+",
        default=[],
        metavar="PROXY=COLUMN",
        help="proxies whose column has another name",
    )
    p.add_argument(
        "--missing",
        type=float,
        metavar="X",
        help="a value that stands for a missing score in their file, as in --missing=-1e8",
    )
    p.add_argument(
        "--plugin",
        type=given_path,
        nargs="+",
        default=[],
        metavar="FILE.py",
        help="the plugins that the run used",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)

    from harness.analysis import read_scores  # after the arguments: --help stays instant

    ours = read_scores(args.scores)
    names = _matches(args.match, set(ours["proxy"]))
    if _is_of_a_run(args.theirs):
        theirs = by_proxy(read_scores(args.theirs))
        names = {name: name for name in ours["proxy"].unique()} | names
    else:
        theirs = _their_scores(args.theirs, ours, names)
    found = agreement(
        ours, theirs.mask(theirs == args.missing) if args.missing is not None else theirs, names
    )
    if found.empty:
        raise InputError(
            f"{args.theirs} has no column for a proxy of {args.scores}: name one with --match "
            "PROXY=COLUMN"
        )
    if not set(theirs.index) & set(ours["index"]):
        raise InputError(f"{args.theirs} has no architecture of {args.scores}")
    _print(found)
    return 0


def _is_of_a_run(path: Path) -> bool:
    from harness.analysis import SCORE_COLUMNS
    from harness.files import read_csv

    return set(SCORE_COLUMNS) <= set(read_csv(path, ["index"]).columns)


def by_proxy(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a run's scores with a column for each proxy, indexed by architecture.

    Mean ranks where there are several seeds.
    """
    import pandas as pd

    from harness.analysis import combined, direction

    return pd.DataFrame(
        {
            name: direction(name) * combined(scores, name)
            for name in map(str, scores["proxy"].unique())
        }
    )


def _their_scores(path: Path, ours: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame indexed by architecture.

    Raises:
        InputError: what is compared with *ours* cannot be used.
    """
    from harness.files import read_csv

    columns = {_column(name, names) for name in ours["proxy"].unique()}
    scores = read_csv(path, ["index", *names.values()], numbers=("index", *columns))
    if scores["index"].duplicated().any():
        raise InputError(f"{path}: an index stands in several rows")
    return scores.set_index("index")


def _column(proxy: str, names: Mapping[str, str]) -> str:
    return names.get(proxy, proxy.partition("[")[0])


def _print(found: pd.DataFrame) -> None:
    from rich import box
    from rich.table import Table

    from harness.files import interval_text
    from harness.terminal import Wide

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=CAPTION)
    for heading in ("proxy", "theirs"):
        table.add_column(heading, overflow="fold")
    for heading in ("n", "tau", "95 % interval", "one seed", "own seeds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.to_dict("records"):
        tau, one, between = (
            "" if math.isnan(row[key]) else f"{row[key]:.3f}"
            for key in ("tau", "one_seed", "between_seeds")
        )
        interval = interval_text(row["tau_low"], row["tau_high"])
        names = (str(row[key]).replace("[", r"\[") for key in ("proxy", "theirs"))
        table.add_row(*names, str(row["n"]), tau, interval, one, between)
    Wide().print(table)


def _matches(pairs: Sequence[str], known: set[str]) -> dict[str, str]:
    names = {}
    for pair in pairs:
        # An option has an equals sign of its own: zeros[aggregate=min]=column.
        proxy, _, column = pair.rpartition("=")
        if not proxy or not column:
            raise InputError(f"--match {pair}: expected PROXY=COLUMN")
        if proxy not in known:
            raise unknown("proxy in --match:", proxy, sorted(known))
        names[proxy] = column
    return names


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

    from harness.analysis import by_seed, combined, direction
    from harness.statistics import Tau, kendall

    def tau(one: pd.Series, other: pd.Series) -> tuple[int, Tau]:
        both = pd.concat([one, other], axis=1, join="inner").dropna()
        return len(both), kendall(both.iloc[:, 0].to_numpy(float), both.iloc[:, 1].to_numpy(float))

    rows = []
    for proxy in ours["proxy"].unique():
        column = _column(proxy, names or {})
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


if __name__ == "__main__":
    sys.exit(main())
