"""What bfloat16 does to the order of architectures, beside what another seed does.

``python -m tools.precision FILE.csv COUNT PROXY ...`` scores COUNT cells of NAS-Bench-201 in
float32 under seeds 0 and 1, and in bfloat16 under seed 0, whatever proxies are in bfloat16 by
default. Scores go to the file, so that the same command goes on where it was stopped.
"""

import csv
import math
import random
import sys
from collections import defaultdict
from pathlib import Path

from scipy.stats import kendalltau, spearmanr

from benchmarks_data.nb201 import space
from harness.computing.determinism import reproducible
from harness.scoring.job import BFLOAT16, Job, Task
from harness.scoring.networks import score_task
from proxies import request

EXACT, OTHER_SEED, ROUNDED = SETTINGS = (("float32", 0), ("float32", 1), (BFLOAT16, 0))
CELLS = random.Random(0).sample(range(space.SIZE), 1000)
Scores = dict[tuple[str, str, int], dict[int, float]]


def measure(path: Path, count: int, names: list[str]) -> Scores:
    """Return the scores by proxy, precision and seed, and by cell; compute those that the file
    lacks.
    """
    scores = _read(path)
    for index in CELLS[:count]:
        for dtype, seed in SETTINGS:
            due = tuple(name for name in names if index not in scores[name, dtype, seed])
            if not due:
                continue
            computed = score_task(Job("nb201", "cifar10", dtype=dtype), Task(index, seed, due))
            with path.open("a", newline="") as file:
                rows = [(index, dtype, seed, one.proxy, one.score) for one in computed]
                csv.writer(file).writerows(rows)
            for one in computed:
                scores[one.proxy, dtype, seed][index] = one.score
    return scores


def _read(path: Path) -> Scores:
    scores: Scores = defaultdict(dict)
    if path.exists():
        with path.open(newline="") as file:
            for index, dtype, seed, name, score in csv.reader(file):
                scores[name, dtype, int(seed)][int(index)] = float(score)
    return scores


def table(scores: Scores, names: list[str]) -> str:
    """Return tau and Spearman's rho of float32, seed 0, with the other two, as Markdown.

    Over the cells that have a score in all three.
    """
    lines = [
        "| proxy | cells | tau of bfloat16 | tau of another seed | rho | rho |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        by_setting = [scores[name, *setting] for setting in (EXACT, ROUNDED, OTHER_SEED)]
        cells = [
            index
            for index in set.intersection(*map(set, by_setting))
            if not any(math.isnan(values[index]) for values in by_setting)
        ]
        exact, *others = [[values[index] for index in cells] for values in by_setting]
        measured = [
            f"{statistic(exact, other).statistic:.3f}"
            for statistic in (kendalltau, spearmanr)
            for other in others
        ]
        lines.append(f"| `{name}` | {len(cells)} | {' | '.join(measured)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    asked = [request(name).name for name in sys.argv[3:]]
    with reproducible():
        print(table(measure(Path(sys.argv[1]), int(sys.argv[2]), asked), asked))
