"""The leaderboard's page in a real browser, without network, on a desktop and a telephone."""

import importlib.util
from pathlib import Path

import pytest

from harness.leaderboard.page_render import html
from tests.leaderboards import LONG, large_page, page

WIDTHS = {"desktop": (1280, 900), "small": (500, 900), "telephone": (390, 844)}
AXE = importlib.util.find_spec("axe_core_python")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaderboard")
    path = folder / "page.html"
    path.write_text(html(page(folder)), encoding="utf-8")
    return path


def shown(
    browser, file: Path, anchor: str = "", device: str = "desktop", scheme: str = "light",
    scripts: bool = True,
) -> None:  # fmt: skip
    width, height = WIDTHS[device]
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get("about:blank")
    browser.get(f"{file.as_uri()}{anchor}")


def boards(browser) -> list[str]:
    """Return the names of the boards that can be seen."""
    every = browser.find_elements("css selector", ".board")
    return [one.get_attribute("id") for one in every if one.is_displayed()]


def scores(browser, board: str = "nb201-cifar10") -> list[str]:
    """Return the scores of a board's rows that can be seen, in their order."""
    rows = browser.find_elements("css selector", f"#{board} tbody tr")
    return [row.get_attribute("data-score") for row in rows if row.is_displayed()]


@pytest.mark.parametrize("device", WIDTHS)
def test_a_leaderboard_fits_and_loads_nothing_in_chromium(browser, file: Path, device: str) -> None:
    shown(browser, file, device=device)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= WIDTHS[device][0]
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').filter(e => "
        "!e.name.startsWith('data:')).length"
    )
    assert loaded == 0
    assert browser.title == "Leaderboard of training-free scores"
    assert browser.get_log("browser") == []


def test_all_columns_of_a_board_fit_a_desktop_in_chromium(browser, file: Path) -> None:
    shown(browser, file)
    hidden = browser.execute_script(
        "const table = document.querySelector('#nb201-cifar10 .scroll');"
        "return table.scrollWidth - table.clientWidth"
    )
    assert hidden == 0


def test_one_board_is_shown_and_another_can_be_chosen_in_chromium(browser, file: Path) -> None:
    from selenium.webdriver.support.select import Select

    shown(browser, file)
    assert boards(browser) == ["nb201-cifar10"]
    Select(browser.find_element("id", "board")).select_by_value("nb201-cifar100")
    assert boards(browser) == ["nb201-cifar100"]
    assert browser.current_url.endswith("#nb201-cifar100")
    shown(browser, file, "#nb201-cifar100")
    assert boards(browser) == ["nb201-cifar100"]


def test_an_address_opens_the_section_of_a_score_in_chromium(browser, file: Path) -> None:
    shown(browser, file, "#proxy-zico")
    assert browser.find_element("id", "proxy-zico").get_attribute("open")
    assert not browser.find_element("id", "proxy-zeros").get_attribute("open")
    browser.find_element("css selector", "#nb201-cifar10 a[href='#proxy-zeros']").click()
    assert browser.find_element("id", "proxy-zeros").get_attribute("open")


def test_without_scripts_all_boards_are_there_in_chromium(browser, file: Path) -> None:
    shown(browser, file, scripts=False)
    try:
        assert boards(browser) == ["nb201-cifar10", "nb201-cifar100"]
        assert not browser.find_element("id", "choose").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_scores_can_be_filtered_in_chromium(browser, file: Path) -> None:
    shown(browser, file)
    assert scores(browser) == ["zico", LONG, "live_params", "zeros", "mine", "plain"]
    browser.find_element("css selector", "[value=labels]").click()
    assert scores(browser) == [LONG, "live_params", "zeros"]
    browser.find_element("id", "trivial").click()
    assert scores(browser) == [LONG, "zeros"]
    assert browser.find_element("id", "count").text == "2 of 6 scores of this board are shown."
    browser.find_element("id", "text").send_keys("ZERO")
    assert scores(browser) == ["zeros"]
    assert browser.find_element("css selector", ".heat tbody").text.startswith("zeros")


def test_columns_sort_by_the_keyboard_in_chromium(browser, file: Path) -> None:
    from selenium.webdriver import Keys

    shown(browser, file)
    heading = browser.find_element("css selector", "#nb201-cifar10 th:nth-child(7)")
    button = heading.find_element("tag name", "button")
    assert button.text == "seconds"
    button.send_keys(Keys.ENTER)
    assert heading.get_attribute("aria-sort") == "descending"
    assert scores(browser) == ["plain", "zeros", "live_params", LONG, "zico", "mine"]
    button.send_keys(Keys.ENTER)
    assert heading.get_attribute("aria-sort") == "ascending"
    assert scores(browser)[:2] == ["mine", "zico"]  # the first has no seconds
    place = browser.find_element("css selector", "#nb201-cifar10 th:nth-child(2)")
    place.find_element("tag name", "button").send_keys(Keys.ENTER)
    assert place.get_attribute("aria-sort") == "ascending"
    assert scores(browser)[:2] == ["zico", LONG]


def test_no_name_breaks_on_a_telephone_in_chromium(browser, file: Path) -> None:
    shown(browser, file, device="telephone")
    browser.find_element("id", "open-all").click()
    broken = browser.execute_script(
        """
        const broken = [], main = document.querySelector("main");
        const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const node = walker.currentNode;
          if (node.parentElement.closest("option, pre, .facts, td")) continue;
          for (const word of node.data.matchAll(/[^\\s]*[_\\[\\]][^\\s]*|CIFAR-\\d+/g)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const tops = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            if (tops.size > 1) broken.push(word[0]);
          }
        }
        return broken;
        """
    )
    assert broken == []


def test_a_leaderboard_is_dark_where_that_is_preferred_in_chromium(browser, file: Path) -> None:
    shown(browser, file, scheme="dark")
    colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in colour.strip("rgb()").split(",")) < 50


def test_forty_scores_on_twenty_boards_open_within_two_seconds_in_chromium(
    browser, tmp_path: Path
) -> None:
    large = tmp_path / "large.html"
    large.write_text(html(large_page(tmp_path)), encoding="utf-8")
    seconds = []
    for _ in range(3):
        shown(browser, large)
        assert boards(browser) == ["nb201-data0"]
        assert len(browser.find_elements("css selector", ".board")) == 20
        assert len(browser.find_elements("css selector", ".heat tbody tr")) == 40
        seconds.append(
            browser.execute_script(
                "return performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
            )
        )
    assert 0 < min(seconds) < 2


@pytest.mark.skipif(AXE is None, reason="no axe-core-python")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "telephone"])
def test_axe_has_no_complaint_in_chromium(browser, file: Path, device: str, scheme: str) -> None:
    shown(browser, file, device=device, scheme=scheme)
    browser.find_element("id", "open-all").click()
    assert AXE is not None
    assert AXE.origin is not None
    browser.execute_script(Path(AXE.origin).with_name("axe.min.js").read_text("utf-8"))
    browser.set_script_timeout(60)
    complaints = browser.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document).then(r => done(r.violations.map(v => "
        "[v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + n.failureSummary)])));"
    )
    assert complaints == []
