"""What tests of search methods share."""

from pathlib import Path

import pytest

from harness.scoring.image_file import image_file
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.setting import Setting
from tests.harness.trained_searches import images_in


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """A search by darts of an epoch, small."""
    return Setting(
        method="darts", space="nb201", dataset="cifar10", seed=0,
        images=image_file(images_in(tmp_path)), images_count=20, channels=2, cells=1, epochs=1,
        batch=10, rate=0.025, least_rate=0.001, momentum=0.9, decay=3e-4, clip=5.0,
        alpha_rate=3e-4, alpha_decay=1e-3, beta=TRAINED["darts"].beta, flood=0.0, radius=0.01,
        enter_every=2, augment=True, dtype="float32", device="cpu",
    )  # fmt: skip
