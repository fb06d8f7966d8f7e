"""How a supernet's sensitivities can be measured: words that commands offer. Needs no torch."""

OBJECTIVES = ("synflow", "snip", "grasp")
ALPHAS = ("ones", "normal")
BATCHNORMS = ("bypass", "train")
#: What makes sensitivities useless: comparing them would then choose by position alone.
OVERFLOWN = "the sensitivities overflow: compute in float64, or with batchnorm=bypass"
VANISHED = "the gradients vanished: every sensitivity is 0"


def default_batchnorm(objective: str) -> str:
    """Return what batch normalisation does under an objective unless told otherwise."""
    return "bypass" if objective == "synflow" else "train"
