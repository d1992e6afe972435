"""Noticias SER: news of the regions by an association. No evidence of any route was found: listed only. (Its address is general knowledge.)"""

from crawler.source import Source

SOURCE = Source(
    name="Noticias SER",
    home="https://www.noticiasser.pe/",
    items_a_day=3,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no evidence of any route was found; `pututu sources new https://www.noticiasser.pe/` looks for one",
)
