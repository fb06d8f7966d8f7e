"""The published NAS-Bench-101 network, built by the package nasbench-pytorch, for inputs (batch, 3,
height, width).

Stem convolution with 128 channels; three stacks of three cells, whose channels double and whose
height and width halve from one to the next; global average pooling, linear classifier. Source: Ying
et al., ICML 2019, section 2.3.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from nasbench_pytorch.model import ModelSpec
from nasbench_pytorch.model import Network as Published
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import initialise
from benchmarks_data.nb101.space import Cell

NAMES = {"c3": "conv3x3-bn-relu", "c1": "conv1x1-bn-relu", "mp": "maxpool3x3"}


class Network(nn.Module):
    """The network of one cell: (batch, 3, height, width) -> logits (batch, classes)."""

    pixelwise: ClassVar[bool] = True

    def __init__(self, cell: Cell, classes: int, seed: int) -> None:
        super().__init__()
        words = ["input", *(NAMES[kind] for kind in cell.operations), "output"]
        spec = ModelSpec(cell.matrix, words)
        with torch.device(
            "meta"
        ):  # where the package's own draw of weights changes no random state
            published = Published(spec, num_labels=classes)
        self.published: Any = _without_placeholders(published).to_empty(device="cpu")
        self._cell = cell
        for module in list(self.modules()):
            _under_one_name(module)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.reset_parameters()
        initialise(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.published(x)
        return logits

    @property
    def operations(self) -> list[Operation]:
        """Every inner vertex's operation in every cell, in the place of the edge from the vertex to
        itself.
        """
        cells = [self.published.layers[number] for number in sorted(self.published.cell_indices)]
        return [
            Operation(number, (vertex, vertex), kind, True, cell.vertex_op[vertex])
            for number, cell in enumerate(cells)
            for vertex, kind in enumerate(self._cell.operations, 1)
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The cells and the poolings between stacks, each of which reads the output of the one
        before.
        """
        return list(self.published.layers)[1:]


def _under_one_name(module: nn.Module) -> None:
    """Let a cell hold its last projection as a plain attribute, since it is among the others as
    well.

    ``torch.func.functional_call`` does not put back the weights of a module that has two names.
    """
    if "last_inop" in module._modules:
        module.__dict__["last_inop"] = module._modules.pop("last_inop")


def _without_placeholders(network: nn.Module) -> nn.Module:
    """Take the package's unused scalars out of *network*'s parameters.

    They are none of the published network's.
    """
    for module in network.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if parameter.numel() == 0 or parameter.dim() == 0:
                del module._parameters[name]
                module.register_buffer(
                    name, torch.empty(parameter.shape, device="cpu"), persistent=False
                )
    return network
