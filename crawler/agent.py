"""How we present ourselves and how far we reach: the honest user agent and the bounds of every request."""

from importlib.metadata import PackageNotFoundError, version

ROBOTS_NAME = "Pututu"
"""The name that robots.txt knows us by."""
LARGEST_LISTING = 20 * 2**20
LARGEST_PAGE = 8 * 2**20
LARGEST_ROBOTS = 500 * 1024
"""What RFC 9309 asks to be read of a robots.txt; the rest of a larger one is left unread."""
LONGEST_CRAWL_DELAY = 60.0
"""Seconds between requests that a robots.txt may ask for and get."""
TIMEOUT = 30
REDIRECTS = 5


def user_agent(contact: str) -> str:
    """`Pututu/<version> (+<contact>)`: who asks, and whom to write to."""
    try:
        number = version("pututu")
    except PackageNotFoundError:
        number = "0"
    return f"Pututu/{number} (+{contact or 'news monitor for research; set PUTUTU_CONTACT to say who runs it'})"
