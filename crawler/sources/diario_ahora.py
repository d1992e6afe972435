"""Diario Ahora: a paper of Huánuco or Amazonas. Lists name diarioahora.pe, stored pages are on ahora.com.pe, which may be another paper: listed only."""

from crawler.source import Source

SOURCE = Source(
    name="Diario Ahora",
    home="https://diarioahora.pe/",
    items_a_day=10,
    min_interval=3600,
    delay=10,
    status="listed",
    reason="no feed is confirmed, and it is not clear which of two sites is the paper's",
)
