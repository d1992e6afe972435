"""Charts and the map: the specification says what the rows say, and the drawing has the words of its language."""

import re
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web import axes, charts, maps


def rows(
    query: str = "paro", days: int = 31, group: str | None = None, step: int = 1, count: int = 3, **more: Any
) -> list[dict[str, Any]]:
    """A row a period from the first of December, the fifth with an outage."""
    start = date(2020, 12, 1)
    return [
        {
            "query": query, "group": group, "start": (start + timedelta(days=n * step)).isoformat(), "count": (n * 7) % 13 * count,
            "total": 400, "share": n / 400, "outage": n == 4, "down": ["a"] if n == 4 else [], "completeness": None, "partial": False,
        } | more
        for n in range(days)
    ]  # fmt: skip


def texts(svg: str) -> list[str]:
    """Every text of a drawing, a label of two lines as two."""
    return [element.text or "" for element in xml.fromstring(svg).iter() if element.text and not len(element)]


def drawn(given: list[dict[str, Any]], **options: Any) -> list[str]:
    return texts(charts.svg(charts.trend_chart(given, **options)))


def colours(svg: str) -> set[str]:
    return {value.upper() for value in re.findall(r'(?:fill|stroke)="(#[0-9a-fA-F]{6})"', svg)}


def test_axes_are_named_in_the_language_and_dates_are_lima_days() -> None:
    spanish, english = drawn(rows()), drawn(rows(), language="en")
    assert {"Día (Lima)", "Documentos", "7 dic", "2020", "28 dic"} <= set(spanish)
    assert {"Day (Lima)", "Documents", "7 Dec", "2020"} <= set(english)
    assert any(text.startswith("Fondo gris: alguna fuente estuvo caída") for text in spanish)
    assert "Historias" in drawn(rows(), stories=True)


def test_september_is_set_in_peru() -> None:
    assert "1 set" in drawn([rows(days=1)[0] | {"start": "2020-09-01"}])
    assert "Sep" in drawn([rows(days=1)[0] | {"start": "2020-09-01"}], by="month", language="en")


def test_counts_are_whole() -> None:
    for count in (0, 1, 2, 900):
        labels = [text for text in drawn(rows(count=count)) if re.fullmatch(r"[\d.,]+", text)]
        assert labels and all(re.fullmatch(r"\d{1,3}(,\d{3})*|\d{4}", label) for label in labels), labels


def test_a_share_is_in_percent() -> None:
    labels = drawn(rows(), share=True, language="en")
    assert "Share of coverage" in labels and any(label.endswith("%") for label in labels)
    assert any(
        re.fullmatch(r"0\.\d+%", label) for label in drawn([row | {"share": 0.0004} for row in rows()], share=True)
    )


def test_several_series_have_a_legend_with_their_names() -> None:
    assert {"paro", "extorsión <b>", "Consulta"} <= set(drawn([*rows("paro"), *rows("extorsión <b>")]))
    grouped = [*rows(group="strike"), *rows(group="extortion")]
    assert {"paro o huelga", "extortion", "Grupo"} <= set(drawn(grouped, names={"strike": "paro o huelga"}))


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.parametrize("width", [320, 760, 1600])
def test_one_to_ten_queries_can_be_told_apart(number: int, width: int) -> None:
    """Up to four share a frame, each with a colour and dashes of its own; more have a frame each, under their name."""
    spec = charts.trend_chart([row for n in range(number) for row in rows(f"consulta {n}", days=5)], width=width)
    svg = charts.svg(spec)
    if number == 1:
        assert "concat" not in spec and charts.PALETTE[0] in colours(svg)
        return
    assert {f"consulta {n}" for n in range(number)} <= set(texts(svg))
    if number <= charts.MOST_LINES:
        assert set(charts.PALETTE[:number]) <= colours(svg)
        assert len(set(map(str, charts.DASHES))) == len(set(charts.PALETTE)) == charts.MOST_LINES
    else:
        assert len(spec["concat"]) == number and spec["columns"] == (1 if width < 620 else 2)
    size = re.search(r'<svg[^>]* width="(\d+)', svg)
    assert size and abs(int(size[1]) - width) <= max(60, 0.12 * width), size[1]


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_line_is_seen_on_white() -> None:
    """A graphic needs a contrast of 3 to 1 with what is around it (WCAG 2.2, 1.4.11); the palest line is just under it."""
    contrasts = {colour: 1.05 / (luminance(colour) + 0.05) for colour in charts.PALETTE}
    assert all(contrast >= 2.8 for contrast in contrasts.values()), contrasts


def test_only_the_largest_series_are_drawn_and_the_chart_says_so() -> None:
    many = [row for n in range(30) for row in rows(group=f"lugar {n:02}", days=3, count=n)]
    labels = drawn(many)
    assert sorted(text for text in labels if text.startswith("lugar")) == [f"lugar {n:02}" for n in range(18, 30)]
    assert any("Las 12 series mayores de 30" in text for text in labels)


def test_a_chart_without_rows_or_without_shares_is_still_a_chart_and_says_so() -> None:
    assert "Ningún documento responde en estos días" in drawn([])
    assert "No document answers in these days" in drawn(rows(count=0), language="en")
    assert charts.svg(charts.trend_chart([row | {"share": None} for row in rows()], share=True)).startswith("<svg")


def test_the_shares_of_sources_are_named_as_what_they_are_of() -> None:
    given = [*rows(group="a"), *rows(group="b")]
    assert "Share of each source's own coverage" in drawn(given, share=True, group="source", language="en")
    assert "Share of coverage" in drawn(given, share=True, group="topic", language="en")
    assert "Documents" in drawn(given, group="source", language="en")


def test_what_would_mislead_is_marked_and_explained() -> None:
    spec = charts.trend_chart(
        [*rows(days=3, partial=True, completeness=0.5), *[row | {"start": "2020-12-04"} for row in rows(days=1)]],
        by="week",
    )
    said = " ".join(texts(charts.svg(spec)))
    assert "menos del 80 %" in said and "no se contó entero" in said
    assert [band["weight"] for band in spec["datasets"]["incomplete"]] == [1, 1, 1]
    assert "menos del 80" not in " ".join(drawn(rows(completeness=0.9)))
    hollow = drawn([*rows("a", days=3, partial=True), *rows("b", days=3)])
    assert any(text.startswith("Punto hueco") for text in hollow)


def test_more_sources_down_make_a_darker_band() -> None:
    given = [row | {"down": ["a"] * n, "outage": n > 0} for n, row in enumerate(rows(days=4))]
    assert [round(band["weight"], 2) for band in charts.trend_chart(given)["datasets"]["outages"]] == [0.33, 0.67, 1.0]


def test_spikes_and_levels_are_drawn_where_they_are() -> None:
    given = rows(days=20)
    spikes = [{"query": "paro", "start": given[5]["start"]}, {"query": "paro", "start": "1999-01-01"}]
    changes = [
        {
            "query": "paro",
            "start": given[10]["start"],
            "before": 2.0,
            "after": 7.0,
            "share_before": 0.1,
            "share_after": 0.2,
        }
    ]
    data = charts.trend_chart(given, spikes=spikes, changes=changes)["datasets"]
    assert [value["start"] for value in data["spikes_0"]] == [given[5]["start"]]
    assert [(level["start"], level["value"]) for level in data["levels_0"]] == [
        (given[0]["start"], 2.0),
        (given[10]["start"], 7.0),
    ]
    shares = charts.trend_chart(given, share=True, changes=changes)["datasets"]["levels_0"]
    assert [level["value"] for level in shares] == [0.1, 0.2]
    two = charts.trend_chart([*given, *rows("otra", days=20)], spikes=spikes, changes=changes)["datasets"]
    assert len(two["spikes_0"]) == 1 and two["spikes_1"] == [] and "levels_0" not in two


def test_nothing_is_fetched_whatever_the_rows_say() -> None:
    hostile = "<script>x</script> javascript:alert(1) \"'}; https://evil.example/x.png"
    svg = charts.svg(charts.trend_chart([*rows(hostile), *rows("otra")], title=hostile))
    assert "<script" not in svg and "<image" not in svg and "evil" in svg


@pytest.mark.parametrize(
    ("first", "last", "by", "width", "expected"),
    [
        ("2020-12-22", "2020-12-22", "day", 700, ["22 dic|2020"]),
        ("2020-12-28", "2021-01-03", "day", 700, ["28 dic|2020", "29 dic", "30 dic", "31 dic", "1 ene|2021", "2 ene", "3 ene"]),
        ("2020-12-01", "2020-12-31", "day", 700, ["7 dic|2020", "14 dic", "21 dic", "28 dic"]),
        ("2020-12-05", "2021-06-30", "day", 700, ["ene|2021", "feb", "mar", "abr", "may", "jun"]),
        ("2019-01-01", "2023-12-31", "day", 700, ["ene|2019", "jul", "ene|2020", "jul", "ene|2021", "jul", "ene|2022", "jul", "ene|2023", "jul"]),
        ("2019-01-01", "2023-12-31", "month", 200, ["2020", "2022"]),
        ("1950-01-01", "2026-12-31", "month", 300, ["1960", "1980", "2000", "2020"]),
        ("2020-11-30", "2020-12-27", "week", 700, ["30 nov|2020", "7 dic", "14 dic", "21 dic"]),
        ("2021-02-01", "2021-02-28", "month", 700, ["feb|2021"]),
    ],
)  # fmt: skip
def test_ticks_stand_at_the_calendar_s_own_steps(
    first: str, last: str, by: str, width: int, expected: list[str]
) -> None:
    days, _ = axes.ticks(date.fromisoformat(first), date.fromisoformat(last), by, width)
    assert ["|".join(lines) for lines in axes.labels(days, by, "es")] == expected


@settings(deadline=None)
@given(
    start=st.dates(date(1950, 1, 1), date(2030, 1, 1)),
    days=st.integers(0, 30_000),
    by=st.sampled_from(["day", "week", "month"]),
    width=st.integers(120, 2400),
)
def test_labels_never_run_into_one_another(start: date, days: int, by: str, width: int) -> None:
    last = start + timedelta(days=days)
    found, _ = axes.ticks(start, last, by, width)
    assert found == sorted(set(found)) and all(start <= day <= last for day in found)
    assert len(found) * axes.MONTH_WIDTH <= max(width, 2 * axes.TICK_WIDTH)


@settings(deadline=None)
@given(top=st.floats(0, 1e7), share=st.booleans())
def test_the_axis_ends_above_what_is_drawn_and_not_far_above(top: float, share: bool) -> None:
    end = axes.ceiling(top, share)
    assert end >= top and (end <= 2.1 * top or end in (0.01, 4.0, axes.LEAST_SHARE))


@pytest.mark.parametrize(("start", "by", "last"), [
    ("2024-02-01", "month", "2024-02-29"), ("2024-12-01", "month", "2024-12-31"), ("2024-12-30", "week", "2025-01-05"), ("2024-02-29", "day", "2024-02-29"),
])  # fmt: skip
def test_periods_end(start: str, by: str, last: str) -> None:
    assert axes.period(start, by) == (date.fromisoformat(start), date.fromisoformat(last))


def test_png_is_a_picture() -> None:
    assert charts.png(charts.trend_chart(rows(days=3)), scale=1)[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_specification_is_valid_vega_lite() -> None:
    """altair knows the grammar: what it takes, a notebook draws too."""
    altair = pytest.importorskip("altair", reason="altair is not installed (the extra `test` has it)")
    marked = {"spikes": [{"query": "paro", "start": "2020-12-06"}]}
    for number in (0, 1, 3, 7):
        given_rows = [
            row
            for n in range(number)
            for row in rows("paro" if n == 0 else f"q{n}", days=9, partial=n == 1, completeness=0.1)
        ]
        altair.Chart.from_dict(charts.trend_chart(given_rows, **marked))
    altair.Chart.from_dict(maps.department_map({"Lima": 3}, link=str))


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
