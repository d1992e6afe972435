"""Fixtures that every room shares: a home of its own for each test, and the folder of real data where it is there."""

import dataclasses
from pathlib import Path

import pytest

from core.settings import Settings

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test skips where it is missing."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder of real data (../shared/data) is not beside this checkout")
    return SHARED / "data"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of this test's own, loopback allowed, nothing translated unless the test says so."""
    loaded = Settings.load({"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"})
    return dataclasses.replace(loaded, translate="none")
