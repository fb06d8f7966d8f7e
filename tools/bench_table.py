"""The latest run of ``make bench`` as a Markdown table."""

import json
import sys
from pathlib import Path


def table(folder: Path) -> str:
    """Return milliseconds for an architecture of every benchmark, and what else it says."""
    latest = max(folder.rglob("*.json"), key=lambda path: path.stat().st_mtime)
    lines = ["| what | ms per architecture | more |", "|---|---|---|"]
    for one in json.loads(latest.read_text())["benchmarks"]:
        known = dict(one["extra_info"])
        mean = one["stats"]["mean"] * 1e3 / known.pop("architectures", 1)
        more = ", ".join(f"{key} {value:.3g}" for key, value in known.items())
        lines.append(f"| {one['group']}: {one['param'] or ''} | {mean:.3g} | {more} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(Path(sys.argv[1])))
