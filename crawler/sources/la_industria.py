"""La Industria: daily of Trujillo and Chiclayo. Grade X: no feed, and its site did not answer in 2026-09: listed only. (Its address is general knowledge.)"""

from crawler.source import Source

SOURCE = Source(
    name="La Industria",
    home="https://laindustria.pe/",
    region="La Libertad",
    items_a_day=20,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no feed, and the site did not answer in 2026-09",
)
