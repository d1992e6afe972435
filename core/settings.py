"""Every setting in one table: name, default, meaning. Read once at the rim; unknown `PUTUTU_*` names are errors."""

import difflib
import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from core.errors import SettingError
from core.sizes import check

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `read` turns the text into the value and raises ValueError with the reason."""

    name: str
    default: str
    help: str
    read: Callable[[str], object] = str
    secret: bool = False


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and urlsplit(text).scheme not in schemes:
            raise ValueError(f"must start with {' or '.join(s + '://' for s in schemes)}")
        _ = urlsplit(text).port
        return text

    return read


def _choice(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _recogniser(text: str) -> str:
    engine, colon, _ = text.partition(":")
    if text != "rules" and not (colon and engine in ("spacy", "transformers")):
        raise ValueError("must be rules, spacy:MODEL or transformers:MODEL")
    return text


def _bind(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("must be HOST:PORT, e.g. 127.0.0.1:8642")
    return host.strip("[]"), int(port)


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def index_hosts(text: str) -> list[str]:
    """The addresses in PUTUTU_INDEX, each with its port: `https://a:9200,b:9200/ALIAS` names two nodes of one cluster."""
    parts = urlsplit(text)
    hosts = [urlsplit(f"{parts.scheme}://{host}") for host in parts.netloc.rpartition("@")[2].split(",")]
    if not all(host.hostname for host in hosts):
        raise ValueError("must name a host")
    default = 443 if parts.scheme == "https" else 80
    return [f"{parts.scheme}://{_host(host.hostname or '')}:{host.port or default}" for host in hosts]


def _index(text: str) -> str:
    if "://" in text:
        if urlsplit(text).scheme not in ("http", "https"):
            raise ValueError("must be a folder, or start with http:// or https://")
        index_hosts(text)
    return text


def _mailbox(text: str) -> str:
    if "://" in text:
        parts = urlsplit(text)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise ValueError("must be a path, or start with imap:// or imaps:// and name a host")
        _ = parts.port
    return text


def _store(text: str) -> str:
    if text and not text.startswith(("sqlite:///", "postgresql")):
        raise ValueError("must be an SQLAlchemy URL that starts with sqlite:/// or postgresql")
    return text


TABLE: tuple[Setting, ...] = (
    Setting("PUTUTU_HOME", "", "data folder; by default the user's data folder as the platform has it", _path),
    Setting("PUTUTU_STORE", "", "SQLAlchemy URL of the store; by default SQLite in the home", _store, secret=True),
    Setting("PUTUTU_INDEX", "", "folder of the embedded index, or http(s)://[user:password@]host:port[,host:port...][/ALIAS] of Elasticsearch; by default `index` in the home", _index, secret=True),
    Setting("PUTUTU_INDEX_API_KEY", "", "API key for Elasticsearch", secret=True),
    Setting("PUTUTU_INDEX_CA", "", "file with the certificate authority that signed Elasticsearch's certificate", _path),
    Setting("PUTUTU_BIND", "127.0.0.1:8642", "address the page listens on; anything but loopback needs PUTUTU_TOKEN", _bind),
    Setting("PUTUTU_TOKEN", "", "secret that visitors from elsewhere must show", secret=True),
    Setting("PUTUTU_CONTACT", "", "mail address or URL named in the crawler's user agent"),
    Setting("PUTUTU_TRANSLATION", "auto", "translation engine by name, or auto"),
    Setting("PUTUTU_TRANSLATE", "relevant", "what is translated: relevant (documents with a topic), all, none", _choice("relevant", "all", "none")),
    Setting("PUTUTU_ENTITIES", "rules", "what finds names of people and organisations beside the lists: rules, spacy:MODEL or transformers:MODEL (a package's or folder's name)", _recogniser),
    Setting("PUTUTU_SMTP", "", "smtp[s]://[user:password@]host:port of the mail server", _url("smtp", "smtps"), secret=True),
    Setting("PUTUTU_MAIL_FROM", "", "sender of the mails; by default pututu@ and this host's name"),
    Setting("PUTUTU_CANARY", "", "mail address to which a synthetic article is sent every hour by the whole way; it must arrive within five minutes"),
    Setting("PUTUTU_CANARY_MAILBOX", "", "where the mails of PUTUTU_CANARY arrive: imap[s]://user:password@host[:port][/FOLDER], a Maildir or an mbox file; without it, acceptance by the mail server counts as arrival", _mailbox, secret=True),
    Setting("PUTUTU_PUBLIC_URL", "", "what links in mails start with; by default the address the page listens on", _url("http", "https")),
    Setting("PUTUTU_ALLOW_PRIVATE", "", "private networks that crawls and webhooks may reach, e.g. 127.0.0.0/8,10.1.0.0/16", _networks),
    Setting("PUTUTU_SOURCES_DIR", "", "folder of source files that are added to the bundled ones", _path),
    Setting("PUTUTU_LEXICON_DIR", "", "folder of word lists that are added to the bundled ones", _path),
    Setting("PUTUTU_ARCHIVE_BUDGET", "40%", "most that the archive of pages may take: a size (20GB), a share of what the home has and the disk has free (40%), or none; beyond it the oldest pages are dropped", check),
    Setting("PUTUTU_STORE_BUDGET", "30%", "most that the database should take, written the same way; documents are never dropped, `pututu doctor` says when it is near", check),
)  # fmt: skip
NAMES = {setting.name: setting for setting in TABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values in force. Build it with `load`; tests and the demo use `dataclasses.replace`."""

    home: Path
    store: str
    index: str
    index_api_key: str
    index_ca: Path | None
    bind: tuple[str, int]
    token: str
    contact: str
    translation: str
    translate: str
    entities: str
    smtp: str
    mail_from: str
    canary: str
    canary_mailbox: str
    public_url: str
    allow_private: tuple[Network, ...]
    sources_dir: Path | None
    lexicon_dir: Path | None
    archive_budget: str
    store_budget: str

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment (the process's own by default).

        Raises SettingError naming the variable: unknown (with the nearest known name), unreadable, or given twice.
        """
        environ = os.environ if environ is None else environ
        _refuse_unknown(environ)
        values = {name: _value(setting, environ) for name, setting in NAMES.items()}
        home = values["PUTUTU_HOME"] or Path(platformdirs.user_data_dir("pututu", appauthor=False))
        assert isinstance(home, Path)
        home = home.absolute()
        bind = values["PUTUTU_BIND"]
        assert isinstance(bind, tuple)
        host, port = bind
        fields = {name.removeprefix("PUTUTU_").lower(): value for name, value in values.items()}
        fields |= {
            "home": home,
            "store": values["PUTUTU_STORE"] or f"sqlite:///{home / 'pututu.sqlite'}",
            "index": values["PUTUTU_INDEX"] or str(home / "index"),
            "mail_from": values["PUTUTU_MAIL_FROM"] or f"pututu@{socket.getfqdn() or 'localhost'}",
            "public_url": str(values["PUTUTU_PUBLIC_URL"] or f"http://{_host(host)}:{port}").rstrip("/"),
        }
        return cls(**fields)  # type: ignore[arg-type]


def origin(name: str, environ: Mapping[str, str] | None = None) -> str:
    """Where the value of a setting comes from: `environment`, `file` (by `NAME_FILE`) or `default`."""
    environ = os.environ if environ is None else environ
    if environ.get(name):
        return "environment"
    return "file" if environ.get(name + "_FILE") else "default"


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = set(NAMES) | {setting.name + "_FILE" for setting in TABLE if setting.secret}
    for name in sorted(environ):
        if name.startswith("PUTUTU_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"Did you mean {near[0]}?" if near else "`pututu settings` lists the known ones."
            raise SettingError(f"{name} is no setting of Pututu.", mend)


def _value(setting: Setting, environ: Mapping[str, str]) -> object:
    text, file = environ.get(setting.name, ""), environ.get(setting.name + "_FILE", "") if setting.secret else ""
    if text and file:
        raise SettingError(f"{setting.name} and {setting.name}_FILE are both set.", "Keep one of them.")
    if file:
        try:
            text = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                f"{setting.name}_FILE: {file} cannot be read ({error}).", "Name a readable file."
            ) from error
    try:
        return setting.read(text or setting.default)
    except ValueError as error:
        shown = "its value" if setting.secret else repr(text)
        raise SettingError(
            f"{setting.name}: {shown} cannot be used: {error}.", setting.help[0].upper() + setting.help[1:] + "."
        ) from error
