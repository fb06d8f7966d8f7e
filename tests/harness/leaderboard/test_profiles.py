import csv
from pathlib import Path

import pytest

import proxies
from harness.leaderboard.profiles import AGGREGATE, BASELINE, CODE, PROXY, TUNED, Link, profile

REFERENCES = Path("tests/conformance/references.csv")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_profile_says_what_a_score_needs_and_whose_it_is() -> None:
    zico = profile("zico")
    assert zico.kind == PROXY
    assert zico.needs == ("images", "labels", "gradients")
    assert zico.paper == Link("Li et al. 2023", "https://arxiv.org/abs/2301.11300")
    assert zico.title == "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on Gradients"
    assert [one.text for one in zico.code] == ["ZiCo"]
    assert zico.code[0].address.startswith("https://github.com/SLDGroup/ZiCo/tree/")
    assert zico.module == "proxies/zico.py"
    assert zico.trained == 0


@pytest.mark.parametrize(
    ("name", "kind", "needs"),
    [
        ("params", BASELINE, ()),
        ("l2_norm", PROXY, ()),
        ("zeros", PROXY, ("gradients",)),
        ("zeros[objective=snip]", PROXY, ("images", "labels", "gradients")),
        ("naswot", PROXY, ("images",)),
        ("swap", PROXY, ("images",)),
        ("swap[mu=0.6,sigma=0.1]", TUNED, ("images",)),
        ("az_nas", AGGREGATE, ("gradients",)),
        ("vote[of=naswot+params]", AGGREGATE, ("images",)),
    ],
)
def test_options_and_components_decide_what_is_needed(
    name: str, kind: str, needs: tuple[str, ...]
) -> None:
    made = profile(name)
    assert (made.kind, made.needs) == (kind, needs)


@pytest.mark.parametrize("name", proxies.registered())
def test_every_proxy_has_a_profile_and_its_own_anchor(name: str) -> None:
    made = profile(name)
    assert made.summary
    assert made.summary not in made.explanation
    assert made.anchor == f"proxy-{name}"
    assert (Path.cwd() / made.module).is_file()
    assert (made.paper is None) == (made.kind == BASELINE)
    assert made.title or made.paper is None


def test_an_anchor_has_no_character_that_an_address_cannot_have() -> None:
    assert profile("zeros[aggregate=min]").anchor == "proxy-zeros-aggregate-min"


def test_the_code_of_scores_is_what_the_conformance_tests_compare_with() -> None:
    compared = {
        (one["proxy"].partition("[")[0], one["repository"], one["commit"])
        for one in rows(REFERENCES)
    }
    known = {(one["proxy"], one["repository"], one["commit"]) for one in rows(CODE)}
    assert {one for one in known if one[2]} == compared
    assert {proxy for proxy, _, _ in known} <= set(proxies.registered())


def test_a_tuned_prior_is_said_to_be_one() -> None:
    assert profile("swap[mu=0.6,sigma=0.1]").explanation[0] == (
        "Tuned prior: swap[mu=0.6,sigma=0.1] is not free of trained networks, as mu and sigma are "
        "a prior on size that somebody has tuned."
    )
