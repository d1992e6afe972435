"""What `pututu up` says of a crawl: a line for each source, and a reason that many share once."""

from typing import Any

from cli.service import _by_source


def part(reason: str = "", **counts: int) -> dict[str, Any]:
    zero = dict.fromkeys(("listed", "new", "fetched", "extracted", "waiting"), 0)
    return zero | counts | {"parked": {}, "reasons": [reason] if reason else []}


def unresolved(host: str) -> str:
    return f"https://{host}/feed: the name of the host does not resolve ({host} does not resolve: [Errno -2] Unknown.)"


def test_without_a_network_the_reason_is_said_once() -> None:
    parts = {f"s{n}": part(unresolved(f"s{n}.example")) for n in range(4)}
    parts |= {"faro": part(listed=2, new=1, extracted=1), "ribera": part("https://ribera.example/: HTTP 403")}
    assert list(_by_source(parts)) == [
        "4 of 6 sources not reached: the name of the host does not resolve: s0, s1, s2, s3",
        "faro: 2 listed, 1 new, 1 documents",
        "ribera: not reached: https://ribera.example/: HTTP 403",
    ]


def test_a_source_that_gave_something_keeps_its_line() -> None:
    parts = {f"s{n}": part(unresolved(f"s{n}.example"), listed=1) for n in range(4)}
    assert len(list(_by_source(parts))) == 4
