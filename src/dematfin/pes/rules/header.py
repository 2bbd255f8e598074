"""The whole file and its headers: signs, names, versions, for whom it is."""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.parties import siret
from dematfin.pes.place import SIGNATURE, problem, value, warning
from dematfin.pes.rules.case import Case

FINESS_LENGTH: Final = 9
LATIN_1: Final = 256
TYPES: Final = frozenset({"PESALR1", "PESALR2"})
OTHERS: Final = {"PES_RecetteAller": "recettes", "PES_Facture": "factures émises", "PES_Marche": "marchés"}
VERSIONS: Final = {"PES_DepenseAller/EnTeteDepense/IdVer": 2, "PES_PJ/EnTetePES_PJ/IdVer": 1}


def rules(case: Case) -> Iterator[Finding]:
    """Judge what is said once a flow."""
    around = (*case.root.itersiblings(), *case.root.itersiblings(preceding=True))
    if any(one.tag is etree.PI for one in around):
        yield problem(
            case.root,
            "PES-COMMENTAIRE",
            "une instruction XML précède ou suit le flux (une feuille de style ?), où aucune signature ne la couvre",
            "Réglez le logiciel pour qu'il n'en écrive pas.",
        )
    elif case.light.remarks:
        yield case.custom(
            case.root,
            "PES-COMMENTAIRE",
            "le fichier contient un commentaire, du CDATA ou une instruction XML, qu'une signature ne couvre pas",
            "Retirez-les : un flux n'en a pas besoin.",
        )
    yield from _signs(case)
    yield from _names(case)
    yield from _addressee(case)
    yield from _domains(case)


def _signs(case: Case) -> Iterator[Finding]:
    for element in () if case.light.latin else case.root.iter():
        if not isinstance(element.tag, str) or _of_a_signature(element):
            continue
        told = "".join([element.text or "", element.tail or "", *element.attrib.values()])
        if strange := sorted({sign for sign in told if ord(sign) >= LATIN_1}):
            yield case.custom(
                element,
                "PES-LATIN1",
                f"le texte contient « {''.join(strange)} », hors de l'ISO-8859-1 : Hélios peut le refuser",
                "Écrivez-le autrement, par exemple EUR pour le signe de l'euro, oe pour œ.",
            )


def _of_a_signature(element: Any) -> bool:
    return element.tag == SIGNATURE or next(element.iterancestors(SIGNATURE), None) is not None


def _names(case: Case) -> Iterator[Finding]:
    settings = case.root.find("Enveloppe/Parametres")
    nomfic = settings.find("NomFic")
    if not nomfic.get("V").isascii():
        sentence = f"le nom logique « {nomfic.get('V')} » contient des accents : le TdT le refuserait"
        yield problem(nomfic, "PES-NOMFIC", sentence, "Donnez un nom en lettres sans accent, chiffres et tirets.")
    if value(settings, "TypFic") not in TYPES:
        sentence = f"le type de fichier « {value(settings, 'TypFic')} » n'est pas celui d'un PES_Aller"
        yield warning(settings.find("TypFic"), "PES-TYPFIC", sentence, "Écrivez PESALR1.")
    for path, wanted in VERSIONS.items():
        found = case.root.find(path)
        if found is not None and value(found, ".").strip().lstrip("0+").split(".")[0] != str(wanted):
            sentence = f"la version de {path.split('/')[0]} doit être {wanted}, sinon le flux est rejeté"
            yield problem(found, "PES-VERSION", sentence, f"Écrivez IdVer = {wanted}.")


def _addressee(case: Case) -> Iterator[Finding]:
    collectivite = case.root.find("EnTetePES/IdColl")
    found = collectivite.get("V").strip()
    if not siret.is_valid(found) or len(found) != siret.LENGTH:
        sentence = f"IdColl « {found} » n'est pas un SIRET correct : le flux serait rejeté"
        yield problem(collectivite, "PES-IDCOLL", sentence, "Donnez les 14 chiffres du SIRET du budget.")
    elif case.expected.sirets and found not in case.expected.sirets:
        yield case.custom(
            collectivite,
            "PES-IDCOLL-BUDGET",
            f"le SIRET {found} n'est celui d'aucun budget configuré",
            "Vérifiez à qui est ce flux, ou ajoutez ce budget à la configuration.",
        )
    finess = case.root.find("EnTetePES/FinJur")
    if finess is not None and (number := value(finess, ".")):
        good = len(number) == FINESS_LENGTH and siret.has_key(number)
        yield (warning if good else problem)(
            finess,
            "PES-FINJUR",
            f"FinJur « {number} » " + ("est réservé aux budgets M21 et M22" if good else "n'est pas un numéro FINESS"),
            "Retirez-le si le budget n'est ni en M21 ni en M22 : le flux serait rejeté.",
        )


def _domains(case: Case) -> Iterator[Finding]:
    others = [words for name, words in OTHERS.items() if case.root.find(name) is not None]
    if others:
        sentence = f"le flux porte aussi des {' et des '.join(others)}, que seuls les schémas officiels jugent"
        remedy = "Installez les schémas officiels s'ils ne le sont pas (xsd installer)."
        yield problem(case.root, "PES-DOMAINE", sentence, remedy, Severity.INFO)
    elif case.root.find("PES_DepenseAller") is None and case.root.find("PES_PJ/PJ") is None:
        sentence = "le flux ne contient ni bordereau ni pièce jointe : Hélios n'y répondrait jamais"
        yield problem(case.root, "PES-VIDE", sentence, "N'envoyez pas ce flux.")
