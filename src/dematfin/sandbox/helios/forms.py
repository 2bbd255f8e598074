"""The forms that an answer may take besides the usual one: older, poorer, of another flow, unknown to the schema."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.helios.acquit import Error, Verdict, acquit_root, add, head, serialized, write_acquit
from dematfin.sandbox.helios.flow import Header

FIRST: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
OTHER: Final = "PESALR2_UN_AUTRE_LOGICIEL"
NON_ACQUIT: Final = "non_acquit"
NONE: Final = Error("", "")
Writer = Callable[[Header, Sequence[Verdict]], bytes]


def chosen(faults: Faults) -> str:
    """Return the form that a test asked for, or nothing."""
    return next((name for name in FORMS if faults.take(name)), "")


def write(form: str, header: Header, verdicts: Sequence[Verdict]) -> bytes:
    """Return the answer to a flow."""
    return FORMS.get(form, write_acquit)(header, verdicts)


def _first_version(header: Header, verdicts: Sequence[Verdict]) -> bytes:
    return serialized(_flat("PES_ACQUIT", header, verdicts))


def _non_acquit(header: Header, verdicts: Sequence[Verdict]) -> bytes:
    return serialized(_flat("PES_NonAcquit", header, verdicts))


def _no_block(header: Header, _: Sequence[Verdict]) -> bytes:
    return serialized(_less(acquit_root(header, ()), "ACQUIT"))


def _not_valid(header: Header, verdicts: Sequence[Verdict]) -> bytes:
    return serialized(_less(acquit_root(header, verdicts), "ACQUIT/EnTeteAcquit"))


def _foreign(header: Header, verdicts: Sequence[Verdict]) -> bytes:
    return write_acquit(replace(header, nomfic=OTHER), verdicts)


def _less(root: Any, path: str) -> Any:
    part = root.find(path)
    part.getparent().remove(part)
    return root


def _flat(name: str, header: Header, verdicts: Sequence[Verdict]) -> Any:
    """The first version: everything directly under an element, one for each anomaly."""
    root = etree.Element(f"{{{FIRST}}}{name}", nsmap={"n": FIRST})
    head(root, header)
    block = etree.SubElement(root, "ACQUIT")
    add(etree.SubElement(block, "EnTeteAcquit"), IdVer="1")
    for verdict, error in _pairs(verdicts):
        number, exercice = verdict.bordereau or ("", "")
        add(
            etree.SubElement(block, "ElementACQUIT"),
            DomaineAck=str(verdict.domain),
            EtatAck="0" if verdict.errors else "1",
            ExerciceBord=exercice,
            NumBord=number,
            NumPiece=error.piece,
            NumLigne=error.line,
            IdUnique=verdict.piece,
            NumAnoAck=error.code,
            LibelleAnoAck=error.text,
        )
    return root


def _pairs(verdicts: Sequence[Verdict]) -> Iterator[tuple[Verdict, Error]]:
    for verdict in verdicts:
        for error in verdict.errors or (NONE,):
            yield verdict, error


FORMS: Final[dict[str, Writer]] = {
    "version_1": _first_version,
    NON_ACQUIT: _non_acquit,
    "no_block": _no_block,
    "not_valid": _not_valid,
    "foreign_nomfic": _foreign,
}
