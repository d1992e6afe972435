"""El Pueblo: daily of Arequipa. No evidence of any route was found: listed only. (Its address is general knowledge.)"""

from crawler.source import Source

SOURCE = Source(
    name="El Pueblo",
    home="https://elpueblo.com.pe/",
    region="Arequipa",
    items_a_day=15,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no evidence of any route was found; `pututu sources new https://elpueblo.com.pe/` looks for one",
)
