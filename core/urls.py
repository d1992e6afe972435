"""One address for one page: canonical form, alias, site; and whether an address leads into a private network.

The cases are those seen in crawls of Peru's press: AMP pages, content-network mirrors, staging hosts, tracking parameters.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import idna

from core.errors import InputError, UnavailableError
from core.settings import Network

Resolve = Callable[..., Sequence[tuple[Any, ...]]]
_MIRROR = re.compile(r"(?:elcomercio|infobae)-([a-z0-9]+)-[a-z]+\.(?:cdn\.arcpublishing\.com|web\.arc-cdn\.net)")
_MIRRORED = {
    "elcomercio": "elcomercio.pe", "gestion": "gestion.pe", "diariocorreo": "diariocorreo.pe", "ojo": "ojo.pe",
    "trome": "trome.com", "depor": "depor.com", "peru21": "peru21.pe", "infobae": "infobae.com",
}  # fmt: skip
_TWINS = frozenset({"www", "www1", "www2", "www3", "amp", "dev", "pwa", "staging", "stage", "lsw1"})
_TRACKING = re.compile(
    r"(?:utm_\w*|[a-z]*clid|gclsrc|gbraid|wbraid|igshid|igsh|mc_[ce]id|_ga|_gl|ref|ref_src|ref_url|refsrc|referer|referrer|"
    r"cmpid|ncid|xtor|spm|s_cid|ito|mkt_tok|oly_\w+|vero_\w+|_hs\w+|hs(?:a_\w+|ctatracking)|fb_\w+|__twitter_impression|"
    r"amp|amp_\w+|__amp_\w+|usqp|noamp|tdo_tag|phpsessid|jsessionid|aspsessionid\w*|sessid|cfid|cftoken)",
    re.I,
)
_SESSION = re.compile(r";jsessionid=[\w.!-]*", re.I)
_UNRESERVED = "-._~"
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_PORTS = {"http": 80, "https": 443}
LONGEST = 2000
"""Characters of an address: what is longer is no page, and more than an index of PostgreSQL holds."""


@lru_cache(maxsize=65_536)
def canonical(url: str) -> str:
    """The one address under which a page is known. Canonical of canonical is itself.

    https, lower-case host without `www.` (and without amp, dev, pwa, staging twins), no AMP marks, no tracking
    or session parameters (the others keep their order), no fragment (but a route: `#/...`), no trailing slash but the root's.
    IP addresses, `localhost` and explicit ports keep scheme and port. Raises InputError for what is no http(s) URL.
    """
    previous, current = "", _once(url)
    for _ in range(8):
        if current == previous:
            break
        previous, current = current, _once(current)
    return current


def _once(url: str) -> str:
    scheme, name, port, path, query, fragment = _parts(_unwrap(url))
    routed = fragment.startswith(("/", "!")) and len(fragment) > 1
    path = _path(path, keep_slash=routed)
    tail = f"?{query}" if (query := _query(query)) else ""
    if routed:
        tail += "#" + _escape(fragment, "/!?&=:@,;+$'()*")
    if _is_address(name) or "." not in name:
        port = None if port == _PORTS[scheme] else port
    else:
        name = _site_host(name)
        if port is None or port == _PORTS[scheme]:
            scheme, port = "https", None
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}{'' if port is None else f':{port}'}{path}{tail}"


def alias(url: str) -> str:
    """The alias of a document seen at this address."""
    return "url:" + canonical(url)


def host(url: str) -> str:
    """The host of the canonical address, without the port."""
    return urlsplit(canonical(url)).hostname or ""


def same_site(a: str, b: str) -> bool:
    """Whether both addresses are under one registrable domain (for addresses without one: same host and port)."""
    return site(a) == site(b)


def site(url: str) -> str:
    """The registrable domain (`elcomercio.pe`, `mininter.gob.pe`), else host and port. The list is the bundled one."""
    parts = urlsplit(canonical(url))
    name = parts.hostname or ""
    return "" if not name else _registrable(name) or parts.netloc


def _registrable(name: str) -> str:
    return "" if _is_address(name) else str(_suffixes()(name).top_domain_under_public_suffix)


@cache
def _suffixes() -> Any:
    """The bundled list of public suffixes, which takes a tenth of a second to come."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _parts(url: str) -> tuple[str, str, int | None, str, str, str]:
    if len(url) > LONGEST:
        raise InputError(f"{_shown(url[:100])}... is longer than {LONGEST} characters.", "Give an http(s) URL.")
    text = re.sub(r"[\t\r\n]", "", url.strip("\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f \xa0\ufeff"))
    try:
        parts = urlsplit(text)
        port, name = parts.port, parts.hostname
    except ValueError as error:
        raise InputError(f"{_shown(url)} is no address: {error}.", "Give an http(s) URL.") from error
    if parts.scheme not in _PORTS or not name or "\\" in parts.netloc:
        raise InputError(f"{_shown(url)} is no http(s) address.", "Give an http(s) URL.")
    return parts.scheme, _host(name, url), port, parts.path, parts.query, parts.fragment


def _shown(url: str) -> str:
    return repr(re.sub(r"//[^/?#]*@", "//…@", url[:200]))


def _host(name: str, url: str) -> str:
    name = unquote(name).lower().rstrip(".")
    if number := _number(name):
        return str(number)
    try:
        name = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:  # IDNAError is one
        name = ""
    if not name or re.search(r"[\s/?#@\\<>^|%]", name):
        raise InputError(f"{_shown(url)} has no usable host.", "Give an http(s) URL.")
    return name


def _site_host(name: str) -> str:
    if mirror := _MIRROR.fullmatch(name):
        name = _MIRRORED.get(mirror[1], name)
    while True:
        first, _, rest = name.partition(".")
        if (first == "www" and "." in rest) or (first in _TWINS and _registrable(rest)):
            name = rest
        else:
            return name


_AMP_CACHE = re.compile(
    r"https?://(?:www\.google\.[a-z.]+/amp/|[a-z0-9-]+\.cdn\.ampproject\.org/(?:c|v|wp)/)(s/)?(?=[^/?#]+\.)", re.I
)


def _unwrap(url: str) -> str:
    match = _AMP_CACHE.match(url.strip())
    return url if not match else f"http{'s' if match[1] else ''}://{url.strip()[match.end() :]}"


def _path(path: str, *, keep_slash: bool) -> str:
    path = _escape(_SESSION.sub("", path), "/:@!$&'()*+,;=")
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    while len(kept) > 1 and kept[0] == "":
        del kept[0]
    if kept and kept[0].lower() == "amp":
        del kept[0]
    slash = "/" if keep_slash and path.endswith("/") else ""
    while kept and kept[-1].lower() in ("", "amp"):
        del kept[-1]
    return "/" + "/".join(kept) + (slash if kept else "")


def _query(query: str) -> str:
    kept = []
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        name = unquote(name)
        if not piece or _TRACKING.fullmatch(name) or (name.lower() == "outputtype" and value.lower().startswith("amp")):
            continue
        kept.append(_escape(piece, "/:@!$'()*+,;=?"))
    return "&".join(kept)


def _escape(text: str, safe: str) -> str:
    """Percent-encoding in one form: unreserved characters plain, everything else escaped with capital digits."""
    text = quote(text, safe=safe + "%" + _UNRESERVED, errors="surrogatepass")
    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char.isascii() and (char.isalnum() or char in _UNRESERVED) else match[0].upper()


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host spells, also in the decimal, octal, hexadecimal and short forms that resolvers take."""
    if ":" not in name and not name.rpartition(".")[2][:1].isdigit():
        return None  # a name, as nearly all are: only a last part that begins with a digit makes it an address
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    if re.fullmatch(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", name):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return None
    return None


def _is_address(name: str) -> bool:
    return _number(name) is not None


def is_private(address: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether an IP address must not be reached: loopback, private, link-local, reserved, multicast, and not allowed."""
    found = _number(address.partition("%")[0])
    if found is None:
        raise InputError(f"{address!r} is no IP address.")
    networks = tuple(allowed)
    return any(not _open(one) and not any(one in network for network in networks) for one in _embedded(found))


def _open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(
    found: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    if isinstance(found, ipaddress.IPv4Address):
        return [found]
    if found.ipv4_mapped:
        return [found.ipv4_mapped]
    if found.sixtofour:
        return [found.sixtofour]
    if found.teredo:
        return [found, found.teredo[1]]
    if found in ipaddress.ip_network("64:ff9b::/96"):
        return [ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)]
    return [found]


def check_public(url: str, allowed: Iterable[Network] = (), resolve: Resolve = socket.getaddrinfo) -> tuple[str, ...]:
    """The IP addresses behind a URL that a crawl or webhook may reach (connect to these: a name can change its mind).

    Raises InputError for what is no http(s) URL, carries a password, or leads to a private address outside `allowed`;
    UnavailableError when the name does not resolve.
    """
    scheme, name, port, *_ = _parts(url)
    if "@" in urlsplit(url.strip()).netloc:
        raise InputError(f"The address of {name} carries a user name or password.", "Leave it out of the URL.")
    networks = tuple(allowed)
    addresses = [str(number)] if (number := _number(name)) else _resolve(name, port or _PORTS[scheme], resolve)
    for address in addresses:
        if is_private(address, networks):
            reason = (
                f"{name} is {address}, an address inside a private network."
                if address != name
                else f"{name} is a private address."
            )
            raise InputError(reason, "Name its network in PUTUTU_ALLOW_PRIVATE if that is meant.")
    return tuple(addresses)


def _resolve(name: str, port: int, resolve: Resolve) -> list[str]:
    try:
        rows = resolve(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnavailableError(f"{name} does not resolve: {error}.", "Check the name, or try again later.") from error
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    if not found:
        raise UnavailableError(f"{name} has no address.", "Check the name, or try again later.")
    return found
