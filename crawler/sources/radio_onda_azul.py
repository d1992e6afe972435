"""Radio Onda Azul: radio of Puno. No feed or listing is confirmed: listed only."""

from crawler.source import Source

SOURCE = Source(
    name="Radio Onda Azul",
    home="https://radioondaazul.com/",
    region="Puno",
    items_a_day=8,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no feed or listing is confirmed; `pututu sources new https://radioondaazul.com/` looks for one",
)
