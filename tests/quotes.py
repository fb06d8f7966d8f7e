"""What pages say of runs on the scores that come with the harness.

What another run makes does not belong here: the end of docs/results.md says which numbers these
are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Runs by name and targets: the columns of a table.
Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Quote:
    """Numbers of a page.

    Attributes:
        page: its file.
        text: as it stands there, whitespace folded. Its numbers are, for each column, one with its
            interval or all without.
        proxy: whose numbers they are.
        columns: of which runs and targets.
        what: ``tau``, ``less X`` (tau less that of X), ``given`` (tau given the sizes) or ``left``
            (gain over the sizes, and tau among networks alike).
    """

    page: str
    text: str
    proxy: str
    columns: Columns
    what: str = "tau"


def _gradients(batch: int) -> list[str]:
    names = [f"{name}[batch={batch}]" for name in ("snip", "grad_norm", "fisher", "plain")]
    return [*names, f"zeros[objective=snip,batch={batch}]", "l2_norm"]


def _columns(run: str, *targets: str) -> Columns:
    return tuple((run, target) for target in targets)


C10, C100, I16 = "cifar10_test_200ep", "cifar100_test_200ep", "imagenet16-120_test_200ep"
CHAINS = ["class_object", "class_scene", "room_layout", "jigsaw"]
CHAINS += ["segmentsemantic", "normal", "autoencoder"]
SETTINGS = ["cls-50-1000_top1", "cls-50-100_top1", "cls-10-1000_top1", "cls-10c_top1"]
PIT = ["cifar100_test", "flowers_test", "chaoyang_test", "cifar100_distilled_test"]
FREE = ["zeros", "synflow", "l2_norm"]
FORMS = ["zeros", "zeros[aggregate=min]", "zeros[aggregate=sum]", "synflow", "l2_norm"]
ENCODERS = ["swap[batch=62,activations=any]", *_gradients(4)]
NEWER = ["layers", "near", "intrain", "wrcor", "vkdnw", "vkdnw_agg", "meco", "meco_opt"]
NEWER += ["gradsign", "dextr", "swap", "az_nas", "zico", "naswot", "snip", "synflow", "zeros"]
FIRST = ["meco_opt", "az_nas", "near", "intrain", "zeros", "plain"]
#: The arguments of `harness.evaluate` that the commands on the pages have, by name of the run.
RUNS: dict[str, dict[str, Any]] = {
    "installed": {"proxies": "zeros", "archs": "all", "table": None},
    "all": {"proxies": FREE, "archs": "all", "target": [C10, C100, I16]},
    "sss": {"benchmark": "nats_sss", "proxies": FREE, "archs": 500},
    "nbmacro": {"benchmark": "nbmacro", "proxies": FREE, "archs": 500},
    "darts": {
        **{"benchmark": "darts_bench", "proxies": FORMS, "archs": "all"},
        "target": ["cifar10_valid_50ep", "cifar10_valid_10ep"],
    },
    "nb301": {
        **{"benchmark": "nb301", "archs": "all", "target": "svhn_valid"},
        "proxies": ["zeros", "zeros[aggregate=min]", "synflow", "l2_norm"],
    },
    "chains": {
        **{"benchmark": "transnas101_macro", "proxies": FORMS},
        **{"archs": 200, "target": CHAINS},
    },
    "60 chains": {
        **{"benchmark": "transnas101_macro", "proxies": "naswot[batch=4]"},
        **{"archs": 60, "target": CHAINS},
    },
    "settings": {
        **{"benchmark": "nas_bench_mr", "proxies": FORMS, "archs": 200, "target": SETTINGS}
    },
    "wt103": {"benchmark": "gpt2_wt103", "proxies": _gradients(16), "archs": "all"},
    "lm1b": {"benchmark": "gpt2_lm1b", "proxies": _gradients(16), "archs": "all"},
    "flexibert": {
        **{"benchmark": "flexibert", "proxies": ENCODERS, "archs": 200, "target": "glue_valid"}
    },
    "trained": {
        **{"benchmark": "flexibert_trained", "proxies": ENCODERS},
        **{"archs": 200, "target": "glue_valid"},
    },
    "pit": {"benchmark": "pit", "proxies": _gradients(4), "archs": "all", "target": PIT},
    "newer 10": {"dataset": "cifar10", "proxies": NEWER, "archs": 100, "target": C10},
    "newer 100": {"dataset": "cifar100", "proxies": NEWER, "archs": 100, "target": C100},
    "newer 120": {"dataset": "imagenet16-120", "proxies": NEWER, "archs": 100, "target": I16},
    "1000 10": {"dataset": "cifar10", "proxies": FIRST, "archs": 1000, "target": C10},
    "1000 100": {"dataset": "cifar100", "proxies": FIRST, "archs": 1000, "target": C100},
    "1000 120": {"dataset": "imagenet16-120", "proxies": FIRST, "archs": 1000, "target": I16},
    "100 of nb101": {
        **{"benchmark": "nb101", "proxies": FREE, "archs": 100, "table": "nb101_random.csv.gz"}
    },
    "100 of sss": {"benchmark": "nats_sss", "proxies": FREE, "archs": 100},
    "100 of nbmacro": {"benchmark": "nbmacro", "proxies": FREE, "archs": 100},
}
INSTALLED = _columns("installed", "cifar10_test")
ALL = _columns("all", C10, C100, I16)
SSS = _columns("sss", "cifar10_test_90ep")
SPACES = (*SSS, *_columns("nbmacro", "cifar10_test"))
DARTS = _columns("darts", "cifar10_valid_50ep", "cifar10_valid_10ep")
SVHN = _columns("nb301", "svhn_valid")
WT103 = _columns("wt103", "wt103_test_perplexity")
LM1B = _columns("lm1b", "lm1b_test_perplexity")
FLEXIBERT, TRAINED = _columns("flexibert", "glue_valid"), _columns("trained", "glue_valid")
NEW = (("newer 10", C10), ("newer 100", C100), ("newer 120", I16))
THOUSAND = (("1000 10", C10), ("1000 100", C100), ("1000 120", I16))
LEFT = (
    ("100 of nb101", "cifar10_test_108ep"),
    ("100 of sss", "cifar10_test_90ep"),
    ("100 of nbmacro", "cifar10_test"),
)
README, RESULTS, MACRO = "README.md", "docs/results.md", "docs/macro.md"
LANGUAGE, ENCODER, NEWER_PAGE = "docs/language-models.md", "docs/transformers.md", "docs/newer.md"
DARTS_PAGE = "docs/darts.md"
QUOTES = [
    Quote(README, "live_params 0.644 0.609 to 0.678", "live_params", INSTALLED),
    Quote(README, "zeros 0.577 0.532 to 0.620", "zeros", INSTALLED),
    Quote(README, "params 0.568 0.549 to 0.586", "params", INSTALLED),
    Quote(README, "**ZEROS** has tau .581 (.533 to .625)", "zeros", ALL[:1]),
    Quote(README, "SynFlow .582", "synflow", ALL[:1]),
    Quote(README, "`meco_opt` (.741)", "meco_opt", THOUSAND[:1]),
    Quote(README, "`az_nas` (.740)", "az_nas", THOUSAND[:1]),
    Quote(NEWER_PAGE, "`meco_opt` (.741, .738, .714)", "meco_opt", THOUSAND),
    Quote(NEWER_PAGE, "`az_nas` (.740, .724, .693)", "az_nas", THOUSAND),
    Quote(NEWER_PAGE, "`near` (.685, .695, .676)", "near", THOUSAND),
    Quote(NEWER_PAGE, "`intrain` (.673, .680, .672)", "intrain", THOUSAND),
    Quote(
        RESULTS,
        "| `live_params` | 0.668 (0.644 to 0.690) | | 0.640 (0.616 to 0.663) | | "
        "0.628 (0.603 to 0.652) |",
        *("live_params", THOUSAND),
    ),
    Quote(README, "worse than chance: tau -.124 (-.174 to -.074)", "zeros", DARTS[:1]),
    Quote(README, "NATS-Bench's size space (.799", "zeros", SSS),
    Quote(README, "against .713)", "params", SSS),
    Quote(README, "without embeddings, tau .85 to .91", "params_nonembedding", (*WT103, *LM1B)),
    Quote(
        RESULTS,
        "| tau of `zeros` | .581 (.533 to .625) | .568 (.525 to .608) | .558 (.512 to .601) |",
        *("zeros", ALL),
    ),
    Quote(
        RESULTS,
        "tau of `live_params` | .654 (.617 to .688) | .628 (.594 to .660) | .608 (.569 to .643) |",
        *("live_params", ALL),
    ),
    Quote(
        RESULTS,
        "| less that of `synflow` | -.002 (-.005 to +.001) | -.002 (-.005 to +.001) | "
        "-.002 (-.006 to +.001) |",
        *("zeros", ALL, "less synflow"),
    ),
    Quote(
        RESULTS,
        "| less that of `params` (= `flops`) | +.003 (-.060 to +.066) | +.015 (-.043 to +.072) | "
        "+.038 (-.019 to +.095) |",
        *("zeros", ALL, "less params"),
    ),
    Quote(
        RESULTS,
        "| less that of `live_convs` | -.030 (-.060 to +.001) | -.054 (-.084 to -.024) | "
        "-.060 (-.092 to -.028) |",
        *("zeros", ALL, "less live_convs"),
    ),
    Quote(
        RESULTS,
        "| less that of `live_params` | -.073 (-.097 to -.050) | -.060 (-.083 to -.037) | "
        "-.049 (-.073 to -.026) |",
        *("zeros", ALL, "less live_params"),
    ),
    Quote(
        RESULTS,
        "| less that of `layers` | +.001 (-.045 to +.046) | -.026 (-.074 to +.022) | "
        "-.016 (-.066 to +.033) |",
        *("zeros", ALL, "less layers"),
    ),
    Quote(RESULTS, "`zeros` | .799 (.779 to .818) | .555 (.512 to .595) |", *("zeros", SPACES)),
    Quote(RESULTS, "`params` | .713 (.686 to .738) | .261 (.204 to .315) |", *("params", SPACES)),
    Quote(RESULTS, "beats size**: by .086 (.057 to .115)", "zeros", SSS, "less params"),
    Quote(DARTS_PAGE, "`zeros` | -.124 (-.174 to -.074) | -.210 (-.259 to -.159)", "zeros", DARTS),
    Quote(
        DARTS_PAGE,
        "`zeros[aggregate=min]` | -.122 (-.172 to -.071) | -.208 (-.258 to -.157)",
        *("zeros[aggregate=min]", DARTS),
    ),
    Quote(DARTS_PAGE, "`params` | .087 (.035 to .138) | -.026 (-.081 to .028)", "params", DARTS),
    Quote(DARTS_PAGE, "by .211 (.139 to .283)", "params", DARTS[:1], "less zeros"),
    Quote(DARTS_PAGE, "`zeros` | .380 (.294 to .459)", "zeros", SVHN),
    Quote(DARTS_PAGE, "`params` (= `live_params`) | .515 (.443 to .579)", "params", SVHN),
    Quote(DARTS_PAGE, "`zeros` given the sizes | .102 (.004 to .198)", "zeros", SVHN, "given"),
    Quote(
        MACRO,
        "`zeros` | .134 (.048 to .218) | .253 (.168 to .333) |",
        *("zeros", _columns("chains", *CHAINS[:2])),
    ),
    Quote(
        MACRO,
        "`flops` | .598 (.541 to .650) | .683 (.631 to .729) |",
        *("flops", _columns("chains", *CHAINS[:2])),
    ),
    Quote(
        MACRO,
        "`zeros` given the sizes | -.012 (-.101 to .078) | .009 (-.080 to .098) | "
        ".007 (-.096 to .109) |",
        *("zeros", _columns("chains", *CHAINS[4:]), "given"),
    ),
    Quote(
        MACRO,
        "`naswot[batch=4]` | .681 (.590 to .755) | .772 (.666 to .848) |",
        *("naswot[batch=4]", _columns("60 chains", *CHAINS[:2])),
    ),
    Quote(
        MACRO,
        "`jigsaw` by .150 (.028 to .272)",
        *("naswot[batch=4]", _columns("60 chains", "jigsaw"), "less flops"),
    ),
    Quote(
        MACRO,
        "`zeros` | .224 (.111 to .331) | -.424 (-.512 to -.328) |",
        *("zeros", _columns("settings", *SETTINGS[:2])),
    ),
    Quote(LANGUAGE, "`snip[batch=16]` | .858 (.834 to .879) |", "snip[batch=16]", WT103),
    Quote(LANGUAGE, "`params_nonembedding` | .847 (.822 to .868) |", "params_nonembedding", WT103),
    Quote(LANGUAGE, "`params_nonembedding` | .913 (.891 to .931) |", "params_nonembedding", LM1B),
    Quote(
        LANGUAGE,
        "behind them by .216 (.139 to .293)",
        *("params_nonembedding", LM1B, "less snip[batch=16]"),
    ),
    Quote(ENCODER, "`l2_norm` | .646 (.600 to .688) |", "l2_norm", FLEXIBERT),
    Quote(ENCODER, "parts) | .681 (.662 to .700) |", "live_convs", FLEXIBERT),
    Quote(ENCODER, "(by .164, .093 to .235)", "l2_norm", FLEXIBERT, "less params"),
    Quote(ENCODER, "`l2_norm` | .683 (.641 to .722) |", "l2_norm", TRAINED),
    Quote(
        ENCODER,
        "`snip[batch=4]` | .751 (.698 to .796) | .785 (.736 to .827) | .594 (.512 to .664) |",
        *("snip[batch=4]", _columns("pit", *PIT[:3])),
    ),
    Quote(
        ENCODER,
        "`params` | .716 (.648 to .773) | .769 (.712 to .816) | .545 (.460 to .620) |",
        *("params", _columns("pit", *PIT[:3])),
    ),
    Quote(
        NEWER_PAGE,
        "`meco_opt` | .725 (.656 to .782) | .680 (.599 to .748) | .671 (.587 to .741) |",
        *("meco_opt", NEW),
    ),
    Quote(
        NEWER_PAGE,
        "`vkdnw_agg` | .711 (.639 to .770) | .691 (.603 to .761) | .673 (.586 to .745) |",
        *("vkdnw_agg", NEW),
    ),
    Quote(
        NEWER_PAGE,
        "`dextr` | .650 (.573 to .716) | .638 (.557 to .706) | .638 (.550 to .713) |",
        *("dextr", NEW),
    ),
    Quote(
        NEWER_PAGE,
        "`zeros` | .612 (.521 to .690) | .601 (.504 to .683) | .605 (.510 to .685) |",
        *("zeros", NEW),
    ),
    Quote(NEWER_PAGE, "| all | 15,625 | .580 | .594 | .575 |", "layers", ALL),
    Quote(
        "docs/beyond.md",
        ".00 (-.03 to +.02); -.07 | **+.09 (+.05 to +.14); +.57** | +.01 (.00 to +.03); -.27 |",
        *("zeros", LEFT, "left"),
    ),
]
