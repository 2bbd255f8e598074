"""How the i-Parapheur is set up for our folders: types, sub-types, metadata that it demands, who is in each circuit."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from dematfin.errors import AccessDenied, Refused
from dematfin.parapheur.client import Call, Line
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.parapheur.soap import Answer, element
from dematfin.ports.parapheur import Route
from dematfin.support.xml import Element

YES: Final = frozenset({"true", "1", "oui"})


def routes(line: Line, settings: ParapheurSettings) -> tuple[Route, ...]:
    """Return the circuits that our folders take, the usual one first, each with what is wrong with it."""
    by_subtype: dict[str, list[str]] = {settings.sous_type: []} if settings.type else {}
    for service, subtype in sorted(settings.sous_types.items()):
        by_subtype.setdefault(subtype, []).append(service)
    visas = tuple(
        _route(line, (settings.type, subtype), services, partial(_visa_trouble, line, settings, subtype))
        for subtype, services in by_subtype.items()
    )
    if not settings.type_pes:
        return visas
    pes = settings.type_pes, settings.sous_type_pes
    return (*visas, _route(line, pes, [], lambda: _trouble(line, *pes) or _signing_trouble(line, *pes)))


def required(line: Line, type_: str, subtype: str) -> frozenset[str]:
    """Return the names of the metadata without which no folder is made."""
    call = Call(operation="GetMetaDonneesRequisesPourTypeSoustype", about=subtype, children=_pair(type_, subtype))
    found = line.ask(call).answer.all("MetaDonnee")
    return frozenset(one.text("nomCourt") for one in found if one.text("obligatoire").lower() in YES)


def _route(line: Line, circuit: tuple[str, str], services: list[str], look: Callable[[], str]) -> Route:
    label = " / ".join(circuit)
    try:
        trouble = look()
        steps = () if trouble else tuple(_steps(line, *circuit))
    except AccessDenied:
        raise
    except Refused as error:
        trouble, steps = str(error), ()
    return Route(label=label, services=tuple(services), steps=steps, trouble=trouble)


def _trouble(line: Line, type_: str, subtype: str) -> str:
    if type_ not in _texts(line.ask(Call(operation="GetListeTypes")).answer, "TypeTechnique"):
        return f"notre compte ne peut pas créer de dossier du type « {type_} »."
    subtypes = line.ask(Call(operation="GetListeSousTypes", about=type_, text=type_)).answer
    if subtype not in _texts(subtypes, "SousType"):
        return f"notre compte ne peut pas créer de dossier du sous-type « {subtype} »."
    return ""


def _signing_trouble(line: Line, type_: str, subtype: str) -> str:
    if demanded := required(line, type_, subtype):
        return f"il exige la métadonnée « {min(demanded)} », qu'aucun flux n'a : rendez-la facultative."
    return ""


def _visa_trouble(line: Line, settings: ParapheurSettings, subtype: str) -> str:
    if trouble := _trouble(line, settings.type, subtype):
        return trouble
    unmapped = required(line, settings.type, subtype) - set(settings.metadonnees.values())
    unmapped -= {settings.metadonnee_service_fait}  # given by whoever visas
    if unmapped:
        return f"la métadonnée obligatoire « {min(unmapped)} » n'est pas dans metadonnees de la section [parapheur]."
    known = line.ask(Call(operation="GetListeMetaDonnees")).answer.all("MetaDonnee")
    if settings.metadonnee_service_fait not in {one.text("nomCourt") for one in known}:
        return f"la métadonnée « {settings.metadonnee_service_fait} » n'y existe pas : aucun visa ne serait complet."
    return ""


def _steps(line: Line, type_: str, subtype: str) -> Iterator[str]:
    """Yield who is in a circuit; the emitter's own desk, at its end, is left out."""
    call = Call(operation="GetCircuit", about=subtype, children=_pair(type_, subtype))
    for step in line.ask(call).answer.all("EtapeCircuit"):
        if step.text("Role") != "ARCHIVAGE":
            who = " ".join(filter(None, (step.text("Prenom"), step.text("Nom"))))
            yield f"{step.text('Parapheur')} ({who})" if who else step.text("Parapheur")


def _pair(type_: str, subtype: str) -> tuple[Element, ...]:
    return element("TypeTechnique", type_), element("SousType", subtype)


def _texts(answer: Answer, name: str) -> frozenset[str]:
    return frozenset(one.words for one in answer.all(name))
