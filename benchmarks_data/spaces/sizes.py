"""How many cells a supernet may have."""

from __future__ import annotations

from typing import Protocol

from benchmarks_data.errors import InputError


class Sized(Protocol):
    """A search space: ``least_cells`` is None where its networks have no cells to count."""

    name: str

    @property
    def least_cells(self) -> int | None: ...


def check_cells(space: Sized, cells: int | None) -> None:
    """Raise InputError for a number of cells that the supernet of a space cannot have.

    None is the published number.
    """
    if cells is None:
        return
    if space.least_cells is None:
        raise InputError(f"the networks of {space.name} have no cells to count: leave --cells out")
    if cells < space.least_cells:
        raise InputError(
            f"a network of fewer than {space.least_cells} cells has no normal cell in "
            f"{space.name}: not --cells {cells}"
        )
