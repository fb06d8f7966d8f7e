"""Architectures that are written as JSON: what is read, and what is refused in one line."""

import json
import random

import pytest

from benchmarks_data.configurations import LONGEST
from benchmarks_data.errors import InputError
from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.pit import Pit
from tests.transformers import FIRST_FLEXIBERT, FIRST_PIT, random_flexibert, random_pit


@pytest.mark.parametrize(("space", "draw"), [(Pit, random_pit), (FlexiBert, random_flexibert)])
def test_an_architecture_does_not_depend_on_the_order_of_its_keys(
    space: type[ListedBenchmark], draw
) -> None:
    stream = random.Random(0)
    for _ in range(50):
        text = draw(stream)
        other = json.dumps(dict(reversed(json.loads(text).items())), indent=1)
        assert space().parse(text) == space().parse(other)


PIT_FAULTS = {
    "no JSON": ("{", "is no JSON"),
    "another type": ("[]", "must be a JSON object"),
    "a key is missing": (FIRST_PIT.replace('"base_dim": 16, ', ""), "missing required field"),
    "an unknown key": (FIRST_PIT.replace("}", ', "x": 1}'), "unknown field `x`"),
    "a text for a number": (FIRST_PIT.replace("16", '"16"'), r"\$.base_dim"),
    "a fraction": (FIRST_PIT.replace("16", "16.5"), r"\$.base_dim"),
    "true for a number": (FIRST_PIT.replace("[2, 8", "[true, 8"), r"\$.depth\[0\]"),
    "a huge number": (FIRST_PIT.replace("16", "9" * 400), "not of the space"),
    "not in the space": (FIRST_PIT.replace('"mlp_ratio": 6', '"mlp_ratio": 7'), r"\$.mlp_ratio"),
    "too many stages": (FIRST_PIT.replace("[2, 8, 4]", "[2, 8, 4, 2]"), "length 3"),
    "heads that fall": (FIRST_PIT.replace("[2, 4, 4]", "[4, 4, 2]"), "num_heads .4, 4, 2. fall"),
    "nested deeply": ("[" * 5000, "nested too deeply"),
    "too long": (" " * LONGEST + FIRST_PIT, "is too long: expected 16384"),
    "half a character": ('{"base_dim": "\ud800"}', "not of the space"),
    "lines in a name": (FIRST_PIT.replace("}", ', "a\\nb": 1}'), "not of the space"),
    "a key twice": (FIRST_PIT.replace("}", ', "base_dim": 16}'), "names base_dim twice"),
    "lines": ('\n{"a":\n\n1', "is no JSON"),
}


@pytest.mark.parametrize("fault", PIT_FAULTS)
def test_what_is_no_pit_is_refused_in_one_line(fault: str) -> None:
    text, complaint = PIT_FAULTS[fault]
    with pytest.raises(InputError, match=complaint) as caught:
        Pit().parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


FLEXIBERT_FAULTS = {
    "width": (FIRST_FLEXIBERT.replace("256", "255"), r"\$.hidden_size"),
    "an unknown operation": (FIRST_FLEXIBERT.replace('"LT"', '"RNN"'), "operation_type"),
    "no operation": (FIRST_FLEXIBERT.replace('"operation_type"', '"type"'), "operation_type"),
    "another operation's parameter": (
        FIRST_FLEXIBERT.replace('"DCT"', '"SDP"'),
        r"\$.nas_config.encoder_layers\[1\].operation_parameter",
    ),
    "a kernel for attention": (FIRST_FLEXIBERT.replace('"WMA"', "5"), "operation_parameter"),
    "no layers": ('{"hidden_size": 128, "nas_config": {"encoder_layers": []}}', "length >= 2"),
    "many layers": (
        json.dumps(
            {
                "hidden_size": 128,
                "nas_config": {
                    "encoder_layers": [
                        {
                            "feed_forward_dimension": 512,
                            "num_feed_forward": 1,
                            "num_operation_heads": 2,
                            "operation_parameter": "SDP",
                            "operation_type": "SA",
                        }
                    ]
                    * 100
                },
            }
        ),
        "length <= 4",
    ),
}


@pytest.mark.parametrize("fault", FLEXIBERT_FAULTS)
def test_what_is_no_flexibert_is_refused_in_one_line(fault: str) -> None:
    text, complaint = FLEXIBERT_FAULTS[fault]
    with pytest.raises(InputError, match=complaint) as caught:
        FlexiBert().parse(text)
    assert "\n" not in str(caught.value)


def test_three_layers_are_not_in_the_space() -> None:
    first = json.loads(FIRST_FLEXIBERT)
    first["nas_config"]["encoder_layers"].pop()
    with pytest.raises(InputError, match="has 2 or 4 layers"):
        FlexiBert().parse(json.dumps(first))
