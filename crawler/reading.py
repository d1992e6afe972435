"""Single pages and listings, from a file, standard input or the live web: for the pipes and for drafts. They need no store.

The live web is read as politely as in a crawl: robots.txt obeyed, private addresses refused, sizes and redirects bounded.
"""

import gzip
import io
import ipaddress
import sys
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from core.errors import InputError, UnavailableError
from core.settings import Settings
from core.urls import check_public, is_private
from crawler import agent
from crawler.archive import Page
from crawler.markup import decode, tree

Robots = dict[str, Protego | None]
MAGIC = b"\x1f\x8b"


def read_page(place: str, settings: Settings, *, url: str | None = None, largest: int = agent.LARGEST_LISTING) -> Page:
    """The bytes at a path, `-`, or http(s) URL, as a page. `url` says where a file came from.

    Raises InputError (no such file, private address, robots.txt forbids, too large) or UnavailableError (the site does not answer).
    """
    if place.startswith(("http://", "https://")):
        return fetch(place, settings, largest=largest)
    now = datetime.now(UTC)
    try:
        body = sys.stdin.buffer.read(largest + 1) if place == "-" else Path(place).read_bytes()
    except OSError as error:
        raise InputError(
            f"{place} cannot be read ({error.strerror or error}).", "Name a readable file or an http(s) URL."
        ) from error
    body = _unpacked(body, place, largest)
    if url:
        check_shape(url)
    return Page(url=url or _own_address(body) or "", body=body, when=now)


class ForbiddenError(InputError):
    """robots.txt forbids the address."""


def fetch(url: str, settings: Settings, *, largest: int = agent.LARGEST_LISTING, robots: Robots | None = None) -> Page:
    """One polite GET. `robots` keeps parsed robots.txt files between calls."""
    return _answered(ask(url, settings, largest=largest, robots=robots)[0])


def ask(
    url: str, settings: Settings, *, largest: int = agent.LARGEST_LISTING, robots: Robots | None = None, body: str | None = None
) -> tuple[Page, list[tuple[str, int]]]:  # fmt: skip
    """What an address answers, an error status included, and the redirects that led there (address and status of each).

    With a `body` it is asked for by POST. Raises ForbiddenError (robots.txt), InputError (private address, too large, too
    many redirects) or UnavailableError (no answer, or one that does not end).
    """
    robots = {} if robots is None else robots
    headers = {"User-Agent": agent.user_agent(settings.contact), "Accept-Language": "es-PE,es;q=0.9,en;q=0.5"}
    redirects: list[tuple[str, int]] = []
    check_public(url, settings.allow_private)  # before its robots.txt, so that an error names what was given
    try:
        with httpx.Client(headers=headers, timeout=agent.TIMEOUT, follow_redirects=False, trust_env=True) as client:
            while len(redirects) <= agent.REDIRECTS:
                if not _allowed(client, url, settings, robots):
                    raise ForbiddenError(f"{url}: robots.txt forbids it.", "Leave it, or ask the site's owner.")
                page = _get(client, url, settings, largest, body)
                if page.status not in (301, 302, 303, 307, 308) or not page.headers.get("location"):
                    return page, redirects
                redirects.append((url, page.status))
                url = urljoin(url, page.headers["location"])
    except httpx.HTTPError as error:
        raise UnavailableError(
            f"{url} does not answer ({type(error).__name__}: {error}).", "Check the address, or try again later."
        ) from error
    raise InputError(f"{url}: more than {agent.REDIRECTS} redirects.", "Give the address they lead to.")


def _answered(page: Page) -> Page:
    if page.status == 429 or (page.status == 503 and page.headers.get("retry-after")):
        raise UnavailableError(
            f"{page.url} answers {page.status}: we ask too often, or it has too much to do.", "Try again later."
        )
    if page.status in (401, 403, 418, 451):
        raise UnavailableError(
            f"{page.url} refuses us with status {page.status}.",
            "The site does not want to be read by programs: leave it.",
        )
    if page.status >= 400:
        raise UnavailableError(f"{page.url} answers {page.status}.", "Check the address.")
    return page


def _get(client: httpx.Client, url: str, settings: Settings, largest: int, body: str | None = None) -> Page:
    check_public(url, settings.allow_private)
    parts: list[bytes] = []
    size, until = 0, time.monotonic() + agent.TIMEOUT
    given = {} if body is None else {"content": body, "headers": {"Content-Type": "application/json"}}
    with client.stream("GET" if body is None else "POST", url, **given) as response:  # type: ignore[arg-type]
        _same_network(response, settings)
        for part in response.iter_bytes():
            size += len(part)
            if time.monotonic() > until:
                raise UnavailableError(f"{url} does not come to an end.", "Try again later.")
            if size > largest:
                raise InputError(f"{url} is larger than {largest // 2**20} MB.", "Give a smaller page or listing.")
            parts.append(part)
    return Page(
        url=str(response.url),
        status=response.status_code,
        headers=dict(response.headers),
        body=b"".join(parts),
        when=datetime.now(UTC),
    )


def _same_network(response: httpx.Response, settings: Settings) -> None:
    """The name was checked before; look at the address that was really connected to."""
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream is not None else None
    if address and is_private(_plain(str(address[0])), settings.allow_private):
        raise InputError(
            f"{response.url} leads to {address[0]}, an address inside a private network.",
            "Name its network in PUTUTU_ALLOW_PRIVATE if that is meant.",
        )


def _plain(address: str) -> str:
    return str(ipaddress.ip_address(address.partition("%")[0]))


def _allowed(client: httpx.Client, url: str, settings: Settings, robots: Robots) -> bool:
    """Whether robots.txt lets us; a server that fails to give it (5xx) or asks for fewer requests (429) is left alone, one without it is open."""
    root = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    if root not in robots:
        page = _get(client, root + "/robots.txt", settings, 2**19)
        for _ in range(agent.REDIRECTS):
            if page.status in (301, 302, 307, 308) and page.headers.get("location"):
                page = _get(client, urljoin(page.url, page.headers["location"]), settings, 2**19)
        closed = page.status >= 500 or page.status == 429
        text = decode(page.body) if page.status < 400 else "User-agent: *\nDisallow: /" if closed else ""
        robots[root] = Protego.parse(text)
    rules = robots[root]
    return rules is None or bool(rules.can_fetch(url, agent.ROBOTS_NAME))


def crawl_delay(url: str, robots: Robots) -> float:
    """Seconds that robots.txt asks to leave between requests; 0 where it asks nothing."""
    rules = robots.get("{0.scheme}://{0.netloc}".format(urlsplit(url)))
    return float((rules.crawl_delay(agent.ROBOTS_NAME) if rules else 0) or 0)


def sitemaps_of(url: str, robots: Robots) -> list[str]:
    """The sitemaps that the host's robots.txt names, in its order; nothing where it was not read."""
    rules = robots.get("{0.scheme}://{0.netloc}".format(urlsplit(url)))
    named = [urljoin(url, one.strip()) for one in (rules.sitemaps if rules else ())]
    return [one for one in dict.fromkeys(named) if one.startswith(("http://", "https://"))]


def check_shape(url: str) -> None:
    """Raises InputError for what is no http(s) address; nothing is resolved."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            f"{url!r} is no http(s) address.", "Give the address the page came from, e.g. https://rpp.pe/..."
        )


def _unpacked(body: bytes, place: str, largest: int) -> bytes:
    if body.startswith(MAGIC):
        try:
            with gzip.open(io.BytesIO(body)) as packed:
                body = packed.read(largest + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{place} is broken gzip ({error}).", "Name a whole file.") from error
    if len(body) > largest:
        raise InputError(f"{place} is larger than {largest // 2**20} MB.", "Give a smaller page or listing.")
    return body


def _own_address(body: bytes) -> str:
    """Where a saved page says that it lives: rel=canonical or og:url."""
    root = tree(decode(body[: 2**20])) if b"<" in body[:2000] else None
    for node in root.iter("link", "meta") if root is not None else ():
        link = (
            node.get("href")
            if "canonical" in (node.get("rel") or "")
            else node.get("content")
            if node.get("property") == "og:url"
            else None
        )
        if link and urlsplit(link.strip()).scheme in ("http", "https") and urlsplit(link.strip()).hostname:
            return str(link.strip())
    return ""
