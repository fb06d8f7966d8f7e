import subprocess
import sys

import pytest

import proxies
from benchmarks_data.errors import InputError
from harness.terminal.listing import proxy_description
from proxies.entries import Decimal, Names
from proxies.passes import NEEDS, PASSES

ENTRIES = proxies.registered()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_proxy_is_described_and_reads_known_passes(name: str) -> None:
    entry, request = ENTRIES[name], proxies.request(name)
    assert entry.name == name
    assert len(entry.description) > 20
    assert bool(request.readings) != bool(request.components), "either passes or components"
    assert all(PASSES[reading].function() for reading, _ in request.readings)
    assert request.needs <= set(NEEDS)
    assert entry.paper is None or (
        entry.paper.year > 2015 and entry.paper.link.startswith("https://")
    )
    assert (entry.paper is None) == (name in proxies.BASELINES)
    described = proxy_description(name)
    assert entry.documentation in described
    assert ("lower is better" in described) == (not entry.higher_is_better)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_canonical_name_is_a_fixed_point(name: str) -> None:
    assert proxies.request(name).name == name
    for option, spec in ENTRIES[name].options.items():
        if isinstance(spec, Names):
            continue
        values = (
            [spec, spec + 1]
            if isinstance(spec, int)
            else [spec.default, "0.5"]
            if isinstance(spec, Decimal)
            else spec
        )
        for value in values:
            of_a_pass = any(option in one.options for one in PASSES.values())
            if of_a_pass and not any(
                option in dict(options) for _, options in proxies.request(name).readings
            ):
                continue  # no pass that it reads by default takes one
            refuses, defaults = ENTRIES[name].refuses, dict(proxies.request(name).options)
            if refuses and refuses({**defaults, option: value}):
                continue  # it needs another option beside it
            full = proxies.request(f"{name}[{option}={value}]")
            assert proxies.request(full.name) == full
            assert (full.name == name) == (value == values[0]), "a default is not written"


def test_an_aggregate_is_scored_through_its_components() -> None:
    vote = proxies.request("vote[of=synflow+params]")
    assert vote.name == "vote[of=params+synflow]", "the order does not matter"
    assert [one.name for one in vote.components] == ["params", "synflow"]
    assert vote.needs == {"weights"}
    assert [one.name for one in proxies.expand([vote, proxies.request("synflow")])] == [
        "params",
        "synflow",
    ]
    assert proxies.request("vote[of=synflow+jacov+snip]").name == "vote"


def test_an_aggregate_hands_its_options_to_the_components_that_have_them() -> None:
    names = [one.name for one in proxies.request("az_nas[undefined=lowest]").components]
    assert names == [
        "az_expressivity[undefined=lowest]",
        "az_progressivity[undefined=lowest]",
        "az_trainability",
        "flops",
    ]
    assert [one.name for one in proxies.request("te_nas[mode=train]").components] == [
        "te_ntk[mode=train]",
        "te_regions",
    ]
    assert [one.name for one in proxies.request("te_nas").components] == ["te_ntk", "te_regions"]


@pytest.mark.parametrize(
    ("objective", "reading"),
    [("synflow", "synaptic_flow"), ("snip", "loss_gradient"), ("grasp", "gate_hessian_gradient")],
)
def test_the_objective_of_zeros_decides_the_pass(objective: str, reading: str) -> None:
    assert [name for name, _ in proxies.request(f"zeros[objective={objective}]").readings] == [
        reading
    ]


def test_the_order_in_which_options_are_typed_does_not_matter() -> None:
    assert proxies.request("zeros[scope=network, aggregate=min]").name == "zeros[aggregate=min]"
    assert proxies.request(" zeros[aggregate=min,objective=synflow]").name == "zeros[aggregate=min]"


def test_options_of_the_pass_decide_what_is_shared() -> None:
    one, same, other = (
        proxies.request(name).readings for name in ("zeros", "zeros[aggregate=sum]", "synflow")
    )
    assert one == same == other
    assert proxies.request("naswot").readings != proxies.request("naswot[batch=64]").readings
    assert (
        len(
            {
                proxies.request(name).readings[0]
                for name in ("snip", "grad_norm", "fisher", "plain", "zico")
            }
        )
        == 1
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("zeroes", "unknown proxy 'zeroes': did you mean 'zeros'"),
        ("", "malformed proxy ''"),
        ("zeros[aggregate=min", "malformed proxy"),
        ("zeros[aggregate]", "expected option=value"),
        ("zeros[agregate=min]", "did you mean 'aggregate'"),
        ("zeros[aggregate=max]", "unknown value .* available: mean, min, paths, sum"),
        ("zeros[aggregate=min,aggregate=sum]", "given twice"),
        ("l2_norm[batch=3]", "available: none"),
        ("zeros[batch=8]", "option 'batch' of proxy 'zeros' has no effect"),
        ("swap[batch=63]", "must be at most 62, not 63"),
        ("naswot[batch=0]", "positive whole number"),
        ("naswot[batch=many]", "positive whole number"),
        (f"naswot[batch={'9' * 5000}]", "positive whole number"),
        ("vote[of=synflow+snipp]", "did you mean 'snip'"),
        ("vote[of=synflow+synflow]", "names a proxy twice"),
        ("vote[of=az_nas+synflow]", "unknown proxy in option 'of'"),
        ("az_nas[of=synflow]", "available: undefined"),
        ("te_nas[mode=test]", "available: eval, train"),
        ("swap[repeats=4]", "option 'repeats' of proxy 'swap' has no effect"),
        ("swap[mu=1]", "both mu and sigma: give the other too"),
        ("swap[sigma=1]", "both mu and sigma: give the other too"),
        ("swap[mu=1,sigma=0.0]", "sigma is above 0"),
        ("swap[mu=600,sigma=100000]", "mu is in millions of parameters"),
        *(
            (f"swap[mu={text},sigma=1]", "must be a decimal number from 0 on, such as 0.6, not")
            for text in (
                "nan",
                "inf",
                "-1",
                "+1",
                "1e3",
                ".5",
                "1.",
                "",
                "1_0",
                "\u0661",
                "9" * 500,
            )
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        proxies.request(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [("0.60", "0.6"), ("00.6", "0.6"), ("1.0", "1"), ("10", "10"), ("0", "0"), ("0.050", "0.05")],
)
def test_a_decimal_number_has_one_name(text: str, written: str) -> None:
    request = proxies.request(f"swap[mu={text},sigma=2]")
    assert request.name == f"swap[mu={written},sigma=2]"
    assert dict(request.options)["mu"] == written
    assert proxies.request("swap[mu=none,sigma=none]").name == "swap"


def test_a_prior_on_size_adds_a_pass_and_leaves_the_score_without_it_as_it_was() -> None:
    names = [name for name, _ in proxies.request("swap[mu=0.6,sigma=1]").readings]
    assert names == ["neuron_patterns", "cost"]
    assert [name for name, _ in proxies.request("swap").readings] == ["neuron_patterns"]
    assert "prior on the size" in proxy_description("swap")
    assert "mu=none (or a decimal number)" in " ".join(proxy_description("swap").split())


@pytest.mark.parametrize(
    ("name", "reads", "complaint"),
    [
        ("zeros", "cost", "already registered"),
        ("Bad Name", "cost", "lower-case"),
        ("new", "luck", "available passes: network, cost"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(
    name: str, reads: str, complaint: str
) -> None:
    def function(_: object) -> float:
        """Some description."""
        return 0.0

    with pytest.raises(ValueError, match=complaint):
        proxies.proxy(name, reads=reads)(function)
    assert proxies.registered() == ENTRIES


def test_a_registration_without_docstring_is_refused() -> None:
    with pytest.raises(ValueError, match="has no docstring"):
        proxies.proxy("new", reads="cost")(lambda _: 0.0)


def test_listing_does_not_import_torch() -> None:
    code = (
        "import sys, harness.run; harness.run.main(['--list']); assert 'torch' not in "
        "sys.modules and 'pandas' not in sys.modules"
    )
    assert (
        "zeros"
        in subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
    )
