"""Files that come with the project.

In a checkout they lie under ``reports/``, installed inside this package.

``harness/data`` holds links to the folders of the checkout, whose files a build puts into the
package.
"""

from __future__ import annotations

from pathlib import Path


def shipped(path: Path) -> Path:
    """Return *path*, which begins with ``reports/``, where it exists.

    Else where the project's own file of that name lies.
    """
    return (
        path if path.exists() else Path(__file__).parents[1] / "data" / path.relative_to("reports")
    )
