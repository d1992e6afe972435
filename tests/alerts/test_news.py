"""When a later document of a story fires again: status, place, casualties, norm; nothing else."""

import pytest

from alerts.news import changed, facts, within


def told(published="2026-11-24T10:00:00-05:00", **more):
    plain = {"status": None, "places": [], "killed": None, "injured": None, "norms": []}
    return {"headline": "x", "published": published, "facts": plain | more}


LATER = "2026-11-25T10:00:00-05:00"


@pytest.mark.parametrize(
    ("new", "old", "what"),
    [
        ({}, {}, []),
        ({"status": "announced"}, {"status": "announced"}, []),
        ({"status": "suspended"}, {"status": "announced"}, ["status"]),
        ({"status": "announced"}, {}, ["status"]),
        ({}, {"status": "announced"}, []),
        ({"places": ["150132"]}, {"places": ["150132"]}, []),
        ({"places": ["150100"]}, {"places": ["150132"]}, []),
        ({"places": ["150132"]}, {"places": ["150100"]}, ["place"]),
        ({"places": ["150132", "130101"]}, {"places": ["150132"]}, ["place"]),
        ({"killed": 3}, {"killed": 2}, ["casualties"]),
        ({"killed": 2, "injured": 5}, {"killed": 2}, ["casualties"]),
        ({"killed": 0}, {}, ["casualties"]),
        ({}, {"killed": 2}, []),
        ({"norms": ["Ley 32108"]}, {"norms": ["Ley 32108", "DL 1338"]}, []),
        ({"norms": ["Ley 32108", "PL 11735/2024-CR"]}, {"norms": ["Ley 32108"]}, ["norm"]),
        ({"status": "ended", "killed": 1}, {"status": "ongoing"}, ["status", "casualties"]),
    ],
)
def test_what_changes(new, old, what):
    assert changed(told(LATER, **new), [told(**old)]) == what


def test_the_same_toll_told_by_a_slower_outlet_is_no_news():
    before = [told(killed=2), told(killed=3)]
    assert changed(told(LATER, killed=2), before) == []


def test_a_strike_that_goes_on_again_is_news_and_a_late_old_report_is_not():
    before = [
        told("2026-11-20T08:00:00-05:00", status="ongoing"),
        told("2026-11-22T08:00:00-05:00", status="suspended"),
    ]
    assert changed(told("2026-11-23T08:00:00-05:00", status="ongoing"), before) == ["status"]
    assert changed(told("2026-11-21T08:00:00-05:00", status="ongoing"), before) == []
    assert changed(told(None, status="ongoing"), before) == []


def test_where_facts_are_unknown_it_fires():
    assert changed(told(), [{"headline": "of an earlier release"}]) != []


def test_facts_are_of_where_it_happened():
    tags = {
        "strike": {"status": "ongoing"}, "casualties": {"killed": 1, "injured": None}, "norms": [{"id": "Ley 1"}, {"id": "Ley 1"}],
        "places": [{"ubigeo": "150101", "role": "event"}, {"ubigeo": "130000", "role": "mention"}, {"ubigeo": None, "role": "event"}],
    }  # fmt: skip
    assert facts(tags) == {"status": "ongoing", "places": ["150101"], "killed": 1, "injured": None, "norms": ["Ley 1"]}
    assert facts({}) == {"status": None, "places": [], "killed": None, "injured": None, "norms": []}


def test_inside():
    assert within("150132", "150000") and within("150132", "150100") and within("150100", "150100")
    assert not within("150100", "150132") and not within("150201", "150100") and not within("100000", "010000")
    assert within("100101", "100000") and not within("110000", "100000")
