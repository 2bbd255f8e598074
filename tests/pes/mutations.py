"""Minimal flows in which every element of the expense profile occurs, and all that can be bent in them."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
Tree = tuple[str, object]
"""A name, and its value (text) or its children."""


def _flow(*domains: Tree) -> Any:
    root = etree.Element(f"{{{ALLER}}}PES_Aller", nsmap={"n": ALLER}, Id="F1")
    for name, inside in (ENVELOPE, HEADER, *domains):
        _add(root, name, inside)
    return root


def _add(parent: Any, name: str, inside: object) -> None:
    if name == "Fichier":
        etree.SubElement(parent, name, MIMEType="application/pdf").text = "AAAA"
    elif isinstance(inside, str):
        etree.SubElement(parent, name, V=inside)
    else:
        element = etree.SubElement(parent, name)
        if name == "Bordereau":
            element.set("Id", "B1")
        for child, value in inside:  # type: ignore[attr-defined]  # pairs, by construction
            _add(element, child, value)


def _values(text: str) -> tuple[Tree, ...]:
    """Read `Name=value` separated by blanks; an underscore stands for a blank."""
    return tuple((name, value.replace("_", " ")) for name, value in (pair.split("=") for pair in text.split()))


ENVELOPE: Final[Tree] = (
    "Enveloppe",
    (
        ("Parametres", _values("Version=2 TypFic=PESALR1 NomFic=FLUX1")),
        ("Emetteur", _values("Sigle=EDITEUR Adresse=logiciel_1")),
        ("Recepteur", _values("Sigle=HELIOS Adresse=la")),
    ),
)
HEADER: Final[Tree] = (
    "EnTetePES",
    _values(
        "DteStr=2026-03-20 IdPost=099042 LibellePoste=SGC IdColl=21990042000015 FinJur=990000012 CodCol=142 "
        "CodBud=00 LibelleColBud=COMMUNE"
    ),
)
PJREF: Final[Tree] = ("PJRef", _values("Support=01 IdUnique=PJ1 NomPJ=facture.pdf TypePJ=003"))
INFO: Final[Tree] = (
    "InfoPce",
    (
        *_values("CodServ=VOIRIE Affect=A IdPce=12 TypPce=01 NatPce=01 Obj=Objet DteEch=2026-04-20"),
        PJREF,
        *_values("PJ=un_devis CarteAchatNiveau1=0"),
    ),
)
DGP: Final[Tree] = (
    "DGP",
    _values("Dgp=0 DteDebDgp=2026-03-01 DteFinDgp=2026-03-31 DureeDgp=30 CodIntMor=02 TxIntMor=8.15"),
)
LINE: Final[Tree] = (
    "InfoLignePce",
    (
        *_values(
            "IdLigne=1 Nature=60632 Fonction=211 Operation=12 CptAna=A1 Facture=F1 LibVir1=un LibVir2=deux ModRegl=03 "
            "TVAIntraCom=0 CpteTiers=4011 MtHT=100.00 MtTVA=20.00 MtFactHT=100.00"
        ),
        PJREF,
    ),
)
MORE: Final[tuple[Tree, ...]] = (
    ("InfoTVAHLM", _values("RecTVA=1 MtHtRes=10.00")),
    ("OpSpec", _values("CodOpSpec=01 IdOpSpec=OP1")),
    ("RattachPiece", _values("NatPceOrig=01 ExerRat=2026 IdPceOrig=11 IdLigneOrig=1")),
    ("LiensIdent", _values("IdConv=C1 IdMarche=M1 IdEmpruntOrdo=E1 IdActif=A1 IdRegie=R1")),
)
WHO: Final[Tree] = (
    "InfoTiers",
    _values(
        "IdTiers=91098765000017 NatIdTiers=01 DteIdTiers=2020-01-01 RefTiers=F1 CatTiers=01 NatJur=01 Civilite=MME "
        "Nom=DUPONT ComplNom=dite Prenom=Anne"
    ),
)
ADDRESS: Final[Tree] = (
    "Adresse",
    _values("TypAdr=1 Adr1=a Adr2=b Adr3=c CP=99000 Ville=VALBRUME CodRes=0 CodPays=100 DteAdr=2020-01-01"),
)
IBAN: Final[Tree] = (
    "CpteBancaire",
    _values("BIC=TESTFRPP IBAN=FR7619999000170009876543276 LibBanc=BANQUE TitCpte=DUPONT DteBanc=2020-01-01"),
)
RIB: Final[Tree] = (
    "CpteBancaire",
    _values(
        "IdPayInt=FR IdBancInt=B1 CodeEtab=19999 CodeGuic=00017 IdCpte=00098765432 CleRib=76 LibBanc=BANQUE "
        "TitCpte=DUPONT DteBanc=2020-01-01"
    ),
)
REFCOMPTA: Final[Tree] = (
    "RefCompta",
    _values("Domaine=01 Exercice=2026 TypeObjet=01 Identifiant=12 ComplementIdentifiant=1 IdTiers=T1"),
)


def _expense(account: Tree, *more: Tree) -> Tree:
    line = ("LigneDePiece", (("BlocLignePiece", (LINE, *more)), ("Tiers", (WHO, ADDRESS, account))))
    block = _values(
        "Exer=2026 IdBord=42 DteBordEm=2026-03-20 TypBord=01 NbrPce=1 MtCumulAnnuel=120.00 MtBordHT=100.00 "
        "MtBordTVA=20.00"
    )
    sheet = (("BlocBordereau", block), ("Piece", (("BlocPiece", (INFO, DGP)), line)))
    return ("PES_DepenseAller", (("EnTeteDepense", _values("IdVer=2 InfoDematerialisee=1")), ("Bordereau", sheet)))


def _documents(*more: Tree) -> Tree:
    described = _values("IdUnique=PJ1 ServeurId=S1 NomPJ=facture.pdf TypePJ=003 Description=Facture")
    document = (("Contenu", (("Fichier", ""),)), *described, *more)
    return ("PES_PJ", (("EnTetePES_PJ", _values("IdVer=1")), ("PJ", document)))


DS: Final = "http://www.w3.org/2000/09/xmldsig#"
METHOD: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SIGNATURE: Final = f"""<ds:Signature xmlns:ds="{DS}" Id="{{}}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{METHOD}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#B1"><ds:Transforms><ds:Transform Algorithm="{METHOD}"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>
</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"""


def _signed() -> Any:
    """Return a flow with a signature in each of the two places."""
    root = _flow(_expense(RIB))
    root.find("PES_DepenseAller/Bordereau").append(etree.fromstring(SIGNATURE.format("S1")))
    root.append(etree.fromstring(SIGNATURE.format("S2")))
    return root


SEEDS: Final[dict[str, Any]] = {
    "entier": _flow(_expense(IBAN, *MORE), _documents()),
    "ancien RIB": _flow(_expense(RIB)),
    "pièces seules": _flow(_documents(REFCOMPTA)),
    "signé": _signed(),
}

LENGTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 17, 20, 24, 25, 30, 32, 34, 38, 50, 70, 80, 100, 250)
"""Whatever the most of a value is, it is one of these; one more is tried as well."""
ODD: Final = (
    *(
        "",
        " ",
        "  ",
        ".",
        "..",
        "nc",
        "NC",
        "nca",
        "0",
        "00",
        "000",
        "0000",
        "1",
        "-1",
        "+5",
        "5.0",
        "005",
        " 5 ",
        "1e3",
    ),
    *(
        "1.2",
        "1.23",
        "1.234",
        "1,5",
        "0.00",
        "0.01",
        "99.99",
        "100",
        "100.01",
        "NaN",
        "INF",
        "9" * 15,
        "9" * 15 + ".99",
    ),
    *("true", "false", "TRUE", "yes", "2026", "2026Z", "12026", "26", "2026-02-30", "2026-13-01", "20260101"),
    *("2026-01-01Z", "2026-01-01", "99", "01", "04", "15", "18", "19", "013", "014", "é", "a b", "a-b", "a_b", "a/b"),
    *("a\nb", "a\tb", " x ", "x.pdf", "x.p", "x.pdfxx", ".pdf", "02A123", "02C123", "A0", "a0", "TESTFRPP", "TESTFRPO"),
    *("fr7612345", "FR7612345", "FR76 1234", "1" * 14, "Z" * 8, "\u20ac", "x" * 101 + ".pdf", "x" * 96 + ".pdf"),
)
"""Values in and out of each kind of list, number, date and shape."""


OTHERS: Final = ("PES_RecetteAller", "PES_Facture", "PES_Marche")
TEXTS: Final = ("", "AAAA", "AAA", "AA==", "A===", "AA AA", "AAAA\n", "@@@@", "=", "é")
"""What a document may hold instead of base64."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One flow bent in one place."""

    seed: str
    place: int
    bend: str
    root: Any

    @property
    def name(self) -> str:
        element = list(SEEDS[self.seed].iter())[self.place]
        return f"{self.seed}, {etree.QName(element).localname}, {self.bend}"


Bend = tuple[str, Callable[[Any], None]]


def plans() -> list[tuple[str, int, str, Callable[[Any], None]]]:
    """Return every bend of every element of every seed; making the flows themselves is left to `made`."""
    return [
        (seed, place, name, bend)
        for seed, root in SEEDS.items()
        for place, element in enumerate(root.iter())
        for name, bend in _bends(element)
    ]


def made(plan: tuple[str, int, str, Callable[[Any], None]]) -> Mutant:
    """Return a mutant."""
    seed, place, name, bend = plan
    root = copy.deepcopy(SEEDS[seed])
    bend(list(root.iter())[place])
    return Mutant(seed, place, name, root)


def _bends(element: Any) -> Iterator[Bend]:
    if element.getparent() is not None:
        yield from STRUCTURE.items()
    if element.getnext() is not None:
        yield "échangé avec le suivant", lambda one: one.getnext().addnext(one)
    if element.tag == "PES_PJ":
        for other in OTHERS:
            yield f"précédé de {other}", lambda one, name=other: one.addprevious(etree.Element(name))  # type: ignore[misc]
    for text in TEXTS if element.tag == "Fichier" else ():
        yield f"contient {text!r}", lambda one, said=text: setattr(one, "text", said)  # type: ignore[misc]
    for attribute in element.attrib:
        yield f"sans {attribute}", lambda one, key=attribute: one.attrib.pop(key)  # type: ignore[misc]  # a default
        for value in _odd_values():
            shown = value if len(value) < 20 else f"{value[:3]}…×{len(value)}"
            yield f"{attribute}={shown!r}", lambda one, key=attribute, text=value: one.set(key, text)  # type: ignore[misc]


def _odd_values() -> Iterator[str]:
    yield from ODD
    for length in sorted({*LENGTHS, *(one + 1 for one in LENGTHS)}):
        yield "x" * length
        yield "7" * length


def _double(element: Any) -> None:
    element.addnext(copy.deepcopy(element))


STRUCTURE: Final[dict[str, Callable[[Any], None]]] = {
    "retiré": lambda one: one.getparent().remove(one),
    "doublé": _double,
    "en tête": lambda one: one.getparent().insert(0, one),
    "renommé": lambda one: setattr(one, "tag", "Inconnu"),
    "avec un attribut inconnu": lambda one: one.set("Inconnu", "1"),
    "avec un enfant inconnu": lambda one: etree.SubElement(one, "Inconnu"),
    "avec du texte": lambda one: setattr(one, "text", "texte"),
    "dans un espace de noms": lambda one: setattr(one, "tag", f"{{{ALLER}}}{etree.QName(one).localname}"),
}
