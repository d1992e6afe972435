"""Sizes as people write them (`20 GB`, `500M`, `40%`, `none`) and as they read them."""

import re

_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4, "ki": 1024, "mi": 1024**2, "gi": 1024**3, "ti": 1024**4}  # fmt: skip
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([kmgt]i?)?b?", re.I)
_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def check(text: str) -> str:
    """The text as it is, if it is a budget. Raises ValueError otherwise."""
    budget(text, 1)
    return text


def budget(text: str, room: int) -> int | None:
    """Bytes that a budget allows; `40%` is a share of `room`, and `none` is no limit. Raises ValueError for what is none."""
    plain = text.strip()
    if plain.lower() == "none":
        return None
    if match := _SHARE.fullmatch(plain):
        share = float(match[1].replace(",", "."))
        if share > 100:
            raise ValueError("must be 100 % at most")
        return int(room * share / 100)
    if match := _SIZE.fullmatch(plain):
        return int(float(match[1].replace(",", ".")) * _UNITS[(match[2] or "").lower()])
    raise ValueError("must be a size like 20GB or 500 MB, a share like 40%, or none")


def is_share(text: str) -> bool:
    """Whether a budget is a share of the disk."""
    return text.strip().endswith("%")


def shown(count: float) -> str:
    """Bytes for a person, in decimal units: `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or abs(count) >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
