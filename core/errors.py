"""The errors a user can do something about: one base class, few subclasses, each named after where the mend is."""


class PututuError(Exception):
    """What went wrong (`str(error)`) and what mends it (`mend`, one sentence or empty). Caught at the rim only."""

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.reason} {self.mend}".strip()

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.reason, self.mend)


class SettingError(PututuError):
    """A `PUTUTU_*` variable that is unknown or cannot be read: the mend is in the environment."""


class InputError(PututuError):
    """A file, a line or an option that cannot be used: the mend is in what was given."""


class QueryError(PututuError):
    """A query that does not parse or cannot be asked: `position` is the 0-based character of `query`, None where it has no place."""

    def __init__(self, reason: str, mend: str = "", position: int | None = None, query: str = "") -> None:
        super().__init__(reason, mend)
        self.position = position
        self.query = query

    def __reduce__(self) -> tuple[type, tuple[str, str, int | None, str]]:  # type: ignore[override]
        return type(self), (self.reason, self.mend, self.position, self.query)


class UnavailableError(PututuError):
    """Something outside does not answer now (search engine, mail server, source, model): try again later."""


class StoreError(PututuError):
    """The store cannot be used: locked, full, damaged, or made by a newer release."""


class NotAnArticleError(PututuError):
    """A page that holds no article (challenge page, listing, no title): parked with its reason."""
