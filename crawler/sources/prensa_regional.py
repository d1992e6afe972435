"""Prensa Regional: daily of Moquegua. No feed or listing is confirmed: listed only."""

from crawler.source import Source

SOURCE = Source(
    name="Prensa Regional",
    home="https://prensaregional.pe/",
    region="Moquegua",
    items_a_day=10,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no feed or listing is confirmed; `pututu sources new https://prensaregional.pe/` looks for one",
)
