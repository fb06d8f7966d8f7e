"""The tables of a run's report: the columns of each, and the texts above them."""

from __future__ import annotations

from harness.reporting.tables import interval, number, text

TOGETHER = (
    "simultaneous: all of the family hold together in 95 of 100 samples; blank where "
    "there is no variation"
)
CORRELATIONS_TEXT = (
    "Scores rank by their mean rank over seeds. Group: scores that share a letter do not differ "
    "significantly (compact letter "
    "display of all comparisons of two). Accuracies after a short training, where the table has "
    "them, are in no group."
)
PAIRS_TEXT = (
    "Differences of tau on the same architectures. Intervals and p values are corrected for all "
    "comparisons of the family in one "
    "procedure: an interval excludes 0 exactly where p, family, is below .05. Identical rankings "
    "count as one."
)
DECLARED_TEXT = (
    " The family is that of these comparisons, which were declared when the run or "
    "report was started (--against)."
)
SIZE_TEXT = (
    "How far a score says more than how large a network is. Difference: tau with params less the "
    "target's own tau with params; "
    "above 0 the score follows size more than the target does. Shuffled: the tau that is left "
    "when scores are shuffled among "
    "architectures of equal size, which destroys all that they say beyond it; beyond: how far "
    "the score's own tau lies above. "
    "Intervals of "
    "the difference and of tau at equal live params are simultaneous for all rows of the table."
)
POPULATIONS_TEXT = (
    "The same scores among fewer architectures: connected has those with a path from input to "
    "output, unique one of each class of "
    "isomorphic ones, that of the lowest index. Scores that combine ranks keep those that they "
    "have in the run's population."
)
PARTS_TEXT = (
    "Tau with its 95 % interval within each part of the benchmark, and weighted: every pair of "
    "architectures, of one part or of two, counts as often as among all of the benchmark. The "
    "intervals are for other architectures drawn within the parts. All other numbers of this "
    "report are about the sample as it is."
)
SEARCH_TEXT = (
    "What a search would gain. Ties are broken by lot: values are means over all orders of the "
    "tied. In brackets are 95 % "
    "intervals of the sampling error; there is none where too few architectures are among the "
    "top, and none for regret, which "
    "hangs on single architectures. The last row is what random orders reach: the expectation, "
    "and in brackets the range that "
    "95 % of them are in. Regret at k: what is lost by training only the k highest; where k is a "
    "large part of the architectures, "
    "random orders lose little too. Gain: normalised discounted cumulative gain; a point of "
    "accuracy more counts twice as much."
)
CEILINGS_TEXT = (
    "What a score without noise would reach, and how well trained accuracies agree on the same "
    "architectures. The true expected "
    "accuracy is estimated from single runs: two runs are both noisy, so that their tau is "
    "lower. Best and last epoch: of the same training. Fewer epochs: a little training."
)
COMPONENTS_TEXT = (
    "The standard deviation of tau when one thing alone is drawn anew: as many architectures, "
    "the weights, the batch, what a pair "
    "of both adds, the seed that draws both, the trainings behind the target. The interval is "
    "for all of them together, where all "
    "architectures are scored for these. Blank is unknown: a single seed does not tell it, and "
    "no other interval includes it."
)
SEEDS_TEXT = "Tau of each seed alone, and of the mean rank over seeds."
PROXY = text("proxy", "proxy")
INPUT = text("input", "input", "images that the score read; blank: none")
CORRELATIONS = (
    PROXY,
    number("tau", "tau", "Kendall's tau-b"),
    interval("tau_low", "tau_high"),
    text("group", "group", "scores that share a letter do not differ significantly"),
    number("nDCG", "ndcg", "normalised discounted cumulative gain of the top tenth by score"),
    number(
        "mean regret",
        "regret_mean",
        "points of accuracy below the best, averaged over budgets of 1, 2, 4, ... to the top tenth",
        ".2f",
    ),
    number("rho", "rho", "Spearman's rank correlation"),
    number("r", "r", "Pearson's correlation of finite scores"),
    number("n of r", "r_n", "architectures with a finite score and a target", "d"),
    number("n", "n", "architectures with a score and a target", "d"),
    number("missing", "missing", "architectures with a target but no score", "d"),
    number("-inf", "minus_inf", "architectures that score -inf, the lowest", "d"),
    number(
        "seconds",
        "seconds",
        "mean time for an architecture: passes that the score reads, and its formula",
        ".2g",
    ),
    INPUT,
)
PAIRS = (
    text("score", "other"),
    number("difference", "difference", "of the two taus, as the title has them", "+z.3f"),
    interval("low", "high", TOGETHER),
    number("p", "p", "two-sided, of this comparison alone", ".2g"),
    number("p, family", "p_family", "corrected for all comparisons of the family", ".2g"),
    number("tau between", "tau_between", "tau of one score with the other"),
    number("n", "n", "architectures with both scores and the target", "d"),
    INPUT,
)
SIZE = (
    PROXY,
    number("tau with params", "tau_params", "tau of the score with the number of parameters"),
    number(
        "difference",
        "excess_params",
        "tau of the score with params less tau of the target with params",
        "+z.3f",
    ),
    interval("excess_params_low", "excess_params_high", TOGETHER),
    number(
        "shuffled",
        "tau_shuffled_params",
        "mean tau of scores shuffled within groups of equal params",
    ),
    number("beyond params", "beyond_params", "tau less that of shuffled scores", "+z.3f"),
    interval("beyond_low_params", "beyond_high_params"),
    number("p", "p_beyond_params", "of the permutation test", ".2g"),
    number(
        "beyond live params",
        "beyond_live_params",
        "the same with groups of equal live params",
        "+z.3f",
    ),
    interval("beyond_low_live_params", "beyond_high_live_params"),
    number(
        "tau at equal live params",
        "tau_equal_live_params",
        "over pairs with as many live parameters as one another",
    ),
    interval("tau_equal_live_params_low", "tau_equal_live_params_high", TOGETHER),
    INPUT,
)
LEFT = (
    PROXY,
    number(
        "gain",
        "gain_sizes",
        "out of sample, over the sizes that are known",
        "+z.3f",
    ),
    interval("gain_sizes_low", "gain_sizes_high"),
    number(
        "tau given sizes",
        "tau_given_sizes",
        "of what the sizes leave of the target with what they leave of the score",
        "+.3f",
    ),
    interval("tau_given_sizes_low", "tau_given_sizes_high"),
    number("tau alike", "tau_alike", "over pairs of networks that are alike", "+.3f"),
    interval("tau_alike_low", "tau_alike_high"),
    number("p", "p_alike", "of the permutation test within strata", ".2g"),
    number("p, family", "p_alike_family", "corrected for all rows of the table", ".2g"),
    number("networks", "n_alike", "in a stratum with another one", ",.0f"),
    number("strata", "strata_alike", "", ",.0f"),
    INPUT,
)
#: Metrics of search.csv: heading, meaning, and how their numbers are written.
SEARCH = {
    "tau_top10": (
        "tau, top {k}",
        "among the {k} with the highest accuracies ({share} of {n})",
        ".2f",
    ),
    "precision_top10": (
        "precision, {k}",
        "share of the {k} highest by score that is in the {k} highest by accuracy ({share} of {n})",
        ".2f",
    ),
    "precision_top1": (
        "precision, {k}",
        "share of the {k} highest by score that is in the {k} highest by accuracy ({share} of {n})",
        ".2f",
    ),
    "ndcg": (
        "gain, {k}",
        "normalised discounted cumulative gain of the {k} highest by score ({share} of {n})",
        ".2f",
    ),
    "regret_1": (
        "regret at {k} ({share})",
        "points of accuracy below the best, training the highest of {n}",
        ".2f",
    ),
    "regret_10": ("regret at {k} ({share})", "training the {k} highest of {n}", ".2f"),
    "regret_100": ("regret at {k} ({share})", "training the {k} highest of {n}", ".2f"),
    "regret_mean": (
        "mean regret to {k} ({share})",
        "averaged over budgets of 1, 2, 4, ... {k} of {n}",
        ".2f",
    ),
}
CEILINGS = (
    text("between", "what"),
    text("one", "one"),
    text("other", "other"),
    number("tau", "tau"),
    interval("tau_low", "tau_high"),
    number("n", "n", "", "d"),
)
COMPONENTS = (
    PROXY,
    number("tau", "tau"),
    number("seeds", "seeds", "", ".0f"),
    number("batches", "batches", "of other seeds, each with every seed", ".0f"),
    number("architectures", "sd_architectures", "standard deviation of tau", ".4f"),
    number("weights", "sd_weights", "", ".4f"),
    number("batch", "sd_batches", "", ".4f"),
    number("both", "sd_both", "", ".4f"),
    number("seed", "sd_seeds", "of weights and batch; 0 for a deterministic score", ".4f"),
    number("training", "sd_training", "of the target", ".4f"),
    interval("tau_low_all", "tau_high_all"),
)
SEEDS = (
    PROXY,
    number("tau", "tau", "of the mean rank over seeds"),
    number("mean of seeds", "tau_seeds_mean"),
    number("deviation", "tau_seeds_sd", "standard deviation of the taus of single seeds"),
    INPUT,
)
