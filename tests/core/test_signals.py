"""Signals that come while something is written down are answered after it, as they would have been."""

import signal
import threading

import pytest

from core.signals import held


def test_a_signal_waits_for_the_end_of_the_block() -> None:
    came: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: came.append("answered"))
    try:
        with held():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            came.append("written down")
        assert came == ["written down", "answered"]
        signal.raise_signal(signal.SIGTERM)
        assert came[2:] == ["answered"], "the handler from before is back"
    finally:
        signal.signal(signal.SIGTERM, before)


def test_an_interruption_comes_out_of_the_block_also_when_it_fails() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        with pytest.raises(KeyboardInterrupt) as interruption, held():
            signal.raise_signal(signal.SIGINT)
            raise ValueError("the work itself failed")
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(interruption.value.__context__, ValueError)


def test_another_thread_than_the_main_one_is_left_alone() -> None:
    done: list[bool] = []

    def work() -> None:
        with held():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
