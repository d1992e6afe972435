"""One request as the pages see it: the desk of that moment, the question, the language, and how a template is filled."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import QueryParams

from alerts.rules import KINDS as KINDS_OF_ALERT
from core.document import KINDS, SECTORS, TOPICS
from core.record import Record
from search.trends import GROUPS
from store.alerts import Day
from web.desk import Desk
from web.question import MOST_ON_PAGE, Question, language, read
from web.words import LANGUAGES, Words

CLOSED: Mapping[str, tuple[str, ...]] = {
    "topic": TOPICS, "sector": SECTORS, "by": ("day", "week", "month"), "group": GROUPS, "kind": KINDS,
    "rhythm": ("instant", "daily", "weekly"), "day": get_args(Day), "alert_kind": KINDS_OF_ALERT, "language": ("es", "en", "qu", "ay", "pt"),
}  # fmt: skip


@functools.cache
def templates() -> Environment:
    """The environment of the templates: everything printed is escaped, a name that is not given is an error."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@dataclass(slots=True)
class Visit:
    """One request. `local`: from this machine to a page bound to it, so that whole texts may be shown."""

    request: Request
    desk: Desk
    words: Words
    local: bool
    question: Question

    @classmethod
    def of(cls, request: Request, *, most: int = MOST_ON_PAGE, ask: bool = True, lang: str = "") -> "Visit":
        """Read the request. Raises InputError for a parameter that cannot be used (`ask` False: parameters are not read).

        `lang` stands for the parameter of that name where a form carries it.
        """
        parameters = QueryParams({"lang": lang}) if lang else request.query_params
        words = Words(language(parameters, request.headers.get("accept-language", "")))
        question = read(parameters, most=most) if ask else Question(lang=_chosen(parameters))
        return cls(request, request.state.desk, words, request.state.local, question)

    def link(self, path: str, **parameters: Any) -> str:
        """The address of a page of ours, in the language that was asked for."""
        pairs = [(name, str(value)) for name, value in parameters.items() if value is not None]
        pairs += [("lang", self.question.lang)] if self.question.lang else []
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def absolute(self, address: str) -> str:
        """An address of ours with scheme and host in front: for feeds and charts."""
        base = (
            f"{self.request.url.scheme}://{self.request.headers['host']}"
            if self.local
            else self.request.state.door.public_url
        )
        return base + address

    def with_text(self, record: Record) -> bool:
        """Whether whole texts of this document may be shown here: on this machine, or where its source's licence allows it."""
        return self.local or self.desk.open_text(record.document.source)

    def page(
        self, template: str, here: str = "", *, status: int = 200, formats: Iterable[tuple[str, str]] = (), notice: str = "", **values: Any
    ) -> HTMLResponse:  # fmt: skip
        """The filled template."""
        other = "en" if self.words.language == "es" else "es"
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "lang"]
        where = self.request.url.path if self.request.method == "GET" else here or "/"
        filled = templates().get_template(template).render(
            w=self.words, desk=self.desk, ask=self.question, here=here, notice=notice, formats=tuple(formats), link=self.link,
            home=self.link, names=self.names, other_language=f"{where}?{urlencode([*kept, ('lang', other)])}", **values,
        )  # fmt: skip
        return HTMLResponse(
            filled, status, {"content-language": self.words.language, "vary": "Accept-Language, Cookie"}
        )

    def names(self, kind: str) -> list[tuple[str, str]]:
        """The values of a closed list with their printed names."""
        prefix = {"group": "field"}.get(kind, kind)
        return [(value, self.words.name(prefix, value)) for value in CLOSED[kind]]

    def group_names(self, group: str | None) -> dict[str, str]:
        """Printed names of a group's values, for charts."""
        if group == "source":
            return self.desk.outlets()
        return {value: self.words.name(group, value) for value in CLOSED.get(group, ())} if group else {}


def _chosen(parameters: QueryParams) -> Any:
    return next((known for known in LANGUAGES if known == parameters.get("lang")), None)
