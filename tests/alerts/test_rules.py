"""What an alert may be."""

from datetime import datetime

import pytest

from alerts import rules
from alerts.rules import Alert
from core.errors import InputError, QueryError


def made(now: datetime, **changes: object) -> Alert:
    fields: dict[str, object] = {"name": "paros", "query": "paro", "owner": "ana@example.org"}
    return rules.create(**fields | changes, now=now)  # type: ignore[arg-type]


def test_an_alert_mails_its_owner_unless_told_otherwise(now):
    alert = made(now)
    assert (alert.channels, alert.at, alert.rhythm, alert.state) == (
        ("mailto:ana@example.org",),
        "07:00",
        "instant",
        "active",
    )
    assert made(now, channels=["mailto:bea@example.org"] * 2).channels == ("mailto:bea@example.org",)


@pytest.mark.parametrize("query", ["paro", "paro -fútbol", "extors*", "topic:strike", "topic:*", "(paro OR huelga) ley", "*orsion*", "extorsion~1", "source:diario", '"cobro de cupos"~3'])  # fmt: skip
def test_queries_that_need_something_are_taken(now, query):
    assert made(now, query=query).query == query


@pytest.mark.parametrize(
    "query", ["*", "-paro", "NOT paro", "* -paro", "title:*", "??", "source:*", "paro OR *", "paro OR (* -ley)"]
)
def test_queries_that_would_fire_on_everything_are_refused_with_the_reason(now, query):
    with pytest.raises(QueryError) as error:
        made(now, query=query)
    assert error.value.reason and error.value.mend


@pytest.mark.parametrize("query", ["paro date:2026", "paro date:>=2026-01", "paro AND NOT seen:[2026-01-01 TO *]"])
def test_days_are_refused_because_alerts_follow_arrival(now, query):
    with pytest.raises(QueryError, match="arrives") as error:
        made(now, query=query)
    assert query[error.value.position :].startswith(("date", "seen"))


def test_a_query_that_does_not_parse_names_the_character(now):
    with pytest.raises(QueryError) as error:
        made(now, query="paro AND (ley")
    assert error.value.position is not None


@pytest.mark.parametrize("owner", ["ana", "ana@", "@example.org", "ana@exa mple.org", "ana@example.org\r\nBcc: bea@example.org", "ana@example.org\n", "ana@example.org, bea@example.org", "Ana <ana@example.org>", "añá@example.org", "a..b@example.org", "ana@example..org", f"{'a' * 250}@example.org", ""])  # fmt: skip
def test_the_owner_is_one_plausible_address(now, owner):
    with pytest.raises(InputError):
        made(now, owner=owner)


@pytest.mark.parametrize(
    "name", ["paros\r\nBcc: bea@example.org", "paros\nX: y", "", "   ", "n" * 121, "a\x00b", "a\u2028b"]
)
def test_a_name_stays_on_one_line(now, name):
    with pytest.raises(InputError):
        made(now, name=name)


@pytest.mark.parametrize("wrong", [{"language": "qu"}, {"rhythm": "hourly"}, {"at": "24:00"}, {"at": "7:00"}, {"at": "٠٧:٠٠"}, {"channels": ["https://example.org/x"]}, {"channels": ["mailto:nobody"]}, {"channels": []}, {"day": "lunes"}, {"quiet": "22-7"}, {"quiet": "22:00-24:00"}, {"quiet": "07:00-07:00"}, {"kind": "canary"}, {"kind": "operator"}, {"query": "  "}, {"volume": {"count": 9}}, {"kind": "volume", "volume": {"count": 4}}, {"kind": "volume", "volume": {"count": 5.5}}, {"kind": "volume", "volume": {"ratio": float("nan")}}, {"kind": "volume", "volume": {"count": float("inf")}}, {"kind": "volume", "volume": {"sources": 1}}, {"kind": "volume", "volume": {"cooldown": 0}}, {"kind": "volume", "volume": {"count": True}}, {"kind": "volume", "volume": {"height": 3}}])  # fmt: skip
def test_other_fields_are_checked(now, wrong):
    with pytest.raises(InputError):
        made(now, **wrong)


def test_quiet_hours_are_written_one_way(now):
    assert made(now, quiet=" 22:00 - 07:00").quiet == "22:00-07:00"
    assert made(now, quiet="").quiet is None
    assert rules.edited(made(now, quiet="22:00-07:00"), quiet="").quiet is None
    assert rules.edited(made(now, quiet="22:00-07:00"), name="x").quiet == "22:00-07:00"


def test_an_alert_on_volume_may_count_everything_but_not_days(now):
    assert made(now, kind="volume", query="*").volume
    with pytest.raises(QueryError):
        made(now, kind="volume", query="paro date:2026")


def test_editing_checks_again_and_keeps_the_rest(now):
    alert = made(now)
    assert rules.edited(alert, owner="bea@example.org").channels == ("mailto:bea@example.org",)
    assert rules.edited(alert, rhythm="daily", at="18:30").at == "18:30"
    assert rules.edited(alert, query="huelga").id == alert.id
    with pytest.raises(QueryError):
        rules.edited(alert, query="-paro")
    with pytest.raises(InputError, match="state"):
        rules.edited(alert, state="removed")


def test_invalid_tells_why(now):
    from dataclasses import replace

    alert = made(now)
    assert rules.invalid(alert) is None
    assert "banana" in (rules.invalid(replace(alert, query="banana:split")) or "")
