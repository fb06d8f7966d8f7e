"""What tests of faults share: the cells, and that nothing stays of the plugin."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proxies import registry
from tests.harness.computing.faults import LARGEST


@pytest.fixture(autouse=True)
def _forgets_the_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the plugin after each test, and what it is told."""
    for name in ("FAULT", "FAULT_MODE", "FAULT_MARKER"):
        monkeypatch.setenv(name, "")
    with registry.isolated():
        yield


@pytest.fixture
def archs(tmp_path: Path) -> Path:
    path = tmp_path / "archs.txt"
    path.write_text("\n".join(map(str, [*range(4), LARGEST])))
    return path
