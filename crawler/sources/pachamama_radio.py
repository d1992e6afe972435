"""Pachamama Radio: radio of Puno, on a tagDiv theme. No feed or listing is confirmed: listed only. (Its address is general knowledge.)"""

from crawler.source import Source

SOURCE = Source(
    name="Pachamama Radio",
    home="https://pachamamaradio.org/",
    region="Puno",
    items_a_day=8,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no feed or listing is confirmed; `pututu sources new https://pachamamaradio.org/` looks for one",
)
