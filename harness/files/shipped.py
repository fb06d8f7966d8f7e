"""Files that come with the project.

In a checkout they lie under ``reports/``, installed inside this package.

``harness/data`` holds links to the folders of the checkout, whose files a build puts into the
package.
"""

from __future__ import annotations

from pathlib import Path


def shipped(path: Path) -> Path:
    """Return *path*, which begins with ``reports/``, where it is a file, or a folder with its
    index.json.

    Else where the project's own file or folder of that name lies.
    """
    there = path.is_file() or (path / "index.json").is_file()
    return path if there else Path(__file__).parents[1] / "data" / path.relative_to("reports")
