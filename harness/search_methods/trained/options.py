"""The command lines of searches that train a supernet."""

from __future__ import annotations

import argparse
import math

from benchmarks_data.command import Parser, given_path
from harness.scoring.job import DTYPES
from harness.search_methods.options import add_space
from harness.search_methods.trained.methods import TRAINED, Trained
from harness.terminal.config_file import add_config
from harness.terminal.options import add_device, add_tables, add_targets, natural, positive, scale

#: What is chosen by; torch is not imported to say so.
SELECTED_BY = ("argmax", "zeros-snip", "zeros-synflow", "perturbation")


def parser(method: Trained, prog: str) -> argparse.ArgumentParser:
    """Return the argument parser of a method."""
    p = Parser(prog, f"Search by training. The method {method.name} {method.description}.")
    p.add_argument("--method", choices=list(TRAINED), help="--list says more")
    _add_searched(p)
    _add_grid(p, method)
    _add_steps(p, method)
    _add_end(p)
    against = p.add_argument_group("what it is compared with")
    add_targets(against, "test accuracies")
    add_tables(against)
    against.add_argument(
        "--beside", type=given_path, nargs="+", default=[], metavar="DIR",
        help="folders of other searches of the space: FreeDARTS', trained ones, or by a proxy",
    )  # fmt: skip
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="where results and checkpoints go (default: reports/search-SPACE-METHOD)",
    )
    add_config(p)
    return p


def _add_searched(p: argparse.ArgumentParser) -> None:
    what = p.add_argument_group("what is searched")
    add_space(what)
    what.add_argument(
        "--images", type=given_path, metavar="FILE.npz",
        help="real 'images' and 'labels', each class at least twice (needed)",
    )  # fmt: skip
    what.add_argument(
        "--seeds", type=positive, default=1, metavar="N",
        help="seeds 0 to N-1 of weights, alpha, halves and batches (default: 1)",
    )  # fmt: skip


def _add_grid(p: argparse.ArgumentParser, method: Trained) -> None:
    grid = p.add_argument_group("proxies of the search: several numbers make a grid")
    grid.add_argument(
        "--images-count", type=positive, nargs="+", metavar="N",
        help="images, as many of each class (default: all)",
    )  # fmt: skip
    grid.add_argument(
        "--channels", type=positive, nargs="+", metavar="N",
        help="initial channels of the supernet (default: as published)",
    )  # fmt: skip
    grid.add_argument(
        "--cells", type=positive, nargs="+", metavar="N",
        help="cells of the supernet, in nb201 of a stage (default: as published)",
    )  # fmt: skip
    grid.add_argument(
        "--epochs", type=positive, nargs="+", default=[method.epochs], metavar="N",
        help=f"through half of the images (default: {method.epochs})",
    )  # fmt: skip


def _add_steps(p: argparse.ArgumentParser, method: Trained) -> None:
    """Add how it is trained; long, since one option follows another."""
    how = p.add_argument_group("how it is trained (defaults: the papers')")
    how.add_argument("--batch", type=positive, default=64, metavar="N", help="(default: 64)")
    how.add_argument(
        "--rate", type=scale, default=0.025, metavar="X", help="of the weights (default: 0.025)"
    )
    how.add_argument(
        "--least-rate", type=_amount, default=0.001, metavar="X",
        help="where its cosine ends (default: 0.001)",
    )  # fmt: skip
    how.add_argument("--momentum", type=_amount, default=0.9, metavar="X", help="(default: 0.9)")
    how.add_argument(
        "--decay", type=_amount, default=3e-4, metavar="X", help="of the weights (default: 3e-4)"
    )
    how.add_argument(
        "--clip", type=scale, default=5.0, metavar="X",
        help="largest norm of the weights' gradient (default: 5)",
    )  # fmt: skip
    how.add_argument(
        "--alpha-rate", type=scale, default=3e-4, metavar="X", help="of Adam (default: 3e-4)"
    )
    how.add_argument(
        "--alpha-decay", type=_amount, default=1e-3, metavar="X", help="of alpha (default: 1e-3)"
    )
    how.add_argument(
        "--beta", type=_amount, default=method.beta, metavar="X",
        help="factor of beta-decay: X (e - 1) / E in epoch e of E, so that the last has "
            f"X (E - 1) / E; 0 is none (default: {method.beta:g})",
    )  # fmt: skip
    how.add_argument(
        "--flood", type=_amount, default=method.flood, metavar="X",
        help="flood level of the weights' loss; 0 is none; of beta-darts++ this project's, since "
            f"the paper's could not be read (default: {method.flood:g})",
    )  # fmt: skip
    how.add_argument(
        "--radius", type=scale, default=0.01, metavar="X",
        help="length of the finite difference of second order (default: 0.01)",
    )  # fmt: skip
    how.add_argument(
        "--enter-every", type=positive, default=2, metavar="N",
        help="epochs from one operation's entry to the next, of opp-darts (default: 2)",
    )  # fmt: skip
    how.add_argument(
        "--augment", choices=("crop-flip", "none"), default="crop-flip",
        help="random crops and mirror images (default: crop-flip)",
    )  # fmt: skip
    how.add_argument("--dtype", choices=DTYPES, default="float32", help="(default: float32)")
    add_device(how)


def _add_end(p: argparse.ArgumentParser) -> None:
    end = p.add_argument_group("what is chosen in the end")
    end.add_argument(
        "--select", nargs="+", choices=SELECTED_BY, default=["argmax"],
        help="by the largest alpha, by ZEROS of the trained supernet, or by perturbation "
            "(default: argmax)",
    )  # fmt: skip
    end.add_argument(
        "--tune", type=natural, default=5, metavar="N",
        help="epochs of tuning between two decisions of perturbation (default: 5)",
    )  # fmt: skip


def _amount(text: str) -> float:
    """Parse a number from 0 on for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, not {text!r}")
    return value
