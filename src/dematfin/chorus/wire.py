"""Chorus Pro's answers, as far as we read them: every key may be absent or null, ids may be text."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from dematfin.errors import BadAnswer

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value).strip())]
"""Text, or a number given as such: ids are 64-bit integers that sometimes come as strings."""

Number = Annotated[int, BeforeValidator(lambda value: 0 if value in (None, "") else value)]


def _yes(value: Any) -> bool:
    return value is True or str(value).lower() in {"true", "1", "oui"}


Flag = Annotated[bool, BeforeValidator(_yes)]


class Wire(BaseModel):
    """One JSON object."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Row(Wire):
    """One line of `rechercher/recipiendaire`, works invoices included."""

    idFacture: Text = ""
    numeroFacture: Text = ""
    statut: Text = ""
    dateHeureEtatCourant: Text = ""


class Passage(Wire):
    """One line of the history of statuses."""

    histoStatutId: Number = 0
    histoStatutCode: Text = ""
    histoStatutDatePassage: Text = ""


class Structure(Wire):
    """One of our structures."""

    idStructureCPP: Number = 0
    identifiant: Text = ""
    designationStructure: Text = ""


class Obligations(Wire):
    """`parametres` of a structure."""

    codeServiceDoitEtreRenseigne: Flag = False
    numeroEJDoitEtreRenseigne: Flag = False
    gestionNumeroEJOuCodeService: Flag = False


class Service(Wire):
    """One service of a structure."""

    idService: Number = 0
    codeService: Text = ""
    libelleService: Text = ""
    estActif: Flag = False


W = TypeVar("W", bound=Wire)


def read(kind: type[W], value: Any) -> W:
    """Return one object; one that is absent is an object without keys.

    Raises:
        BadAnswer: the answer does not have the announced shape.
    """
    try:
        return kind.model_validate(value or {})
    except ValidationError as error:
        message = f"Chorus Pro : réponse inattendue ({kind.__name__}, {error.error_count()} valeurs illisibles)."
        raise BadAnswer(message) from error


def read_all(kind: type[W], values: Any) -> list[W]:
    """Return the objects of a list; an absent or null list is empty."""
    if not isinstance(values, list):
        return []
    return [read(kind, value) for value in values]
