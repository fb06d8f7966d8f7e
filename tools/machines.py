"""How far scores move from one machine to another.

``python -m tools.machines [PYTHON...]``, ``make machines``.

The scores of all proxies are measured with the vector instructions of other processors, which
torch, oneDNN and MKL can be told to take, and with other versions of torch, each an interpreter
that has the dependencies. The regression's tolerances come from this. Threads play no part: the
harness computes on one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import proxies
from harness.regression import baseline
from harness.regression.verdicts import compare

#: Processors by what they have, as the libraries' own variables say it.
PROCESSORS = {
    "AVX2 in torch": {"ATEN_CPU_CAPABILITY": "avx2"},
    "AVX2 in oneDNN": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "AVX2 in MKL": {"MKL_ENABLE_INSTRUCTIONS": "AVX2", "MKL_CBWR": "AVX2"},
    "AVX2 everywhere": {
        "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2", "MKL_CBWR": "AVX2",
    },
    "SSE 4 everywhere": {
        "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "MKL_CBWR": "COMPATIBLE",
    },
}  # fmt: skip
ARCHS = "8"


def measured(path: Path, dtype: str, python: str, variables: dict[str, str]) -> baseline.Baseline:
    """Return all proxies' scores under some variables."""
    command = [
        python,
        "-m",
        "harness.regress",
        "--update",
        "--baseline",
        str(path),
        "--archs",
        ARCHS,
        "--dtype",
        dtype,
    ]
    subprocess.run(
        command,
        env={**os.environ, **variables},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return baseline.read(path)


def row(what: str, dtype: str, expected: baseline.Baseline, measured: baseline.Baseline) -> str:
    """Return how many proxies moved, by how much at most, and the largest ones, as a line of a
    Markdown table.
    """
    verdicts = compare(expected, measured, [], 0.0)
    moved = {verdict.proxy: verdict.change for verdict in verdicts}
    fixed = max(change for name, change in moved.items() if not proxies.request(name).needs)
    largest = sorted(moved, key=moved.__getitem__, reverse=True)[:3]
    names = ", ".join(f"`{name}` {moved[name]:.1e}" for name in largest if moved[name] > 0)
    return (
        f"| {what} | {dtype} | {sum(change > 0 for change in moved.values())} of {len(moved)} "
        f"| {fixed:.1e} | {names} |"
    )


def main(pythons: list[str]) -> None:
    """Print a Markdown table."""
    print(
        "| what differs | precision | proxies that moved | deterministic ones | largest "
        "|\n|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("float64", "float32"):
            path = Path(folder) / "baseline.csv"
            expected = measured(path, dtype, sys.executable, {})
            others = {
                what: (sys.executable, variables)
                for what, variables in {"nothing": {}, **PROCESSORS}.items()
            }
            others |= {f"torch of {python}": (python, {}) for python in pythons}
            for what, (python, variables) in others.items():
                path.unlink()
                print(
                    row(what, dtype, expected, measured(path, dtype, python, variables)), flush=True
                )


if __name__ == "__main__":
    main(sys.argv[1:])
