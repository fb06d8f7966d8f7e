"""A store of ten million scores, and a report out of it.

``python -m tools.scale [FOLDER]``, ``make scale``.

Scores are synthetic, a normal number for each architecture and proxy: 24 proxies on all of
NAS-Bench-101, then 20 on all of NAS-Bench-201, of which a run reports; it computes nothing, as all
its scores are stored.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import benchmarks_data
import proxies
from harness import run
from harness.scoring.job import Job, Score
from harness.scoring.store import Store

CHUNK = 500  # scores of cells that are computed together, which a run writes at once, about


def names(count: int) -> list[str]:
    """Return proxies that are no aggregates, those that every run adds among them."""
    own = [name for name, entry in proxies.registered().items() if not entry.of]
    more = [
        "zeros[aggregate=min]",
        "zeros[aggregate=sum]",
        "zeros[objective=snip]",
        "fisher[over=channels]",
    ]
    return [
        *proxies.TRIVIAL_BASELINES,
        *(name for name in own + more if name not in proxies.TRIVIAL_BASELINES),
    ][:count]


def synthetic(size: int, chosen: Sequence[str], chunk: int) -> Iterator[list[Score]]:
    """Yield scores as a run does: some architectures with all their proxies after the other."""
    stream = np.random.default_rng(0)
    step = max(1, chunk // len(chosen))
    for start in range(0, size, step):
        indices = range(start, min(size, start + step))
        values = stream.normal(size=(len(indices), len(chosen))).tolist()
        yield [
            Score(index, name, 0, value, 0.1, "ok")
            for index, row in zip(indices, values, strict=True)
            for name, value in zip(chosen, row, strict=True)
        ]


def fill(path: Path, benchmark: str, size: int, chosen: Sequence[str], chunk: int = CHUNK) -> None:
    """Write scores of the first architectures of a benchmark, and print how fast."""
    job = Job(benchmark, "cifar10")
    spent, rows = 0.0, 0
    with Store(path) as store:
        for scores in synthetic(size, chosen, chunk):
            started = time.perf_counter()
            store.write(job, scores)
            spent += time.perf_counter() - started
            rows += len(scores)
    megabytes = path.stat().st_size / 1e6
    print(
        f"{benchmark}: {rows:,} scores written, {rows / spent:,.0f} a second; {megabytes:,.0f} MB",
        flush=True,
    )


def main(folder: Path) -> int:
    """Fill a store, report from it, and return the report's exit status."""
    path, chosen = folder / "scale.sqlite", names(20)
    fill(
        folder / "alone.sqlite", "nb101", 10_000, names(24), 24
    )  # an architecture at a time, as what is not computed together
    fill(path, "nb101", benchmarks_data.get("nb101").size, names(24))
    fill(path, "nb201", benchmarks_data.get("nb201").size, chosen)
    started = time.perf_counter()
    status = run.main(
        [
            "--proxy",
            *chosen,
            "--archs",
            "all",
            "--workers",
            "1",
            "--store",
            str(path),
            "--out",
            str(folder / "out"),
        ]
    )
    print(f"report of 15,625 x {len(chosen)}: {time.perf_counter() - started:.1f} s")
    return status


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as name:
        sys.exit(main(Path(name)))
