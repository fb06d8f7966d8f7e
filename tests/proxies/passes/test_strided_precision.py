"""Networks in bfloat16: what is computed in float32 all the same."""

import pytest
import torch
from torch import Tensor, nn

from proxies.passes.precision import to_bfloat16


def gradient(convolution: nn.Conv2d, x: Tensor) -> Tensor:
    """Return that of the weights, after memory was left full of NaN."""
    for size in range(200, 60_000, 1_300):
        torch.full((size,), float("nan"), dtype=torch.bfloat16)
    out = convolution(x).float().square().sum()
    (weights,) = torch.autograd.grad(out, convolution.weight)
    return weights.float()


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("side", [1, 2])
def test_gradients_of_strided_convolutions_read_no_memory_that_nothing_has_written(
    kernel: int, side: int
) -> None:
    torch.manual_seed(0)
    exact = nn.Conv2d(8, 8, kernel, stride=2, padding=kernel // 2)
    x = torch.randn(4, 8, side, side)
    rounded = nn.Conv2d(8, 8, kernel, stride=2, padding=kernel // 2)
    rounded.load_state_dict(exact.state_dict())
    to_bfloat16(rounded)
    expected = gradient(exact, x)
    for _ in range(8):
        computed = gradient(rounded, x.bfloat16())
        torch.testing.assert_close(
            computed, expected, rtol=0.05, atol=0.05 * expected.abs().max().item()
        )
