"""Challenge pages: what a site's guard sends instead of the page, often with status 200. They are reported, never fought."""

import re

from crawler.archive import Page
from crawler.markup import decode, lines, tree

TITLES = re.compile(
    r"just a moment|^un momento|attention required|checking your browser|verif(?:ying|icando) (?:you are|que (?:eres|usted))|are you (?:a )?(?:human|robot)|robot or human|no soy un robot|"
    r"pardon our interruption|ddos.protection|access (?:to this page has been )?denied|acceso denegado|request (?:unsuccessful|blocked|rejected)|security (?:check|verification)|bot verification|captcha|"
    r"(?:403|406|429|503)\b.{0,3}(?:forbidden|error|not acceptable)|^forbidden|too many requests|service unavailable|sucuri website firewall|web application firewall|human verification|enable javascript and cookies",
    re.I,
)
MARKS = re.compile(
    r"cf-browser-verification|cf[-_]chl|challenge-platform|_Incapsula_Resource|px-captcha|g-recaptcha-response|geo\.captcha-delivery|awswaf|aws-waf-token|__ddg|/cdn-cgi/challenge",
    re.I,
)
SHORT = 1500
"""A challenge says little: a page with more running text is an article, whatever else is in it."""


def is_challenge(title: str, markup: str, text: str) -> bool:
    """Whether a page is a guard's. `text` is its readable text, `markup` the whole page."""
    if len(text) >= SHORT:
        return False
    return bool(TITLES.search(title)) or (len(text) < 300 and bool(MARKS.search(markup) or TITLES.match(text.strip())))


REASON = "A challenge page came instead of the article"
LARGE, SMALL = 200_000, 20_000
"""Bytes: a guard's page is not larger; a page that is smaller is read in any case."""
_SIGNS = (
    b"cf-browser-verification", b"cf-chl", b"cf_chl", b"challenge-platform", b"_incapsula_resource", b"px-captcha", b"g-recaptcha-response",
    b"captcha-delivery", b"awswaf", b"aws-waf-token", b"__ddg", b"cdn-cgi/challenge",
)  # fmt: skip
_ARTICLES = (b"application/ld+json", b"og:type", b"article:published_time")


def is_challenged(page: Page) -> bool:
    """Whether a site's guard answered in place of the page: told by a look at the bytes for nearly all of them."""
    start = page.body[:LARGE].lower()
    if len(page.body) > LARGE or b"<html" not in start[:5000] or any(mark in start for mark in _ARTICLES):
        return False
    title = start.partition(b"<title")[2].partition(b">")[2][:300].partition(b"<")[0].decode("utf-8", "replace")
    if len(start) > SMALL and not TITLES.search(title.strip()) and not any(sign in start for sign in _SIGNS):
        return False
    root = tree(markup := decode(page.body, page.content_type))
    if root is None:
        return False
    return is_challenge(" ".join((root.findtext(".//title") or "").split()), markup, "\n".join(lines(root)))
