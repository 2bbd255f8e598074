"""What two collectivités must not share: a SIRET, a budget, an account or a folder that gives each all it has.

Judged on the configuration as it is written, and on the bytes of the certificates that it names, so that nobody's
settings are read for a command on one of four hundred.

The base may be shared: each row names its collectivité. So may the documents: a document is a file under the
fingerprint of its bytes, never changed, reached only through a record that names it, and records are not shared; an
elimination keeps what another collectivité of the base names, and is refused where another base shares them. So may the
certificate that signs: one mayor may sign for a commune and for its syndicat.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dematfin.chorus.settings import ChorusSettings
from dematfin.config.house import House
from dematfin.config.inherited import section
from dematfin.domain.parties import siret

OWN_FOLDERS: Final = {
    "numerisation": ("depot", "factures"),
    "echange": ("depot_pes", "factures", "journal", "retours"),
    "tdt_dossier": ("depot", "retour", "traites", "erreurs"),
}

PISTE: Final = ChorusSettings.model_fields["url_api"].default
LARGEST_KEY: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A folder that one collectivité, by its place among the others, wants for itself."""

    by: int
    key: str
    path: str


def troubles(houses: Sequence[House]) -> dict[int, str]:
    """Return what is wrong between collectivités, for each that is concerned, by its place; the worst first."""
    found: dict[int, str] = {}
    for place, sentence in (*_sirets(houses), *_things(houses), *_folders(houses)):
        found.setdefault(place, f"{houses[place].label} : {sentence}")
    return found


def _sirets(houses: Sequence[House]) -> Iterator[tuple[int, str]]:
    known: dict[str, int] = {}
    for place, one in enumerate(houses):
        first = known.setdefault(one.siret, place) if one.siret else place
        if first != place:
            sentence = (
                f"le SIRET {one.siret} est celui de deux configurations, {houses[first].where} et {one.where}. "
                "Ôtez-en une."
            )
            yield from ((first, sentence), (place, sentence))


def _things(houses: Sequence[House]) -> Iterator[tuple[int, str]]:
    """What a neighbour gives to an account is taken by the first that asks, whomever it is for."""
    known: dict[str, int] = {}
    for place, one in enumerate(houses):
        for thing, then in (*_budgets(one), *_chorus(one), *_s2low(one)) if one.siret else ():
            first = known.setdefault(thing, place)
            for mine, other in ((place, first), (first, place)) if first != place else ():
                yield mine, f"{thing} est aussi celui de {houses[other].label} : {then}. Gardez-le à une seule."


def _budgets(one: House) -> Iterator[tuple[str, str]]:
    for budget in _sections(one.values.get("budgets")):
        former = budget.get("anciens_sirets")
        for number in (budget.get("siret"), *(former if isinstance(former, list) else ())):
            if isinstance(number, str) and siret.is_valid(number):
                yield f"le budget de SIRET {siret.compact(number)}", "ses factures seraient payées deux fois"


def _chorus(one: House) -> Iterator[tuple[str, str]]:
    found = section(one.values, "chorus")
    for account in (found, *_sections(found.get("autres_comptes"))):
        if name := account.get("compte"):
            where = _platform(found.get("url_api", PISTE))
            yield f"le compte technique {name} de Chorus Pro ({where})", "chacune importerait les factures de l'autre"


def _s2low(one: House) -> Iterator[tuple[str, str]]:
    found = section(one.values, "s2low")
    if isinstance(found.get("certificat"), str):
        login = f", identifiant « {found['identifiant']} »" if found.get("identifiant") else ""
        account = f"le compte S²LOW ({_platform(found.get('url'))}, {_certificate(one, found['certificat'])}{login})"
        yield account, "chacune prendrait les réponses du comptable à l'autre"


def _platform(url: object) -> str:
    """Return an address as all write it: two spellings are one platform."""
    return str(url).rstrip("/").lower()


def _certificate(one: House, path: str) -> str:
    """Return what tells a certificate from another: a copy under another name is the same account."""
    real = _real(one, path)
    try:
        with open(real, "rb") as file:  # noqa: PTH123 - an odd one stays as it is
            return f"certificat d'empreinte {hashlib.sha256(file.read(LARGEST_KEY)).hexdigest()[:16]}"
    except (OSError, ValueError):
        return f"certificat {real}"


def _sections(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _folders(houses: Sequence[House]) -> Iterator[tuple[int, str]]:
    """A folder inside another one is taken with it."""
    claims = [claim for place, one in enumerate(houses) for claim in _claims(place, one)]
    known: dict[str, list[Claim]] = {}
    for claim in claims:
        there = known.setdefault(claim.path, [])
        if len(there) <= 1 and claim.by not in {one.by for one in there}:
            there.append(claim)  # two are enough: each finds one that is not itself
    for claim in claims:
        for above in (claim.path, *_above(claim.path)):
            for other in [one for one in known.get(above, ()) if one.by != claim.by][:1]:
                yield from ((a.by, _overlap(a, b, houses)) for a, b in ((claim, other), (other, claim)))


def _claims(place: int, one: House) -> Iterator[Claim]:
    """Yield the folders that one asks for; of one without a SIRET, `{collectivite}` has no sense yet."""
    for name, keys in OWN_FOLDERS.items() if one.siret else ():
        for key, value in section(one.values, name).items():
            if key in keys and isinstance(value, str):
                yield Claim(by=place, key=f"{name}.{key}", path=_real(one, value))


def _real(one: House, path: str) -> str:
    return os.path.realpath(one.folder / os.path.expanduser(path))  # noqa: PTH111 - an odd one stays as it is


def _above(path: str) -> Iterator[str]:
    while (parent := os.path.dirname(path)) != path:  # noqa: PTH120 - thousands of them are looked at
        yield parent
        path = parent


def _overlap(one: Claim, other: Claim, houses: Sequence[House]) -> str:
    return (
        f"{one.path} ({one.key}) et {other.path} ({other.key}), de {houses[other.by].label}, se recouvrent : l'une "
        "prendrait les fichiers de l'autre. Donnez à chacune le sien : {collectivite}, dans [commun], y met son SIRET."
    )
