"""How a supernet's sensitivities can be measured: words that commands offer. Needs no torch."""

OBJECTIVES = ("synflow", "snip", "grasp")
ALPHAS = ("ones", "normal")
BATCHNORMS = ("bypass", "train")


def default_batchnorm(objective: str) -> str:
    """Return what batch normalisation does under an objective unless told otherwise."""
    return "bypass" if objective == "synflow" else "train"
