"""report.html in a real browser, without network, at the widths of a desktop and a telephone."""

import math
from pathlib import Path

import numpy as np
import pytest

from harness.reporting.publish import publish
from tests.results import SETTINGS, frame, results, table

WIDTHS = {"desktop": (1280, 900), "telephone": (390, 844)}
#: A name with many places where a careless page would break it.
LONG = "mean_rank[of=zeros+live_params]"
#: One that is wider than the page of a telephone.
LONGEST = "mean_rank[of=live_convs+live_params+naswot+params+synflow+zeros]"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on 60 architectures with hostile strings, one with a ZEROS of -inf."""
    folder = tmp_path_factory.mktemp("page")
    stream = np.random.default_rng(0)
    accuracy = stream.uniform(60, 95, 60)
    scores = frame(
        zeros=[-math.inf, *accuracy[1:]],
        params=list(stream.normal(size=60)),
        live_params=[1.0, 2.0] * 30,
        **{name: list(stream.normal(size=60)) for name in (LONG, LONGEST)},
    )
    scores["arch"] = "<img src=x onerror=document.title='hit'>" + scores["index"].astype(str)
    publish(results(scores, table(a_test_200ep=list(accuracy))), folder, SETTINGS)
    return folder / "report.html"


def shown(
    browser, page: Path, width: int, height: int, *, folded: bool = False, scheme: str = "light"
) -> None:
    """Open the page, with its sections open unless they shall be *folded*."""
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 500},
    )
    browser.get(page.as_uri())
    if not folded:
        browser.find_element("id", "open-all").click()
        browser.set_script_timeout(10)
        browser.execute_async_script(
            "const done = arguments[0], look = () => "
            "canvas.dataset.points ? done() : requestAnimationFrame(look); look();"
        )


@pytest.mark.parametrize("device", WIDTHS)
def test_a_page_fits_and_loads_nothing_in_chromium(browser, page: Path, device: str) -> None:
    shown(browser, page, *WIDTHS[device])
    assert (
        browser.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[device][0]
    )
    assert browser.execute_script(
        "return [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    assert browser.execute_script("return document.images.length") >= 5
    assert (
        browser.execute_script(
            "return performance.getEntriesByType('resource').filter(e => "
            "!e.name.startsWith('data:')).length"
        )
        == 0
    )
    assert "zeros" in browser.title
    assert browser.find_element("id", "chart").get_attribute("data-points") == "60"
    assert browser.get_log("browser") == []


def test_pointing_at_the_chart_names_the_architecture_in_chromium(browser, page: Path) -> None:
    from selenium.webdriver import ActionChains

    shown(browser, page, *WIDTHS["desktop"])
    chart, detail = browser.find_element("id", "chart"), browser.find_element("id", "detail")
    # The highest score is the highest accuracy, in the upper right corner.
    browser.execute_script("arguments[0].scrollIntoView()", chart)
    width, height = chart.size["width"], chart.size["height"]
    ActionChains(browser).move_to_element_with_offset(
        chart, int(width / 2) - 16, 14 - int(height / 2)
    ).perform()
    best = browser.execute_script("return Math.max(...Object.values(data.targets)[0])")
    index = browser.execute_script(
        "return Object.values(data.targets)[0].indexOf(arguments[0])", best
    )
    assert f"index {index} " in detail.text
    assert f"<img src=x onerror=document.title='hit'>{index} " in detail.text
    assert f"a_test_200ep {best:g}" in detail.text
    assert f"zeros {best:g}" in detail.text


def test_arrow_keys_and_choices_work_in_chromium(browser, page: Path) -> None:
    from selenium.webdriver import Keys
    from selenium.webdriver.support.select import Select

    shown(browser, page, *WIDTHS["desktop"])
    chart, detail = browser.find_element("id", "chart"), browser.find_element("id", "detail")
    chart.send_keys(Keys.ARROW_RIGHT)
    assert "index 0 " in detail.text
    assert "zeros -inf" in detail.text
    Select(browser.find_element("id", "score")).select_by_value("params")
    browser.find_element("id", "ranks").click()
    chart.send_keys(Keys.ARROW_LEFT)
    assert "params" in detail.text
    assert browser.get_log("browser") == []


def test_tables_sort_both_ways_in_chromium(browser, page: Path) -> None:
    shown(browser, page, *WIDTHS["desktop"])
    heading = browser.find_element("xpath", "//h3[text()='Size']/following::th[2]/button")

    def column() -> list[float]:
        cells = browser.find_elements(
            "xpath", "//h3[text()='Size']/following::table[1]/tbody/tr/td[2]"
        )
        return [float(cell.text) for cell in cells if cell.text]

    heading.click()
    assert column() == sorted(column(), reverse=True)
    heading.click()
    assert column() == sorted(column())
    assert len(column()) == 5


def test_a_page_opens_with_the_verdict_and_all_else_folded_in_chromium(browser, page: Path) -> None:
    shown(browser, page, *WIDTHS["telephone"], folded=True)
    assert (
        browser.execute_script("return [...document.querySelectorAll('details[open]')].length") == 0
    )
    numbers = browser.find_elements("css selector", "header .numbers strong")
    assert len(numbers) == 3
    assert all(number.is_displayed() and number.text for number in numbers)
    assert not browser.find_element("xpath", "//table").is_displayed()
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    folds = browser.find_elements("css selector", "details")
    assert all(fold.get_attribute("open") for fold in folds)
    assert browser.find_element("id", "chart").get_attribute("data-points") == "60"
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert not any(fold.get_attribute("open") for fold in folds)


#: Returns [name, lines, pieces that are in two lines] for each place in the elements of a selector
#: that has one of the names.
LINES = """
const names = arguments[0], seen = [];
const lines = range => new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
for (const node of document.querySelectorAll(arguments[1])) {
  if (node.closest("#provenance, .controls")) continue;
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  const whole = texts.map(text => text.data).join("");
  const letters = texts.flatMap(text => [...Array(text.data.length).keys()].map(at => [text, at]));
  const part = (from, to) => {
    const range = document.createRange(), [last, at] = letters[to - 1];
    range.setStart(...letters[from]);
    range.setEnd(last, at + 1);
    return lines(range);
  };
  for (const name of names) {
    for (let at = whole.indexOf(name); at >= 0; at = whole.indexOf(name, at + 1)) {
      let from = at, broken = [];
      for (const piece of name.split(/(?<=[\\[,+])/)) {
        if (part(from, from + piece.length) > 1) broken.push(piece);
        from += piece.length;
      }
      seen.push([name, part(at, at + name.length), broken]);
    }
  }
}
return seen;
"""


def test_no_word_breaks_on_a_telephone_in_chromium(browser, page: Path) -> None:
    shown(browser, page, *WIDTHS["telephone"])
    names = ["a_test_200ep", "live_params", "--seeds", LONG, LONGEST]
    seen = browser.execute_script(LINES, names, "td, p, li, h3")
    assert {name for name, _, _ in seen} == set(names)
    assert {lines for name, lines, _ in seen if name not in (LONG, LONGEST)} == {1}
    assert all(not broken for _, _, broken in seen), seen


def test_a_long_name_breaks_between_its_parts_where_there_is_no_room_in_chromium(
    browser, page: Path
) -> None:
    shown(browser, page, *WIDTHS["telephone"])
    narrow = [lines for _, lines, _ in browser.execute_script(LINES, [LONGEST], "td")]
    assert 2 <= max(narrow) <= 6
    width = browser.execute_script(
        "return Math.max(...[...document.querySelectorAll('td')].map(one => one.clientWidth))"
    )
    assert width < 300


def test_figures_keep_the_size_of_their_text_on_a_telephone_in_chromium(
    browser, page: Path
) -> None:
    shown(browser, page, *WIDTHS["telephone"])
    widths = browser.execute_script(
        "return [...document.images].map("
        "one => [one.clientWidth, Number(one.getAttribute('width'))])"
    )
    assert all(width == drawn > 200 for width, drawn in widths)


def test_a_page_is_dark_where_that_is_preferred_in_chromium(browser, page: Path) -> None:
    def brightness(style: str, name: str) -> float:
        text = browser.execute_script(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]",
            style,
            name,
        )
        return sum(float(part) for part in text.strip("rgba()").split(",")[:3]) / 3

    shown(browser, page, *WIDTHS["desktop"], scheme="dark")
    assert brightness("body", "backgroundColor") < 50 < 180 < brightness("td", "color")
    assert brightness("figure img", "backgroundColor") == 255
    shown(browser, page, *WIDTHS["desktop"])
    assert brightness("td", "color") < 80 < 250 < brightness("body", "backgroundColor")


def test_what_has_the_keyboard_is_outlined_in_chromium(browser, page: Path) -> None:
    from selenium.webdriver import Keys

    shown(browser, page, *WIDTHS["desktop"], folded=True)
    seen = set()
    for _ in range(6):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        tag, style = browser.execute_script(
            "const one = document.activeElement;"
            "return [one.tagName, getComputedStyle(one).outlineStyle]"
        )
        seen.add(tag)
        assert style == "solid", tag
    assert {"A", "BUTTON", "SUMMARY"} <= seen
