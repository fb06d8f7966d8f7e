import subprocess
import sys

import pytest

import proxies
from benchmarks_data.errors import InputError

ENTRIES = proxies.registered()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_proxy_is_described_and_reads_a_pass(name: str) -> None:
    from proxies import passes

    entry = ENTRIES[name]
    assert entry.name == name
    assert len(entry.description) > 20
    assert callable(getattr(passes, entry.reads))
    assert entry.paper or not entry.needs, "a proxy that is no trivial baseline cites its paper"
    assert entry.link.startswith("https://") or not entry.paper


@pytest.mark.parametrize("name", ENTRIES)
def test_a_canonical_name_is_a_fixed_point(name: str) -> None:
    assert proxies.request(name).name == name
    for option, spec in ENTRIES[name].options.items():
        values = [spec, spec + 1] if isinstance(spec, int) else spec
        for value in values:
            full = proxies.request(f"{name}[{option}={value}]")
            assert proxies.request(full.name) == full
            assert (full.name == name) == (value == values[0]), "a default is not written"


def test_the_order_in_which_options_are_typed_does_not_matter() -> None:
    assert proxies.request("zeros[scope=network, aggregate=min]").name == "zeros[aggregate=min]"
    assert proxies.request(" zeros[aggregate=min,objective=synflow]").name == "zeros[aggregate=min]"


def test_options_of_the_pass_decide_what_is_shared() -> None:
    assert proxies.request("zeros").reading == proxies.request("zeros[aggregate=sum]").reading == proxies.request("synflow").reading
    assert proxies.request("naswot").reading != proxies.request("naswot[batch=64]").reading


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("zeroes", "unknown proxy 'zeroes': did you mean 'zeros'"),
        ("", "malformed proxy ''"),
        ("zeros[aggregate=min", "malformed proxy"),
        ("zeros[aggregate]", "expected option=value"),
        ("zeros[agregate=min]", "did you mean 'aggregate'"),
        ("zeros[aggregate=max]", "unknown value .* available: mean, min, sum"),
        ("zeros[aggregate=min,aggregate=sum]", "given twice"),
        ("synflow[batch=3]", "available: none"),
        ("naswot[batch=0]", "positive whole number"),
        ("naswot[batch=many]", "positive whole number"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        proxies.request(text)


@pytest.mark.parametrize(
    ("name", "settings", "complaint"),
    [
        ("zeros", {"reads": "cost"}, "already registered"),
        ("Bad Name", {"reads": "cost"}, "lower-case"),
        ("new", {"reads": "cost", "needs": {"luck"}}, "choose among"),
        ("new", {"reads": "cost", "pass_options": {"batch"}}, "not among its options"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(name: str, settings: dict, complaint: str) -> None:
    def function(_: object) -> float:
        """Some description."""
        return 0.0

    with pytest.raises(ValueError, match=complaint):
        proxies.proxy(name, **settings)(function)
    assert proxies.registered() == ENTRIES


def test_a_registration_without_docstring_is_refused() -> None:
    with pytest.raises(ValueError, match="has no docstring"):
        proxies.proxy("new", reads="cost")(lambda _: 0.0)


def test_listing_does_not_import_torch() -> None:
    code = (
        "import sys, harness.run; harness.run.main(['--list']); assert 'torch' not in sys.modules and 'pandas' not in sys.modules"
    )
    assert "zeros" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
