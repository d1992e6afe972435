"""Batches that are bounded by number and room."""

from core.batches import bounded


def test_neither_bound_is_passed_and_the_order_stays() -> None:
    assert list(bounded([1, 1, 1, 1], 3, 100, int)) == [[1, 1, 1], [1]]
    assert list(bounded([4, 4, 4], 9, 8, int)) == [[4, 4], [4]]


def test_what_is_larger_than_the_room_goes_alone() -> None:
    assert list(bounded([1, 50, 1], 9, 8, int)) == [[1], [50], [1]]
    assert list(bounded([], 9, 8, int)) == []
