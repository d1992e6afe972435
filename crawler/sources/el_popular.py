"""El Popular: tabloid of the La República group, named beside Líbero without an address of its own (its home is general knowledge): listed only."""

from crawler.source import Source

SOURCE = Source(
    name="El Popular",
    home="https://elpopular.pe/",
    items_a_day=60,
    min_interval=1800,
    delay=10,
    status="listed",
    reason="no feed or listing is on record; `pututu sources new https://elpopular.pe/` looks for one",
)
