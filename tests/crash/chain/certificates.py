"""Certificates that have ended: the mayor's, or ours at the TdT; the good ones come back afterwards."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from crash.chain.place import Place
from dematfin.sandbox import pki

ENDED: Final = {"starts": timedelta(days=-400), "lasts": timedelta(days=30)}
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "signature": ("maire.p12", "maire"),
    "tdt": ("tdt-client.p12", "tdt_client"),
}


def expire(place: Place, which: str) -> None:
    """Put one that has ended in the place of the good one, as if nobody had renewed it."""
    name, secret = FILES[which]
    good = place.root / "pki" / name
    shutil.copyfile(good, place.log(name))
    good.write_bytes(ended().p12((place.root / "secrets" / secret).read_text(encoding="utf-8")))
    place.config_says("empreinte", pki.fingerprint(ended()) if which == "signature" else "")


def renew(place: Place) -> None:
    """Put the good one back."""
    for name, _ in FILES.values():
        kept: Path = place.log(name)
        if kept.exists():
            shutil.copyfile(kept, place.root / "pki" / name)
    place.config_says_again()


@cache
def ended() -> pki.Identity:
    """Return a key whose certificate has ended, made once."""
    return pki.make(replace(pki.MAYOR, **ENDED))  # type: ignore[arg-type]
