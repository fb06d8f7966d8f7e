"""Settings of a search, and the names of its logs."""

from pathlib import Path

from harness.search import parser
from harness.search_methods.freedarts import make_settings
from harness.search_methods.searches import SearchPlan
from proxies.passes.objectives import Numerics


def test_logs_of_what_could_be_chosen_before_keep_their_names() -> None:
    """The names that version 0.1 gave.

    They hold a checksum of all that sensitivities depended on.
    """
    names = {
        ("synflow", "ones", "bypass"): "synflow-seed0-%s",
        ("snip", "normal", "train"): "snip-seed0-%s",
    }
    for (objective, alpha, batchnorm), name in names.items():
        args = parser().parse_args(
            [
                "--preset",
                "linearised",
                "--objective",
                objective,
                "--alpha",
                alpha,
                "--images",
                "noise",
            ]
        )
        (setting,) = make_settings(args)
        old = {
            "space": "nb201", "dataset": "cifar10", "objective": objective, "seed": 0,
            "alpha": alpha, "batchnorm": batchnorm,
            "images": "" if objective == "synflow" else "noise",
            "dtype": "float32" if objective == "synflow" else "float64",
            "channels": None, "cells": None, "revision": 2,
        } | ({} if objective == "synflow" else {"batch": 64})  # fmt: skip
        assert setting.key() == old
        path = SearchPlan(("one-shot",), True, None, Path()).log(setting)
        assert path.name.startswith(name.partition("%")[0])


def test_the_authors_preset_is_the_default_and_single_options_change_it() -> None:
    def numerics(*options: str) -> Numerics:
        return make_settings(parser().parse_args(list(options)))[0].numerics

    assert numerics() == Numerics("normal", 1e-3, "absolute", "absolute", "train")
    assert numerics("--space", "darts") == Numerics("normal", 1e-3, "signed", "absolute", "train")
    assert numerics("--space", "darts", "--objective", "grasp") == Numerics(
        "normal", 1e-3, "signed", "absolute", "train"
    )
    assert numerics("--objective", "snip") == Numerics("normal", 1e-3, "signed", "drawn", "train")
    assert numerics("--alpha", "ones", "--batchnorm", "bypass") == Numerics(
        "ones", 1.0, "absolute", "absolute", "bypass"
    )
    assert numerics("--preset", "linearised") == Numerics(
        "ones", 1.0, "absolute", "absolute", "bypass"
    )
    assert numerics("--preset", "linearised", "--alpha", "normal").gate_scale == 1e-3
    assert numerics("--gate-scale", "0.1").gate_scale == 0.1
