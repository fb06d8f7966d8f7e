"""The console script: ``zeros-harness COMMAND ...`` is ``python -m harness.COMMAND ...``, or
benchmarks_data.convert.
"""

from __future__ import annotations

import importlib
import sys

from benchmarks_data.command import PACKAGE, UNUSABLE, version
from benchmarks_data.errors import unknown

COMMANDS = {
    name: f"harness.{name}"
    for name in (
        "run",
        "report",
        "search",
        "sweep",
        "theory",
        "regress",
        "agree",
        "overview",
        "combine",
        "fit",
        "scores",
        "doctor",
    )
}
COMMANDS["convert"] = "benchmarks_data.convert"


def main() -> int:
    """Hand over to the command that the first argument names."""
    command = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if command in ("-h", "--help"):
        print(f"usage: zeros-harness {{{','.join(COMMANDS)}}} ...")
        print("zeros-harness COMMAND --help tells more")
        return 0
    if command == "--version":
        print(f"{PACKAGE} {version()}")
        return 0
    if command not in COMMANDS:
        print(f"zeros-harness: {unknown('command', command, COMMANDS)}", file=sys.stderr)
        return UNUSABLE
    status: int = importlib.import_module(COMMANDS[command]).main(
        sys.argv[2:], f"zeros-harness {command}"
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
