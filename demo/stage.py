"""The demo's stage: press, mail server and source files, set up for one run and taken down after it."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, SettingError
from core.settings import Settings
from demo.mailbox import receiving
from demo.press import load
from demo.server import HOST, address, bind, serving
from demo.settings import demo_settings
from demo.sources import write_sources

FIRST_PORT, PORTS = 18_700, 4_000


@dataclass(frozen=True, slots=True)
class Press:
    """The running stage. `slugs` are the outlets, the only sources that the demo crawls; `requests` is what they were asked."""

    base_url: str
    settings: Settings
    mailbox_path: Path
    slugs: tuple[str, ...]
    requests: list[tuple[str, str, int]]


@contextmanager
def press(settings: Settings, now: datetime | None = None) -> Iterator[Press]:
    """Serve the fictional press and its mail server on loopback, from `settings.home/demo`, until the block ends.

    The first run's moment dates the press for good, and its port is in the articles' addresses for good: when that port is
    taken later, another one serves the same listings with the same links, so that nothing known looks new.
    """
    home = demo_settings(settings).home
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"PUTUTU_HOME: {home} cannot be made ({error}).", "Name a folder that can be written."
        ) from error
    outlets = load(_anchor(home / "anchor", now or datetime.now(UTC)))
    port_file = home / "port"
    wanted = _port(port_file) or FIRST_PORT + zlib.crc32(os.fsencode(home)) % PORTS
    server = bind(wanted)
    if not port_file.exists():
        _write(port_file, str(server.server_address[1]))
    mailbox_path = home / "mailbox.mbox"
    with serving(server, outlets, f"http://{HOST}:{_port(port_file)}") as served, receiving(mailbox_path) as smtp:
        slugs = write_sources(home / "sources", address(server), outlets)
        yield Press(served.base, demo_settings(settings, smtp), mailbox_path, slugs, served.requests)


def _anchor(file: Path, now: datetime) -> datetime:
    """The moment of the first run in this home; this run's, where there was none."""
    if not file.exists():
        _write(file, now.isoformat())
    try:
        anchor = datetime.fromisoformat(file.read_text("utf-8").strip())
    except ValueError as error:
        raise InputError(f"{file} holds no moment ({error}).", "Remove the demo's folder and run it again.") from error
    return anchor if anchor.tzinfo else anchor.replace(tzinfo=UTC)


def _port(file: Path) -> int | None:
    """The port of the first run in this home, None where there was none."""
    if not file.exists():
        return None
    text = file.read_text("utf-8").strip()
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise InputError(f"{file} holds no port.", "Remove the demo's folder and run it again.")
    return int(text)


def _write(file: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    half = file.with_name(f".{file.name}.half")
    half.write_text(text + "\n", "utf-8")
    half.replace(file)
