"""Every proxy against the code of its authors, on the same weights and inputs.

How the values were made: README.md.
"""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.conformance import references, setting
from tests.conformance.__main__ import table
from tests.conformance.references import REFERENCES

#: Where ours is their formula: rounding alone may differ. (Their Fisher information is rounded to
#: float32.)
TOLERANCE = 1e-6
EXACT = REFERENCES.index[REFERENCES["deviation"] == ""]
DEVIATING = REFERENCES.index[REFERENCES["deviation"] != ""]


@pytest.fixture(scope="module")
def ours() -> dict[str, list[float]]:
    return setting.scores(dict.fromkeys(REFERENCES["proxy"]))


def test_there_is_a_value_for_every_cell() -> None:
    counts = references.VALUES.groupby("reference")["cell"].agg(list).to_dict()
    assert counts == dict.fromkeys(REFERENCES.index, setting.CELLS)
    assert REFERENCES["commit"].str.fullmatch("[0-9a-f]{40}").all()


def test_the_documentation_has_the_table() -> None:
    assert table() in (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("reference", EXACT)
def test_our_score_is_that_of_the_reference(reference: str, ours: dict[str, list[float]]) -> None:
    mine, theirs = ours[REFERENCES.loc[reference, "proxy"]], references.values(reference)
    assert mine == pytest.approx(theirs, rel=TOLERANCE, nan_ok=True)
    assert references.tau(mine, theirs) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("reference", DEVIATING)
def test_where_we_deviate_the_difference_is_the_one_on_record(
    reference: str, ours: dict[str, list[float]]
) -> None:
    row, mine, theirs = (
        REFERENCES.loc[reference],
        ours[REFERENCES.loc[reference, "proxy"]],
        references.values(reference),
    )
    assert references.tau(mine, theirs) == pytest.approx(float(row["tau"]), abs=5e-4)
    assert references.largest_difference(mine, theirs) == pytest.approx(
        float(row["difference"]), rel=1e-2
    )
    assert references.undefined(mine, theirs) == int(row["undefined"])


def test_epe_nas_leaves_out_classes_with_one_image(ours: dict[str, list[float]]) -> None:
    """In the reference each of them counts log(1 + 1e-5)."""
    drawn = setting.labels().tolist()
    alone = sum(drawn.count(label) == 1 for label in set(drawn))
    mine, theirs = ours[REFERENCES.loc["epe_nas", "proxy"]], references.values("epe_nas")
    differences = [b - a for a, b in zip(mine, theirs, strict=True) if not math.isnan(a)]
    assert alone > 0
    assert differences == pytest.approx([alone * math.log(1 + 1e-5)] * len(differences), rel=1e-4)


def test_vkdnw_has_the_entropy_of_the_reference(ours: dict[str, list[float]]) -> None:
    """The score is the number of tensors and a third of it; the number alone is most of a score."""
    mine, theirs = (np.array(side) % 1 * 3 for side in (ours["vkdnw"], references.values("vkdnw")))
    assert mine == pytest.approx(theirs, rel=TOLERANCE, abs=1e-8)
    assert np.unique(mine.round(6)).size > len(mine) / 2
