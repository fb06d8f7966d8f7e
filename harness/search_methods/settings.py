"""What a search depends on, and the names of its logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.scoring.inputs import Images, key_of
from harness.search_methods.numerics import numbers_of
from proxies.passes.objectives import Numerics

#: Changes whenever sensitivities do, so that logged ones of an older definition are not reused.
REVISION = 2


@dataclass(frozen=True)
class Setting:
    """All that sensitivities depend on, besides the candidates that are left.

    Attributes:
        space, dataset: whose supernet is searched.
        objective, numerics, batch: as :func:`proxies.passes.supernet.operation_sensitivity` takes
            them.
        seed: of weights, gates and batches.
        images: where batches come from; None is Gaussian noise.
        dtype: of the computation.
        channels, cells: size of the supernet; None is the published one.
        device: of the computation; not part of what is logged.
    """

    space: str
    dataset: str
    objective: str
    seed: int
    numerics: Numerics
    batch: int
    images: Images
    dtype: str
    channels: int | None
    cells: int | None
    device: str

    def key(self) -> dict[str, Any]:
        """Return what identifies the sensitivities, as plain values.

        Of the numerics what was always so before it could be chosen is left out, so that older logs
        keep their names.
        """
        values = {
            name: value for name, value in vars(self).items() if name not in ("device", "numerics")
        }
        values |= numbers_of(self.objective, self.numerics)
        if self.objective == "synflow":
            del values["batch"]
            return {**values, "images": "", "revision": REVISION}
        # Until revision 3 grasp was computed with normalisation whatever was asked for.
        bypassed = self.objective == "grasp" and self.numerics.batchnorm == "bypass"
        return {**values, "images": key_of(self.images), "revision": REVISION + bypassed}
