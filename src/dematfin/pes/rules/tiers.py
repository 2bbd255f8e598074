"""The creditor: its identifier, its civil state, its address."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding
from dematfin.domain.parties import siret
from dematfin.pes.place import problem, value, yes
from dematfin.pes.rules.case import Case

PERSON: Final = "01"
NIR: Final = "04"
OF_PERSONS: Final = frozenset({NIR, "11", "12"})
CANCELS_A_TITRE: Final = ("02", "09")
FRANCE: Final = "100"
ABROAD: Final = "99999"
SIREN_LENGTH: Final = 9
POSTCODE: Final = re.compile("[0-9]{5}", re.ASCII)
CORSICA: Final = {"2A": "19", "2B": "18"}


def rules(case: Case) -> Iterator[Finding]:
    """Judge each creditor."""
    for piece in case.root.iterfind("PES_DepenseAller/Bordereau/Piece"):
        info = piece.find("BlocPiece/InfoPce")
        for tiers in piece.iterfind("LigneDePiece/Tiers"):
            who = tiers.find("InfoTiers")
            yield from _identifier(who)
            yield from _social_security(who, info)
            yield from _civil_state(who)
            if (address := tiers.find("Adresse")) is not None:
                yield from _address(address)


def _identifier(who: Any) -> Iterator[Finding]:
    identifier, kind = value(who, "IdTiers"), value(who, "NatIdTiers")
    if not identifier or not kind:
        return
    words, good = KINDS.get(kind, ("", _any))
    if not good(identifier):
        yield problem(
            who.find("IdTiers"),
            "PES-SIRET" if kind in {"01", "02"} else "PES-IDTIERS",
            f"l'identifiant {identifier} n'est pas {words}",
            "Corrigez-le dans la fiche du tiers, ou changez la nature de l'identifiant (NatIdTiers).",
        )
    if kind in OF_PERSONS and value(who, "CatTiers") != PERSON:
        sentence = f"un identifiant de nature {kind} est celui d'une personne physique, ce que le tiers n'est pas"
        yield problem(who.find("NatIdTiers"), "PES-IDTIERS", sentence, "Corrigez NatIdTiers ou CatTiers.")


def _social_security(who: Any, mandat: Any) -> Iterator[Finding]:
    """A NIR is for a mandat that cancels a titre (type 02, nature 09), in hospitals: elsewhere Hélios rejects it."""
    if value(who, "NatIdTiers") == NIR and (value(mandat, "TypPce"), value(mandat, "NatPce")) != CANCELS_A_TITRE:
        sentence = "un numéro de sécurité sociale n'identifie pas le créancier d'un mandat ordinaire"
        yield problem(who.find("NatIdTiers"), "PES-NIR", sentence, "Retirez IdTiers et NatIdTiers, gardez le nom.")


def _civil_state(who: Any) -> Iterator[Finding]:
    """Civilite and Prenom are required for a person (CatTiers 01) and forbidden for anybody else."""
    told = {tag for tag in ("Civilite", "Prenom") if value(who, tag)}
    if told != ({"Civilite", "Prenom"} if value(who, "CatTiers") == PERSON else set()):
        sentence = "civilité et prénom vont avec une personne physique, et elle seule"
        yield problem(who, "PES-CIVILITE", sentence, "Complétez-les, ou corrigez la catégorie du tiers (CatTiers).")


def _address(address: Any) -> Iterator[Finding]:
    postcode, country = value(address, "CP"), value(address, "CodPays").lstrip("0")
    if not POSTCODE.fullmatch(postcode):
        sentence = f"le code postal « {postcode} » doit avoir cinq chiffres"
        yield problem(address.find("CP"), "PES-CP", sentence, "Corrigez-le ; pour l'étranger, écrivez 99999.")
    abroad = yes(address, "CodRes")
    if abroad and not country:
        sentence = "le pays d'un créancier non résident est obligatoire"
        yield problem(address, "PES-PAYS", sentence, "Ajoutez CodPays, le code INSEE du pays.")
    if not abroad and country not in {"", FRANCE}:
        sentence = f"le créancier est dit résident, mais dans le pays {country}"
        yield problem(address.find("CodPays"), "PES-PAYS", sentence, "Mettez CodRes à 1, ou retirez CodPays.")


def _any(_: str) -> bool:
    return True


def _siret(text: str) -> bool:
    return len(text) == siret.LENGTH and siret.is_valid(text)


def _nine_with_key(text: str) -> bool:
    return len(text) == SIREN_LENGTH and siret.has_key(text)


def _nir(text: str) -> bool:
    """Say whether a number of the social security has its key: 97 less the rest of its thirteen digits."""
    body, key = text[:13], text[13:]
    for department, digits in CORSICA.items():
        body = re.sub(f"^(.{{5}}){department}", rf"\g<1>{digits}", body)
    return body.isdigit() and bool(re.fullmatch("[0-9]{2}", key)) and int(key) == 97 - int(body) % 97


def _shape(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text, re.ASCII) is not None


KINDS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "01": ("un SIRET correct (14 chiffres, clé juste)", _siret),
    "02": ("un SIREN correct (9 chiffres, clé juste)", _nine_with_key),
    "03": ("un numéro FINESS correct (9 chiffres, clé juste)", _nine_with_key),
    "04": ("un NIR correct (15 signes, clé juste)", _nir),
    "05": ("un numéro de TVA (4 à 18 signes)", _shape("[A-Za-z0-9]{4,18}")),
    "06": ("un identifiant hors Union (18 signes au plus)", _shape(".{1,18}")),
    "07": ("un numéro TAHITI (9 signes)", _shape("[A-Za-z0-9]{9}")),
    "08": ("un RIDET (9 ou 10 chiffres)", _shape("[0-9]{9,10}")),
    "10": ("un identifiant FRWF (18 signes au plus, commençant par FRWF)", _shape("FRWF.{0,14}")),
    "11": ("un identifiant IREP (80 signes au plus, commençant par 5 chiffres)", _shape("[0-9]{5}.{0,75}")),
    "12": ("un NFP (13 chiffres)", _shape("[0-9]{13}")),
}
"""By NatIdTiers: what it is, and whether a text is one."""
