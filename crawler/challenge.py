"""Challenge pages: what a site's guard sends instead of the page, often with status 200. They are reported, never fought."""

import re

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
