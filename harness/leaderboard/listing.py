"""``harness.scores list``: which scores come with the harness."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import benchmarks_data
from benchmarks_data.command import Parser
from benchmarks_data.listed import ListedBenchmark
from harness.scoring.shipped_scores import COLUMNS, ShippedScores, parts_of

ARCH, PROXY, SEED = (COLUMNS.index(name) for name in ("arch", "proxy", "seed"))


class Line(NamedTuple):
    """Proxies that a file has the same numbers of architectures and seeds of, and how many rows
    they have together.
    """

    benchmark: str
    dataset: str
    architectures: int
    of: int | None
    seeds: int
    proxies: list[str]
    rows: int
    file: str

    @property
    def share(self) -> str:
        """How many architectures, and of how many."""
        return f"{self.architectures:,}" + (f" of {self.of:,}" if self.of else "")


def lines(scores: ShippedScores) -> list[Line]:
    """Return what the files hold, the proxies with the most architectures first."""
    every = []
    for name in sorted(scores.index):
        folder, dataset = parts_of(name)
        benchmark = folder.partition("@")[0]
        seen: dict[str, tuple[set[str], set[str]]] = {}
        rows = Counter[str]()
        for row in scores.rows(name):
            archs, seeds = seen.setdefault(row[PROXY], (set(), set()))
            archs.add(row[ARCH])
            seeds.add(row[SEED])
            rows[row[PROXY]] += 1
        alike: dict[tuple[int, int], list[str]] = {}
        for proxy, (archs, seeds) in sorted(seen.items()):
            alike.setdefault((len(archs), len(seeds)), []).append(proxy)
        every += [
            Line(
                benchmark,
                dataset,
                count,
                _size(benchmark),
                seeds,
                names,
                sum(map(rows.__getitem__, names)),
                name,
            )
            for (count, seeds), names in sorted(alike.items(), reverse=True)
        ]
    return every


def _size(benchmark: str) -> int | None:
    """Return how many architectures there are; None where a table has the list of them."""
    known = benchmarks_data.get(benchmark)
    return None if isinstance(known, ListedBenchmark) else known.size


def as_markdown(every: Sequence[Line]) -> list[str]:
    """Return the lines as a table in Markdown."""
    rows = [
        f"| {one.benchmark} | {one.dataset} | {one.share} | {one.seeds} | "
        f"{', '.join(f'`{name}`' for name in one.proxies)} |"
        for one in every
    ]
    heads = [
        "| benchmark | networks of | architectures | seeds | proxies |",
        "|---|---|---|---|---|",
    ]
    return [*heads, *rows]


def as_text(every: Sequence[Line]) -> list[str]:
    """Return the lines for a terminal."""
    return [
        f"{one.benchmark} {one.dataset}: {one.share} architectures, {one.seeds} "
        f"{'seed' if one.seeds == 1 else 'seeds'}: {', '.join(one.proxies)}"
        for one in every
    ]


def parser(prog: str) -> argparse.ArgumentParser:
    """Return the action's argument parser."""
    p = Parser(prog, "Say which scores come with the harness: how many of which proxy on what.")
    p.add_argument("--markdown", action="store_true", help="as a table in Markdown")
    return p


def carry_out(prog: str, argv: Sequence[str]) -> int:
    """Print a line for all proxies of a file with the same counts; return the exit status, 1 where
    a file cannot be used.
    """
    args = parser(prog).parse_args(argv)
    scores = ShippedScores()
    every = lines(scores)
    for note in scores.notes:
        print(f"{prog}: {note}", file=sys.stderr)
    total = sum(one.rows for one in every)
    files = len({one.file for one in every})
    print(
        *(as_markdown(every) if args.markdown else as_text(every)),
        *([] if args.markdown else [f"{total:,} scores in {files} files: {scores.folder}"]),
        sep="\n",
    )
    return 1 if scores.problems else 0
