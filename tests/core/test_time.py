"""Every way in which Peru's press writes a date, and the edge between UTC and Lima."""

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.time import LIMA, Moment, day_bounds, lima_day, lima_iso, parse_date, parse_day, parse_days

NOW = datetime(2025, 9, 20, 18, 30, 45, tzinfo=UTC)  # a Saturday, 13:30 in Lima


def lima(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LIMA).astimezone(UTC)  # type: ignore[misc, arg-type]


ABSOLUTE = [
    ("Fri, 14 Mar 2025 08:15:30 -0500", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("Fri, 14 Mar 2025 08:15:30 +0000", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("Fri, 14 Mar 2025 08:15:30 GMT", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("Fri, 14 Mar 2025 08:15:30 UTC", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("Fri, 14 Mar 2025 08:15:30 EST", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("Fri, 14 Mar 2025 08:15:30 PET", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("08:15 | Lima, mar. 14, 2025.", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14 de marzo de 2025 a las 8:15 de la noche", datetime(2025, 3, 15, 1, 15), "minute"),
    ("14/03/2025, 3:05 de la tarde", datetime(2025, 3, 14, 20, 5), "minute"),
    ("14/03/2025 8:15 de la mañana", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14/03/2025 20:15 de la noche", datetime(2025, 3, 15, 1, 15), "minute"),
    ("14 mar 2025 / 08:15 h.", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14 Mar 25 08:15 Z", datetime(2025, 3, 14, 8, 15), "minute"),
    ("vie, 14 mar 2025 08:15:30 -0500", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("Fri Mar 14 2025 08:15:30 GMT-0500 (PET)", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14T08:15:30-05:00", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14T08:15:30-0500", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14T08:15:30-05", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14T08:15:30Z", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("2025-03-14T08:15:30.123456789Z", datetime(2025, 3, 14, 8, 15, 30, 123456), "second"),
    ("2025-03-14T08:15:30.5+02:00", datetime(2025, 3, 14, 6, 15, 30, 500000), "second"),
    ("2025-03-14T08:15:30", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14 08:15:30", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14 08:15:30 UTC", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("2025-03-14 08:15:30 America/Lima", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("2025-03-14T08:15", datetime(2025, 3, 14, 13, 15), "minute"),
    ("2025-03-14T24:00:00", datetime(2025, 3, 15, 5), "second"),
    ("2025-03-14", datetime(2025, 3, 14, 5), "day"),
    ("2025/03/14", datetime(2025, 3, 14, 5), "day"),
    ("2025-03", datetime(2025, 3, 1, 5), "month"),
    ("20250314", datetime(2025, 3, 14, 5), "day"),
    ("20250314081530", datetime(2025, 3, 14, 13, 15, 30), "second"),
    ("20250314T081530Z", datetime(2025, 3, 14, 8, 15, 30), "second"),
    ("/Date(1741957200000)/", datetime(2025, 3, 14, 13), "second"),
    ("\\/Date(1741957200000-0500)\\/", datetime(2025, 3, 14, 13), "second"),
    ("1741957200", datetime(2025, 3, 14, 13), "second"),
    ("1741957200000", datetime(2025, 3, 14, 13), "second"),
    ("14/03/2025", datetime(2025, 3, 14, 5), "day"),
    ("4/3/2025", datetime(2025, 3, 4, 5), "day"),
    ("14/03/25", datetime(2025, 3, 14, 5), "day"),
    ("14-03-2025", datetime(2025, 3, 14, 5), "day"),
    ("14.03.2025", datetime(2025, 3, 14, 5), "day"),
    ("14/03/2025 08:15", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14/03/2025 08:15 a.m.", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14/03/2025 08:15 p.m.", datetime(2025, 3, 15, 1, 15), "minute"),
    ("14/03/2025 12:05 a. m.", datetime(2025, 3, 14, 5, 5), "minute"),
    ("14/03/2025 12:05 p. m.", datetime(2025, 3, 14, 17, 5), "minute"),
    ("14/03/2025 08:15PM", datetime(2025, 3, 15, 1, 15), "minute"),
    ("14/03/2025 | 08h15", datetime(2025, 3, 14, 13, 15), "minute"),
    ("14/03/2025 - 20:15 hrs.", datetime(2025, 3, 15, 1, 15), "minute"),
    ("12 de setiembre de 2025", datetime(2025, 9, 12, 5), "day"),
    ("12 de septiembre del 2025", datetime(2025, 9, 12, 5), "day"),
    ("12 DE SETIEMBRE, 2025", datetime(2025, 9, 12, 5), "day"),
    ("12 setiembre, 2025", datetime(2025, 9, 12, 5), "day"),
    ("12 Set. 2025", datetime(2025, 9, 12, 5), "day"),
    ("12-sep-2025", datetime(2025, 9, 12, 5), "day"),
    ("1º de mayo de 2025", datetime(2025, 5, 1, 5), "day"),
    ("1ro de enero del año 2025", datetime(2025, 1, 1, 5), "day"),
    ("lunes 3 de marzo del 2025 | 10:35", datetime(2025, 3, 3, 15, 35), "minute"),
    ("Lunes, 3 de marzo de 2025 a las 10:35 p.m.", datetime(2025, 3, 4, 3, 35), "minute"),
    ("Lima, 3 de marzo de 2025", datetime(2025, 3, 3, 5), "day"),
    ("Publicado el 3 de marzo de 2025, 10:35 horas", datetime(2025, 3, 3, 15, 35), "minute"),
    ("Publicado: 03/03/2025 10:35 | Actualizado: 04/03/2025 11:00", datetime(2025, 3, 3, 15, 35), "minute"),
    ("10:35 | 3 de marzo de 2025", datetime(2025, 3, 3, 15, 35), "minute"),
    ("3 mar 2025, 3 p.m.", datetime(2025, 3, 3, 20), "minute"),
    ("November 3, 2024 10:00 am", datetime(2024, 11, 3, 15), "minute"),
    ("Nov. 3, 2024", datetime(2024, 11, 3, 5), "day"),
    ("Nov 3rd, 2024 at 22:10", datetime(2024, 11, 4, 3, 10), "minute"),
    ("3 November 2024", datetime(2024, 11, 3, 5), "day"),
    ("marzo de 2025", datetime(2025, 3, 1, 5), "month"),
    ("Marzo 2025", datetime(2025, 3, 1, 5), "month"),
    ("29 de febrero de 2024", datetime(2024, 2, 29, 5), "day"),
    ("  14/03/2025\u00a0\n08:15  ", datetime(2025, 3, 14, 13, 15), "minute"),
]
RELATIVE = [
    ("hace 3 horas", NOW - timedelta(hours=3), "minute"),
    ("Hace 1 hora", NOW - timedelta(hours=1), "minute"),
    ("hace una hora", NOW - timedelta(hours=1), "minute"),
    ("hace 25 minutos", NOW - timedelta(minutes=25), "minute"),
    ("hace 25 min", NOW - timedelta(minutes=25), "minute"),
    ("Publicado hace 2 h", NOW - timedelta(hours=2), "minute"),
    ("hace 30 segundos", NOW - timedelta(seconds=30), "minute"),
    ("hace un momento", NOW, "minute"),
    ("hace unos minutos", NOW, "minute"),
    ("hace media hora", NOW - timedelta(minutes=30), "minute"),
    ("mar. 14 ene", lima(2025, 1, 14), "day"),
    ("hace 2 días", lima(2025, 9, 18), "day"),
    ("hace un día", lima(2025, 9, 19), "day"),
    ("hace dos semanas", lima(2025, 9, 6), "day"),
    ("hoy", lima(2025, 9, 20), "day"),
    ("Hoy, 10:35 a.m.", lima(2025, 9, 20, 10, 35), "minute"),
    ("ayer", lima(2025, 9, 19), "day"),
    ("Ayer a las 22:10", lima(2025, 9, 19, 22, 10), "minute"),
    ("anteayer", lima(2025, 9, 18), "day"),
    ("3 hours ago", NOW - timedelta(hours=3), "minute"),
    ("an hour ago", NOW - timedelta(hours=1), "minute"),
    ("2 days ago", lima(2025, 9, 18), "day"),
    ("yesterday", lima(2025, 9, 19), "day"),
    ("3 de marzo", lima(2025, 3, 3), "day"),
    ("3 de marzo, 10:35", lima(2025, 3, 3, 10, 35), "minute"),
    ("28 de diciembre", lima(2024, 12, 28), "day"),
    ("29 de febrero", lima(2024, 2, 29), "day"),
    ("March 3", lima(2025, 3, 3), "day"),
]
NONE = [
    "", "   ", "sin fecha", "31/02/2025", "2025-02-30", "2025-13-01", "00/00/0000", "20251399", "32 de marzo de 2025", "29 de febrero de 2025",
    "14/03/2025 25:10", "14/03/2025 10:75", "03/14/2025", "0000-00-00T00:00:00", "1/1/1989", "1987-05-05", "100", "2025", "Ley 32108",
    "99999999999999999999", "/Date(abc)/", "hace tiempo", "hace unas horas", "9999999999", "x" * 1000, "2025-03-14T08:15:00+99:00",
]  # fmt: skip


@pytest.mark.parametrize(("text", "when", "precision"), ABSOLUTE)
def test_absolute(text: str, when: datetime, precision: str) -> None:
    assert parse_date(text) == Moment(when.replace(tzinfo=UTC), precision)  # type: ignore[arg-type]
    assert parse_date(text, now=NOW) == parse_date(text)


@pytest.mark.parametrize(("text", "when", "precision"), RELATIVE)
def test_relative(text: str, when: datetime, precision: str) -> None:
    assert parse_date(text, now=NOW) == Moment(when, precision)  # type: ignore[arg-type]
    assert parse_date(text) is None


@pytest.mark.parametrize("text", NONE)
def test_no_date(text: str) -> None:
    assert parse_date(text, now=NOW) is None


def test_the_future_is_implausible_when_now_is_known() -> None:
    assert parse_date("2025-09-22", now=NOW) is not None
    assert parse_date("2025-09-23T00:00:00-05:00", now=NOW) is None
    assert parse_date("2031-01-01") is not None
    new_year = datetime(2025, 1, 2, 12, tzinfo=UTC)
    assert parse_date("30 de diciembre", now=new_year) == Moment(lima(2024, 12, 30), "day")
    new_years_eve = datetime(2024, 12, 31, 12, tzinfo=UTC)
    assert parse_date("1 de enero", now=new_years_eve) == Moment(lima(2025, 1, 1), "day")


MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2060, 1, 1)).map(lambda d: d.replace(microsecond=0))
ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "setiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


@given(MOMENTS, ZONES)
def test_round_trips_with_zone(naive: datetime, zone: timezone) -> None:
    moment = naive.replace(tzinfo=zone)
    for text in (
        moment.isoformat(),
        format_datetime(moment),
        moment.isoformat(" "),
        str(int(moment.timestamp() * 1000)),
        f"/Date({int(moment.timestamp())}000)/",
    ):
        found = parse_date(text)
        assert found is not None and found.when == moment and found.precision == "second"
        assert found.when.tzinfo == UTC


@given(MOMENTS)
def test_round_trips_in_lima(naive: datetime) -> None:
    wanted = naive.replace(tzinfo=LIMA)
    month = MONTHS[naive.month - 1]
    forms = (
        naive.isoformat(), f"{naive:%Y%m%d%H%M%S}", f"{naive:%d/%m/%Y %H:%M:%S}", f"{naive:%d-%m-%Y %I:%M:%S} {'a.m.' if naive.hour < 12 else 'p.m.'}",
        f"{naive.day} de {month} de {naive.year} | {naive:%H:%M:%S}", f"{naive:%H:%M:%S} - {naive.day} {month.upper()}, {naive.year}", lima_iso(wanted),
    )  # fmt: skip
    for text in forms:
        found = parse_date(text)
        assert found is not None and found.when == wanted, text


@given(st.text(max_size=40), st.one_of(st.none(), st.just(NOW)))
def test_any_text_gives_a_moment_or_none(text: str, now: datetime | None) -> None:
    found = parse_date(text, now=now)
    assert found is None or found.when.tzinfo == UTC


@given(
    st.lists(
        st.sampled_from(
            [
                "14",
                "/",
                "-",
                "03",
                "2025",
                " ",
                "de",
                "marzo",
                "hace",
                "horas",
                ":",
                "99",
                "a.m.",
                "T",
                "Z",
                "+",
                "ayer",
                ",",
            ]
        ),
        max_size=9,
    )
)
def test_any_pieces_give_a_moment_or_none(pieces: list[str]) -> None:
    for text in ("".join(pieces), " ".join(pieces)):
        found = parse_date(text, now=NOW)
        assert found is None or found.when.year >= 1990


def test_edge() -> None:
    moment = datetime(2025, 3, 14, 3, 15, 30, 999, tzinfo=UTC)
    assert lima_iso(moment) == "2025-03-13T22:15:30-05:00"
    assert lima_day(moment) == date(2025, 3, 13)
    assert day_bounds(date(2025, 3, 13)) == (datetime(2025, 3, 13, 5, tzinfo=UTC), datetime(2025, 3, 14, 5, tzinfo=UTC))


def test_days() -> None:
    assert parse_day("2025-03-14") == date(2025, 3, 14)
    assert parse_day("2024-02") == date(2024, 2, 1)
    assert parse_days("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert parse_days("2024-12") == (date(2024, 12, 1), date(2024, 12, 31))
    for text in ("", "2025", "2025-3-1", "2025-02-30", "14/03/2025", "2025-13", "ayer", "0000-01", "٢٠٢٥-٠٣"):
        with pytest.raises(InputError, match="YYYY-MM-DD"):
            parse_day(text)
