"""Infobae Perú: the Peruvian pages of Infobae, on Arc. Grade U: `/feeds/rss/peru/` stands in another newsroom's own monitor; the outbound feed is a pattern (G)."""

from crawler.source import Source

SOURCE = Source(
    name="Infobae Perú",
    home="https://www.infobae.com/peru/",
    platform="arc",
    feeds=(
        "https://www.infobae.com/feeds/rss/peru/",
        "https://www.infobae.com/arc/outboundfeeds/rss/category/peru/?outputType=xml",
    ),
    items_a_day=100,
    min_interval=900,
    delay=5,
    status="probation",
    reason="its feed stands in a newsroom's monitor; no record shows it yielding",
    article=r"/peru/20\d\d/\d\d/\d\d/",
    selectors={"text": "[data-testid='article-body']"},
)
