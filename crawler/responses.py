"""What a response of Scrapy says, in our own nouns: its page, its headers, and the addresses that led to it."""

from datetime import UTC, datetime

from scrapy.http import Response

from crawler.archive import Page
from crawler.polling import Redirects


def page_of(response: Response) -> Page:
    """The page that came with a response, as of now."""
    return Page(
        url=response.url,
        status=response.status,
        headers=headers_of(response),
        body=response.body,
        when=datetime.now(UTC),
    )


def headers_of(response: Response) -> dict[str, str]:
    """Its headers; those that were sent several times are joined by commas (RFC 9110, 5.2)."""
    return {
        name: ", ".join(values)
        for name, values in response.headers.to_unicode_dict().items()
        for values in [[values] if isinstance(values, str) else values]
    }


def redirects_of(response: Response) -> Redirects:
    """The addresses that led to a response, each with its status."""
    meta = response.request.meta if response.request is not None else {}
    return list(zip(meta.get("redirect_urls", []), meta.get("redirect_reasons", []), strict=False))
