"""Sizes and budgets as people write them."""

import pytest

from core.errors import SettingError
from core.settings import Settings
from core.sizes import budget, shown


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("20GB", 20 * 10**9), ("500 MB", 500 * 10**6), ("1.5 TB", 1_500_000_000_000), ("1,5 gb", 1_500_000_000), ("800M", 800 * 10**6),
        ("2GiB", 2 * 2**30), ("64k", 64_000), ("4096", 4096), ("0", 0), ("40%", 400), ("12.5 %", 125), ("none", None), (" None ", None),
    ],
)  # fmt: skip
def test_a_budget_is_read(text, count):
    assert budget(text, 1000) == count


@pytest.mark.parametrize("text", ["", "much", "-5GB", "101%", "5 bananas", "1.2.3GB", "%", "GB", "1e9"])
def test_what_is_no_budget_names_the_variable(text):
    with pytest.raises(ValueError):
        budget(text, 1000)
    if text:
        with pytest.raises(SettingError, match="PUTUTU_ARCHIVE_BUDGET"):
            Settings.load({"PUTUTU_ARCHIVE_BUDGET": text})


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (123_456_789, "123 MB"), (2_500_000_000, "2.5 GB"), (3.2e12, "3.2 TB")],
)  # fmt: skip
def test_bytes_for_a_person(count, text):
    assert shown(count) == text
