"""The demo's settings: a home of its own inside the user's, and nothing of the user's store, index, mail server or sources."""

import dataclasses
import ipaddress

from core.settings import Settings

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def demo_settings(settings: Settings, smtp: str = "") -> Settings:
    """The given settings, moved to `home/demo`; `smtp` is the address of the demo's own mail server.

    Kept are the page's address and token, the contact and the translation engine: what the machine has, not where data lives.
    """
    home = settings.home / "demo"
    host, port = settings.bind
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return dataclasses.replace(
        settings,
        home=home,
        store=f"sqlite:///{home / 'pututu.sqlite'}",
        index=str(home / "index"),
        index_api_key="",
        index_ca=None,
        translate="relevant",
        smtp=smtp,
        mail_from="pututu@demo.example",
        public_url=f"http://{f'[{shown}]' if ':' in shown else shown}:{port}",
        allow_private=LOOPBACK,
        sources_dir=home / "sources",
        lexicon_dir=None,
    )
