"""Do two versions of the harness write the same? ``python -m tools.outputs make DIR`` and ``python
-m tools.outputs compare A B``.

``make`` runs a fixed set of commands in the checkout that it is started in, and leaves what they
write in DIR. Do that on the commit before and after a change that is to keep behaviour, then
compare: every CSV file must be equal, but for times. Where NAS_TABLES names a folder of official
tables, three more benchmarks are run (of several folders, on the tables of the first).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

#: Columns that say how long something took.
TIMES = ("seconds",)
PROXIES = ("zeros", "synflow", "naswot", "snip", "te_nas", "vote")


def commands(out: Path) -> dict[str, list[str]]:
    """Return the commands by the name of the folder or file that each leaves in *out*.

    Long, since one command follows another.
    """
    store = ["--store", str(out / "scores.sqlite")]
    tables = os.environ.get("NAS_TABLES", "").split(os.pathsep)[0]

    def run(name: str, *more: str) -> list[str]:
        return ["harness.run", *store, "--out", str(out / name), *more]

    theory = ["--archs", "6", "--widths", "4", "--batch", "4", "--searches", "1"]
    listed = {
        "nb201": run("nb201", "--proxy", *PROXIES, "--archs", "40", "--seeds", "2"),
        "nb201-other": run(
            "nb201-other", "--proxy", "swap", "az_nas", "--archs", "40", "--seeds", "2"
        ),
        "nb201-all": run("nb201-all", "--proxy", "zeros[boundary=periodic]", "--archs", "all"),
        "nb201-unique": run(
            "nb201-unique",
            "--proxy",
            "zeros",
            "--archs",
            "60",
            "--population",
            "unique",
            "--dtype",
            "float64",
        ),
        "report": ["harness.report", str(out / "nb201"), "--out", str(out / "report")],
        "merged": [
            "harness.report",
            str(out / "nb201"),
            str(out / "nb201-other"),
            "--out",
            str(out / "merged"),
        ],
        "search-nb201": [
            "harness.search",
            "--seeds",
            "2",
            "--objective",
            "synflow",
            "snip",
            "--batch",
            "4",
            "--out",
            str(out / "search-nb201"),
        ],
        "search-darts": [
            "harness.search",
            "--space",
            "darts",
            "--cells",
            "3",
            "--out",
            str(out / "search-darts"),
        ],
        "search-proxyless": [
            "harness.search",
            "--space",
            "proxyless",
            "--out",
            str(out / "search-proxyless"),
        ],
        "theory": ["harness.theory", *theory, "--out", str(out / "theory")],
        "agree": [
            "harness.agree",
            str(out / "nb201" / "scores.csv"),
            str(out / "nb201" / "scores.csv"),
        ],
        "overview": ["harness.overview", str(out / "nb201")],
        "regress": ["harness.regress", "--baseline", "tests/golden.csv"],
    }
    if tables:
        real = ["--tables", tables]
        for name in ("nb101", "nbmacro"):
            listed[name] = run(
                name, "--benchmark", name, "--proxy", "zeros", "naswot", "--archs", "20", *real
            )
        listed["transnas101_micro"] = run(
            *(
                "transnas101_micro",
                "--benchmark",
                "transnas101_micro",
                "--proxy",
                "zeros",
                "--archs",
                "5",
            ),
            *("--target", "class_object_top1", *real),
        )
        listed["nb201-official"] = run(
            "nb201-official", "--proxy", *PROXIES, "--archs", "40", "--dataset", "cifar100", *real
        )
    return listed


def make(out: Path) -> int:
    """Run every command, with what it prints in a file of its own.

    Return how many ended with another status than 0.
    """
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, command in commands(out).items():
        with (out / f"{name}.txt").open("w") as printed:
            status = subprocess.run(
                [sys.executable, "-m", *command], stdout=printed, stderr=subprocess.STDOUT
            ).returncode
        print(f"{name}: {'done' if status == 0 else f'exit status {status}'}", flush=True)
        failed += status != 0
    return failed


def compare(one: Path, other: Path) -> list[str]:
    """Return one line for each CSV file that differs, but for times, or that is in one folder
    alone.
    """
    names = sorted(
        {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*.csv")}
    )
    return [line for name in names if (line := _difference(one / name, other / name, str(name)))]


def _difference(one: Path, other: Path, name: str) -> str:
    if not (one.exists() and other.exists()):
        return f"{name}: only in {one.parent if one.exists() else other.parent}"
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in (one, other)]
    kept = [frame.drop(columns=[column for column in TIMES if column in frame]) for frame in frames]
    if kept[0].equals(kept[1]):
        return ""
    if list(kept[0].columns) != list(kept[1].columns):
        return f"{name}: other columns: {sorted(set(kept[0].columns) ^ set(kept[1].columns))}"
    if len(kept[0]) != len(kept[1]):
        return f"{name}: {len(kept[0])} and {len(kept[1])} rows"
    cells = kept[0] != kept[1]
    return (
        f"{name}: {int(cells.to_numpy().sum())} cells differ, in "
        f"{', '.join(cells.columns[cells.any()])}"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder]:
            sys.exit(min(make(Path(folder)), 1))
        case ["compare", first, second]:
            differences = compare(Path(first), Path(second))
            print("\n".join(differences) or "equal, but for times")
            sys.exit(bool(differences))
    sys.exit(__doc__)
