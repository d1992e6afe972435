"""Who may come in: Host, Origin and token checks before any route, and the headers that every answer carries.

Loopback needs no token; everything else does. A request counts as loopback only when the connection, the Host header and
the lack of forwarding headers all say so: a reverse proxy on this machine does not open the door for the world.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.settings import Settings
from web.desk import Desk
from web.question import language
from web.words import Words

SESSION_COOKIE, FORM_COOKIE = "pututu_session", "pututu_form"
SESSION_SECONDS = 30 * 24 * 3600
OPEN_PATHS = ("/healthz", "/login")
OPEN_FOLDERS = ("/static/", "/l/", "/feeds/")
"""What needs no token: our own files, and addresses that are secrets themselves (signed links, feeds of alerts)."""
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # `no-referrer` would make browsers send `Origin: null` with our own forms; this tells other sites as little.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's loopback."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_name(header: str) -> str:
    """The name in a Host header, without port, lower case; `""` if it is malformed."""
    try:
        return (urlsplit("//" + header).hostname or "") if "@" not in header and "/" not in header else ""
    except ValueError:
        return ""


def host_allowed(header: str, settings: Settings, bound: str) -> bool:
    """Loopback names, the bound address and the public URL's host; with a wildcard bind any literal address as well.

    A rebinding attack needs a name that it controls: literal addresses cannot be rebound.
    """
    name, bound = host_name(header), bound.lower()
    if not name:
        return False
    if is_loopback(name) or name in (bound, (urlsplit(settings.public_url).hostname or "").lower()):
        return True
    return bound in ("0.0.0.0", "::") and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_local(scope: Scope, headers: Headers) -> bool:
    """Whether this request comes from this machine, for certain."""
    client = scope.get("client")
    forwarded = any(name in headers for name in FORWARDING)
    return (
        client is not None
        and is_loopback(client[0])
        and is_loopback(host_name(headers.get("host", "")))
        and not forwarded
    )


def token_matches(token: str, given: str) -> bool:
    """Compare in constant time; an empty token matches nothing."""
    return bool(token) and hmac.compare_digest(token.encode(), given.encode())


def session(token: str, now: float) -> str:
    """The value of the cookie that a visitor gets who has shown the token: it ends, and it ends with the token."""
    ends = str(int(now) + SESSION_SECONDS)
    return f"{ends}.{_sign(token, ends)}"


def session_valid(token: str, value: str, now: float) -> bool:
    """Whether a session cookie was made with this token and has not ended."""
    ends, _, signature = value.partition(".")
    if not token or not ends.isdecimal() or len(ends) > 12:
        return False
    return hmac.compare_digest(_sign(token, ends).encode(), signature.encode()) and int(ends) > now


def _sign(token: str, text: str) -> str:
    return hmac.new(b"pututu session " + token.encode(), text.encode(), hashlib.sha256).hexdigest()


class Forms:
    """Tokens for forms: bound to a cookie that only this process's pages set, so that no other site can send them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, cookie: str | None) -> tuple[str, str]:
        """The cookie (the one given, or a new one) and the token that goes with it."""
        cookie = cookie if cookie and len(cookie) <= 64 else secrets.token_urlsafe(24)
        return cookie, self._token(cookie)

    def valid(self, cookie: str | None, token: str) -> bool:
        """Whether the token was issued for that cookie."""
        return bool(cookie) and hmac.compare_digest(self._token(str(cookie)).encode(), token.encode())

    def _token(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()


class Guard:
    """The middleware. It leaves in the request's state: `desk` (what is shown), `door` (the settings that guard it, which
    stay when the desk is switched) and `local` (the visitor is on this machine, and nobody else can be)."""

    def __init__(self, app: ASGIApp, desk: Desk, bound: str) -> None:
        self._app = app
        self._desk = desk
        self._door = desk.settings
        self._bound = bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the state set; every answer gets the headers."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        local = is_local(scope, headers)
        state = {"desk": self._desk.now(), "door": self._door, "local": local and is_loopback(self._bound)}
        scope.setdefault("state", {}).update(state)
        refusal = self._refusal(scope, headers, local)
        if scope["method"] == "HEAD":  # what GET would answer; the server leaves the body out
            scope = {**scope, "method": "GET"}
        kept = "no-cache" if scope["path"].startswith("/static/") else "no-store"
        await (refusal or self._app)(scope, receive, _with_headers(send, kept))

    def _refusal(self, scope: Scope, headers: Headers, local: bool) -> Response | None:
        """The answer to a request that may not come in, None to one that may."""
        settings = self._door
        if not host_allowed(headers.get("host", ""), settings, self._bound):
            mend = "Set PUTUTU_PUBLIC_URL to the address that visitors use."
            return _refused(scope, headers, f"This server does not answer to that host name. {mend}", 421)
        if scope["method"] not in SAFE_METHODS and not _same_origin(headers, settings):
            return _refused(scope, headers, "A form of another site cannot be sent here.", 403)
        path = scope["path"]
        if local or path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
            return None
        if not settings.token:
            return _refused(scope, headers, "Only this machine may come in: PUTUTU_TOKEN is not set.", 403)
        return None if _authorised(headers, settings.token) else _ask_for_token(scope, headers)


def _refused(scope: Scope, headers: Headers, reason: str, status: int) -> Response:
    """A plain refusal: a person reads it in the language of the page, a program in English."""
    asked = QueryParams(scope.get("query_string", b"").decode("latin-1"))
    page = "text/html" in headers.get("accept", "")
    chosen = language(asked, headers.get("accept-language", "")) if page else "en"
    return PlainTextResponse(
        f"{Words(chosen).said(reason)}\n", status_code=status, headers={"content-language": chosen}
    )


def _with_headers(send: Send, kept: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", kept)
        await send(message)

    return sending


def _same_origin(headers: Headers, settings: Settings) -> bool:
    """Origin, if sent, must be this very host or the public URL; without it Sec-Fetch-Site must not name another site."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    try:
        parts, public = urlsplit(origin), urlsplit(settings.public_url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    return parts.netloc.lower() == headers.get("host", "").lower() or (parts.scheme, parts.netloc) == (
        public.scheme,
        public.netloc,
    )


def _authorised(headers: Headers, token: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token_matches(token, given.strip())
    return session_valid(token, cookie(headers, SESSION_COOKIE) or "", time.time())


def cookie(headers: Headers, name: str) -> str | None:
    """The value of a cookie, None if it was not sent."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _ask_for_token(scope: Scope, headers: Headers) -> Response:
    """A browser is led to the form, a program gets a 401."""
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/login?next={quote(wanted, safe='')}", status_code=303)
    problem = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "A token is needed.",
        "mend": "Send Authorization: Bearer TOKEN.",
    }
    return JSONResponse(problem, 401, {"www-authenticate": "Bearer"}, media_type="application/problem+json")
