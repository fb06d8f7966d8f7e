"""How well scores agree in rank with somebody else's scores of the same proxies.

``python -m harness.agree SCORES.csv THEIRS.csv`` compares a run's scores.csv with a file that has a
column ``index`` or ``arch`` and one column a proxy, or with another run's scores.csv.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks_data.command import Parser, given_path, guarded
from benchmarks_data.errors import InputError, unknown
from harness.analysis.agreement import agreement, by_proxy, column_of
from harness.terminal.checks import benchmark_of_run, load_plugins
from harness.terminal.options import add_plugins

if TYPE_CHECKING:
    import pandas as pd


PROG = "python -m harness.agree"
CAPTION = (
    "tau with their scores, of our mean rank over seeds and of one seed; own seeds: tau "
    "between two of ours"
)


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
        help="columns: index or arch (an architecture's string), and one for each proxy (.gz may "
        "follow); or scores.csv of another run",
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
    add_plugins(p, "the plugins that the run used")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)

    from harness.scoring.frames import read_scores

    ours = read_scores(args.scores)
    names = _matches(args.match, set(ours["proxy"]))
    if _is_of_a_run(args.theirs):
        theirs = by_proxy(read_scores(args.theirs))
        names = {name: name for name in ours["proxy"].unique()} | names
    else:
        theirs = _their_scores(args.theirs, ours, names)
    agreeing = agreement(
        ours, theirs.mask(theirs == args.missing) if args.missing is not None else theirs, names
    )
    if agreeing.empty:
        raise InputError(
            f"{args.theirs} has no column for a proxy of {args.scores}: name one with --match "
            "PROXY=COLUMN"
        )
    if not set(theirs.index) & set(ours["index"]):
        raise InputError(f"{args.theirs} has no architecture of {args.scores}")
    _print(agreeing)
    return 0


def _is_of_a_run(path: Path) -> bool:
    from harness.files.whole import read_csv
    from harness.scoring.frames import SCORE_COLUMNS

    return set(SCORE_COLUMNS) <= set(read_csv(path, []).columns)


def _their_scores(path: Path, ours: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame indexed by architecture.

    Raises:
        InputError: what is compared with *ours* cannot be used.
    """
    from harness.files.whole import read_csv

    columns = {column_of(name, names) for name in ours["proxy"].unique()}
    scores = read_csv(path, [*names.values()], numbers=("index", *columns))
    if "index" not in scores and "arch" not in scores:
        raise InputError(f"{path} lacks the columns index and arch: it needs one of them")
    if "arch" in scores:
        scores = scores.assign(index=_indices(path, scores, ours))
    if scores["index"].duplicated().any():
        again = scores["index"][scores["index"].duplicated()].iloc[0]
        raise InputError(f"{path}: index {again} stands in several rows: keep one of them")
    return scores.set_index("index")


def _indices(path: Path, theirs: pd.DataFrame, ours: pd.DataFrame) -> list[int]:
    """Return the indices of the architectures that their column ``arch`` names.

    Raises:
        InputError: a row names none, or its column ``index`` says another one.
    """
    known = dict(zip(ours["arch"], ours["index"], strict=True))
    benchmark = str(ours["benchmark"].iloc[0])
    indices = []
    given = theirs["index"] if "index" in theirs else [None] * len(theirs)
    for row, (arch, said) in enumerate(zip(theirs["arch"], given, strict=True), 2):
        try:
            index = known[arch] if arch in known else benchmark_of_run(benchmark).index(str(arch))
        except InputError as error:
            raise InputError(f"{path}, row {row}: {error}") from error
        if said is not None and said != index:
            raise InputError(
                f"{path}, row {row}: {arch} is index {index} of {benchmark}, not {said}: leave one "
                "of the columns out"
            )
        indices.append(int(index))
    return indices


def _print(rows: pd.DataFrame) -> None:
    from rich import box
    from rich.table import Table

    from harness.reporting.phrases import interval_text
    from harness.terminal.console import Wide

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=CAPTION)
    for heading in ("proxy", "theirs"):
        table.add_column(heading, overflow="fold")
    for heading in ("n", "tau", "95 % interval", "one seed", "own seeds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows.to_dict("records"):
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


if __name__ == "__main__":
    sys.exit(main())
