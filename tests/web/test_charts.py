"""Charts and the map: the specification says what the rows say, and the drawing has the words of its language."""

import re
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as xml

import pytest

from web import charts, maps


def rows(
    query: str = "paro", days: int = 31, group: str | None = None, step: int = 1, count: int = 3
) -> list[dict[str, Any]]:
    """A row a period from the first of December, the fifth with an outage."""
    start = date(2020, 12, 1)
    return [
        {"query": query, "group": group, "start": (start + timedelta(days=n * step)).isoformat(), "count": (n * 7) % 13 * count, "total": 400, "share": n / 400, "outage": n == 4}
        for n in range(days)
    ]  # fmt: skip


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in xml.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_axes_are_named_in_the_language_and_dates_are_lima_days() -> None:
    spanish, english = (
        texts(charts.svg(charts.trend_chart(rows()))),
        texts(charts.svg(charts.trend_chart(rows(), language="en"))),
    )
    assert {"Día (Lima)", "Documentos", "01 dic 2020", "31 dic 2020"} <= set(spanish)
    assert {"Day (Lima)", "Documents", "01 Dec 2020"} <= set(english)
    assert "Fondo gris: alguna fuente estuvo caída" in spanish


def test_september_is_setiembre_in_peru() -> None:
    row = rows(days=1)[0] | {"start": "2020-09-01"}
    assert "01 set 2020" in texts(charts.svg(charts.trend_chart([row])))


def test_counts_are_whole_and_without_thousands_marks() -> None:
    for count in (0, 1, 2, 900):
        labels = [
            text
            for text in texts(charts.svg(charts.trend_chart(rows(count=count))))
            if re.fullmatch(r"[\d.,\s]+", text)
        ]
        assert labels and all(label.isdecimal() for label in labels), count


def test_a_share_is_in_percent() -> None:
    labels = texts(charts.svg(charts.trend_chart(rows(), share=True, language="en")))
    assert "Share of coverage" in labels and any(label.endswith("%") for label in labels)


def test_several_series_have_a_legend_with_their_names() -> None:
    labels = texts(charts.svg(charts.trend_chart([*rows("paro"), *rows("extorsión <b>")])))
    assert {"paro", "extorsión <b>", "Consulta"} <= set(labels)
    grouped = [*rows(group="strike"), *rows(group="extortion")]
    assert {"paro o huelga", "extortion", "Grupo"} <= set(
        texts(charts.svg(charts.trend_chart(grouped, names={"strike": "paro o huelga"})))
    )


def test_only_the_largest_series_are_drawn() -> None:
    many = [row for n in range(30) for row in rows(group=f"lugar {n:02}", days=3, count=n)]
    labels = [text for text in texts(charts.svg(charts.trend_chart(many))) if text.startswith("lugar")]
    assert sorted(labels) == [f"lugar {n:02}" for n in range(18, 30)]


def test_a_chart_without_rows_or_without_shares_is_still_a_chart() -> None:
    assert charts.svg(charts.trend_chart([])).startswith("<svg")
    assert charts.svg(charts.trend_chart([row | {"share": None} for row in rows()], share=True)).startswith("<svg")


def test_nothing_is_fetched_whatever_the_rows_say() -> None:
    svg = charts.svg(charts.trend_chart(rows('<script>x</script> javascript:alert(1) "')))
    assert "<script" not in svg and "<image" not in svg


@pytest.mark.parametrize(("start", "by", "last"), [
    ("2024-02-01", "month", "2024-02-29"), ("2024-12-01", "month", "2024-12-31"), ("2024-12-30", "week", "2025-01-05"), ("2024-02-29", "day", "2024-02-29"),
])  # fmt: skip
def test_periods_end(start: str, by: str, last: str) -> None:
    assert charts.period(start, by) == (date.fromisoformat(start), date.fromisoformat(last))


def test_png_is_a_picture() -> None:
    assert charts.png(charts.trend_chart(rows(days=3)), scale=1)[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_map_has_every_department_with_its_official_name_where_known() -> None:
    svg = charts.svg(
        maps.department_map({"Áncash": 12, "Callao": 3}, link=lambda name: f"http://localhost/search?place={name}")
    )
    links = re.findall(r'xlink:href="http://localhost/search\?place=([^"]+)"', svg)
    assert len(links) == 25 and "Áncash" in links and "Callao" in links
    assert {"12", "3"} <= set(texts(svg))


def test_a_number_stands_inside_its_department_or_beside_a_small_one() -> None:
    middles = {shape["name"]: shape for shape in maps.shapes()}
    assert middles["CALLAO"]["small"] and middles["CALLAO"]["middle"][0] < -77.3
    assert not middles["LIMA"]["small"] and -78 < middles["LIMA"]["middle"][0] < -76
