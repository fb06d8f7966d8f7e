"""Changes to a file of a baseline."""

from pathlib import Path


def changed(baseline: Path, folder: Path, old: str, new: str) -> Path:
    text = baseline.read_text()
    assert old in text
    path = folder / "nb201.csv"
    path.write_text(text.replace(old, new, 1))
    return path


def row(baseline: Path, proxy: str, quantity: str) -> str:
    return next(
        line for line in baseline.read_text().splitlines() if f",{proxy},{quantity}," in line
    )


def with_value(line: str, value: object) -> str:
    """Return a row with another value: the last but one, before the input."""
    start, _, end = line.rsplit(",", 2)
    return f"{start},{value},{end}"
