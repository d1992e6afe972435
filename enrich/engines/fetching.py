"""Fetching a model: an archive by URL, or the files of a model on a hub; unpacking an archive without trusting it.

An archive may name no path outside, hold no link and no device, and not swell without bound; only the files that a model
is made of are taken out of it. Addresses inside private networks are refused as everywhere (`PUTUTU_ALLOW_PRIVATE`).
"""

import re
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from core.errors import InputError, UnavailableError
from core.settings import Settings
from core.sizes import shown
from core.urls import check_public

Progress = Callable[[int, int | None], None]
"""Called with bytes that came, and how many there will be if that is known."""

HUB = "https://huggingface.co"
LARGEST = 20 * 10**9
"""Bytes of one file, and of an unpacked archive."""
MOST_FILES = 500
REDIRECTS = 8
_TIMEOUT = httpx.Timeout(30.0, read=120.0)
_AGENT = "pututu-models"
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
WANTED = re.compile(
    r"(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|vocabulary|shared_vocabulary|source_vocabulary|target_vocabulary)\.json"
    r"|(?:(?:shared|source|target)_)?vocabulary\.txt|model\.bin|merges\.txt|[\w.-]+\.spm|sentencepiece\.bpe\.model|spiece\.model"
    r"|model(?:-\d+-of-\d+)?\.safetensors|pytorch_model(?:-\d+-of-\d+)?\.bin|(?:model\.safetensors|pytorch_model\.bin)\.index\.json"
    r"|[\w.+-]+\.npz|[\w.+-]+\.ya?ml|source\.bpe|target\.bpe|LICEN[CS]E(?:\.\w+)?|README(?:\.md)?"
)
"""Files that a model is made of; all else in an archive or on a hub is left there."""


def download(url: str, into: Path, settings: Settings, told: Progress) -> None:
    """Fetch one file. Raises InputError (an address that is refused, too large) or UnavailableError (no whole answer)."""
    try:
        with (
            httpx.Client(headers={"User-Agent": _AGENT}, timeout=_TIMEOUT, follow_redirects=False) as client,
            closing(_answer(client, url, settings)) as response,
        ):
            _save(response, into, told)
    except httpx.HTTPError as error:
        raise UnavailableError(f"{url} does not answer ({type(error).__name__}: {error}).", "Check the address, or try again later.") from error  # fmt: skip


def _answer(client: httpx.Client, url: str, settings: Settings) -> httpx.Response:
    for _ in range(REDIRECTS):
        check_public(url, settings.allow_private)
        response = client.send(client.build_request("GET", url), stream=True)
        if response.status_code in (301, 302, 303, 307, 308) and response.headers.get("location"):
            response.close()
            url = urljoin(url, response.headers["location"])
            continue
        if response.status_code != 200:
            response.close()
            raise UnavailableError(f"{url} answers {response.status_code}.", "Check the address.")
        return response
    raise InputError(f"{url}: more than {REDIRECTS} redirects.", "Give the address they lead to.")


def _save(response: httpx.Response, into: Path, told: Progress) -> None:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdigit() and "content-encoding" not in response.headers else None
    free = shutil.disk_usage(into.parent).free
    if total is not None and total > min(LARGEST, free):
        raise InputError(f"{response.url} has {shown(total)}; {shown(free)} of disk are free.", "Make room, or choose a smaller model.")  # fmt: skip
    size = 0
    with into.open("wb") as out:
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST:
                raise InputError(f"{response.url} is larger than {shown(LARGEST)}.", "Choose a smaller model.")
            out.write(part)
            told(len(part), total)
    if total is not None and size != total:
        raise UnavailableError(f"{response.url} broke off after {size} of {total} bytes.", "Try again.")


def from_hub(name: str, into: Path, settings: Settings, told: Progress, hub: str = HUB) -> str:
    """Fetch the files of `OWNER/NAME` from a hub into a folder; the revision they have. Safe weights are taken before pickles."""
    root = hub.rstrip("/")
    listing = into / ".listing"
    download(f"{root}/api/models/{quote(name)}", listing, settings, lambda *_: None)
    found = _listing(listing, name)
    listing.unlink()
    files = [str(one.get("rfilename", "")) for one in found.get("siblings") or () if isinstance(one, dict)]
    revision = str(found.get("sha") or "main")
    wanted = _wanted(files)
    if not wanted or not _NAME.fullmatch(revision):
        raise InputError(f"{name} on {hub} holds no model file.", "Name another model.")
    for file in wanted:
        download(f"{root}/{quote(name)}/resolve/{revision}/{quote(file)}", into / file, settings, told)
    return revision


def _listing(file: Path, name: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(file.read_text("utf-8")) if file.stat().st_size < 2**24 else None
    except (UnicodeDecodeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UnavailableError(f"The hub's answer about {name} is no listing.", "Check the address of the hub.")
    return found


def _wanted(files: list[str]) -> list[str]:
    kept = sorted({file for file in files if WANTED.fullmatch(file)})
    if any(file.endswith(".safetensors") for file in kept):
        kept = [file for file in kept if not file.startswith("pytorch_model")]
    return kept


def unpack(archive: Path, into: Path) -> None:
    """Take a model's files out of a zip or tar archive, flat. Raises InputError where anything in it is not as it should be."""
    try:
        if zipfile.is_zipfile(archive):
            _unzip(archive, into)
        elif tarfile.is_tarfile(archive):
            _untar(archive, into)
        else:
            raise InputError(f"{archive.name} is no zip or tar archive.", "Give the archive as it was published.")
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise InputError(
            f"{archive.name} cannot be unpacked: {error}.", "Fetch it again: it may have broken off."
        ) from error


def _unzip(archive: Path, into: Path) -> None:
    with zipfile.ZipFile(archive) as pack:
        members = pack.infolist()
        _check_sizes(archive, [member.file_size for member in members])
        for member in members:
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
                raise _refused(archive, member.filename, "is a link or a device")
            if not member.is_dir() and (target := _place(archive, member.filename, into)):
                with pack.open(member) as stream:
                    _copy(stream, target, member.file_size, archive)


def _untar(archive: Path, into: Path) -> None:
    with tarfile.open(archive) as pack:
        members = list(_bounded(archive, pack))
        _check_sizes(archive, [member.size for member in members])
        for member in members:
            if not (member.isfile() or member.isdir()):
                raise _refused(archive, member.name, "is a link or a device")
            if member.isfile() and (target := _place(archive, member.name, into)):
                stream = pack.extractfile(member)
                assert stream is not None
                _copy(stream, target, member.size, archive)


def _bounded(archive: Path, pack: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for number, member in enumerate(pack):
        if number >= MOST_FILES:
            raise InputError(
                f"{archive.name} holds more than {MOST_FILES} files.", "A model has a dozen: this is none."
            )
        yield member


def _check_sizes(archive: Path, sizes: list[int]) -> None:
    if len(sizes) > MOST_FILES:
        raise InputError(f"{archive.name} holds more than {MOST_FILES} files.", "A model has a dozen: this is none.")
    free = shutil.disk_usage(archive.parent).free
    if sum(sizes) > min(LARGEST, free):
        raise InputError(f"{archive.name} unpacks to {shown(sum(sizes))}; {shown(free)} of disk are free.", "Make room, or choose a smaller model.")  # fmt: skip


def _place(archive: Path, name: str, into: Path) -> Path | None:
    """Where a member goes, None where it is not needed. At most one folder stands before a model's files."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise _refused(archive, name, "leads outside")
    parts = [part for part in path.parts if part != "."]
    if len(parts) > 2 or not WANTED.fullmatch(parts[-1]):
        return None
    target = into / parts[-1]
    if target.exists():
        raise _refused(archive, name, "is there twice")
    return target


def _copy(stream: IO[bytes], target: Path, size: int, archive: Path) -> None:
    left = size
    with target.open("wb") as out:
        while part := stream.read(2**20):
            left -= len(part)
            if left < 0:
                raise _refused(archive, target.name, "is larger than it says")
            out.write(part)
    if left:
        raise _refused(archive, target.name, "is shorter than it says")


def _refused(archive: Path, name: str, why: str) -> InputError:
    return InputError(
        f"{archive.name}: {name[:200]!r} {why}.", "Nothing was unpacked to use: fetch it from its publisher."
    )


def is_url(origin: str) -> bool:
    """Whether a model is named by an address."""
    return urlsplit(origin).scheme in ("http", "https")
