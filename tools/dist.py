"""What is released: ``python -m tools.dist``, ``make dist``.

Builds a source distribution and from it a wheel, into dist/, and says how large they are. Installs
each with its dependencies in a clean environment outside the checkout, and runs there what a user
runs first. The exit status is 1 when something of it fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parent.parent
PACKAGES = ("harness", "proxies", "benchmarks_data")
#: What must work where nothing but the distribution is installed.
SMOKE = (
    ("--version",),
    ("run", "--proxy", "zeros", "--archs", "50"),
    ("doctor",),
    ("scores", "list"),
)
#: Variables of the environment that would lend the installed harness something of this machine.
LENT = ("PYTHONPATH", "NAS_TABLES", "NAS_SCORES")


def built(folder: Path) -> list[Path]:
    """Build into *folder*; return the source distribution and the wheel that is made from it."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(PROJECT)], check=True, stdout=subprocess.DEVNULL)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    return [folder / f"{stem}.tar.gz", folder / f"{stem}-py3-none-any.whl"]


def files_in(archive: Path) -> set[str]:
    """Return the files of the packages in a distribution, relative to the folder that holds these.

    Raises:
        SystemExit: a link is among them, which would lead nowhere once it is unpacked.
    """
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(archive) as sources:
            members = [one for one in sources.getmembers() if not one.isdir()]
        if links := [one.name for one in members if not one.isfile()]:
            sys.exit(f"{archive}: {links[0]} is a link, no file")
        names = [one.name.partition("/")[2] for one in members]
    return {name for name in names if name.split("/")[0] in PACKAGES}


def data_files() -> set[str]:
    """Return the files that harness/data links to, as a distribution has to hold them."""
    data = PROJECT / "harness" / "data"
    every = (Path(folder) / name for folder, _, names in os.walk(data, followlinks=True)
             for name in names)  # fmt: skip
    return {path.relative_to(PROJECT).as_posix() for path in every if path.is_file()}


def required(name: str) -> Iterator[str]:
    """Yield what an installed distribution requires, and what that requires, each in its way."""
    known, due = set(), [name]
    while due:
        try:
            lines = metadata.requires(due.pop()) or []
        except metadata.PackageNotFoundError:  # of another platform
            continue
        for requirement in map(Requirement, lines):
            needed = canonicalize_name(requirement.name)
            if needed not in known and (
                requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            ):
                known.add(needed)
                due.append(needed)
                yield needed


def pinned(names: set[str]) -> str:
    """Return the part of requirements.txt that is about some distributions, with its hashes."""
    blocks = (PROJECT / "requirements.txt").read_text().replace("\\\n", "\0").splitlines()
    kept = [one for one in blocks if canonicalize_name(one.partition("==")[0]) in names]
    return "\n".join(kept).replace("\0", "\\\n") + "\n"


def installed(archive: Path, folder: Path) -> Path:
    """Install a distribution in an environment of its own; return the folder of its commands.

    Dependencies are installed by hashes, as ``make run`` does. PyPI's torch for Linux brings
    gigabytes of CUDA: one for the CPU is taken first, where pip knows a folder that has its wheel
    (``PIP_FIND_LINKS``).
    """
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    commands = environment / "bin"
    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet"]
    locked = [*pip, "--no-deps", "--require-hashes", "--requirement"]
    torch, every = folder / "torch.txt", folder / "requirements.txt"
    torch.write_text(pinned({"torch"}))
    every.write_text(pinned({*required("zeros-harness"), "setuptools"}))
    subprocess.run([*locked, str(torch), "--no-index"], check=False, capture_output=True)
    constrained = ["--no-build-isolation", "--constraint", str(PROJECT / "constraints.txt")]
    for command in ([*locked, str(every)], [*pip, *constrained, str(archive)]):
        subprocess.run(command, check=True, cwd=folder)
    return commands


def smoked(commands: Path, folder: Path) -> bool:
    """Run SMOKE in a folder and a home of its own; return whether all of it works."""
    kept = {name: value for name, value in os.environ.items() if name not in LENT}
    for arguments in SMOKE:
        done = subprocess.run(
            [str(commands / "zeros-harness"), *arguments],
            cwd=folder,
            env={**kept, "HOME": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        shown = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        print(f"  {' '.join(arguments)}: exit status {done.returncode}: {_last_line(shown)}")
        if done.returncode:
            return False
    return (folder / "reports" / "nb201-cifar10" / "report.html").is_file()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing was said"])[-1].strip()


def main(argv: Sequence[str]) -> int:
    """Build and try both distributions; return the exit status."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    archives = built(Path(*argv[:1] or ["dist"]).resolve())
    for archive in archives:
        files = files_in(archive)
        print(f"{archive.name}: {archive.stat().st_size / 1e6:.2f} MB, {len(files)} files")
        if absent := sorted(data_files() - files):
            sys.exit(f"{archive}: lacks {len(absent)} files of harness/data, as {absent[0]}")
    for archive in archives:
        print(f"{archive.name}, in a clean environment:")
        with tempfile.TemporaryDirectory() as folder:
            if not smoked(installed(archive, Path(folder)), Path(folder)):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
