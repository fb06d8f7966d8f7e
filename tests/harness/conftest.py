"""What tests of several rooms look at: two runs, a baseline, and a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import proxies
from harness.regression.baseline import measure, write
from harness.run import main as run
from harness.scoring.job import Job
from tests.runs import arguments

BROWSER, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: ZEROS on 12 architectures, SynFlow on 20."""
    folder = tmp_path_factory.mktemp("report")
    for proxy, count in (("zeros", "12"), ("synflow", "20")):
        command = arguments(folder, "--proxy", proxy, "--archs", count, "--workers", "1")
        assert run([*command, "--out", str(folder / proxy)]) == 0
    return folder


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline of four proxies on five architectures."""
    path = tmp_path_factory.mktemp("regress") / "nb201.csv"
    requests = [proxies.request(name) for name in ("zeros", "synflow", "params", "flops")]
    write(
        measure(Job("nb201", "cifar10"), "cifar10_test", requests, [0, 1, 77, 1651, 3000], [0], 1),
        path,
    )
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator:
    if not (BROWSER and DRIVER):
        pytest.skip("no chromium and chromedriver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "disable-component-update",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()
