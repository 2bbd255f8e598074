"""Where an editor's flow can be completed, in bytes, and what each tag of it tells of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.pes.read import WHOLE

ROOT: Final = "/PES_Aller"
HEADER: Final = f"{ROOT}/PES_DepenseAller/EnTeteDepense"
SHEETS: Final = (f"{ROOT}/PES_DepenseAller/Bordereau", f"{ROOT}/PES_RecetteAller/Bordereau")
MANDAT: Final = f"{SHEETS[0]}/Piece"
INFO: Final = f"{MANDAT}/BlocPiece/InfoPce"
LINE: Final = f"{MANDAT}/LigneDePiece/BlocLignePiece/InfoLignePce"
HOLDER: Final = f"{ROOT}/PES_PJ"


@dataclass(slots=True)
class Element:
    """One element: where its tag begins, where its end tag does, or what comes after it when it closes itself."""

    start: int
    prefix: str
    end: int = -1


@dataclass(slots=True)
class Sheet:
    """One bordereau; `told` is what its block says of it, by tag."""

    start: int
    named: bool
    told: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Mandat:
    """One mandat: where its `Piece` begins and ends, where a reference is put in, those that it has."""

    sheet: Sheet
    start: int
    end: int = -1
    number: int = 0
    prefix: str = ""
    place: int = -1
    references: list[str] = field(default_factory=list)

    @property
    def key(self) -> MandatKey | None:
        """Return what it is known by; None when its bordereau does not say enough."""
        told = self.sheet.told
        if told.get("TypBord") not in set(BordereauKind):
            return None
        return BordereauKind(told["TypBord"]), whole(told.get("Exer", "")), whole(told.get("IdBord", "")), self.number


@dataclass(slots=True)
class Places:
    """What one pass has seen.

    Attributes:
        prefix: that of the root's first child, None when it has none.
        undeclare: whether a child of the root needs `xmlns=""` to be named like its sisters.
        end: where the end tag of the whole begins.
        nomfics: where `NomFic` stands; `headers`, `flags`: the same of EnTeteDepense and InfoDematerialisee.
        holders: the PES_PJ; `inside`: where its first child begins; `headed`: whether that one is its header.
        carried, referred: the IdUnique of its documents, and those that its mandats and lines refer to.
        ids: every xs:ID.
    """

    prefix: str | None = None
    undeclare: bool = False
    end: int = -1
    nomfics: list[int] = field(default_factory=list)
    headers: list[Element] = field(default_factory=list)
    flags: list[tuple[int, str]] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    mandats: list[Mandat] = field(default_factory=list)
    holders: list[Element] = field(default_factory=list)
    inside: int = -1
    headed: bool = False
    carried: set[str] = field(default_factory=set)
    referred: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


def whole(text: str) -> int:
    """Return a whole number, 0 when it is none."""
    return int(text) if WHOLE.fullmatch(text) else 0


Told = Mapping[str, str]


def _value(told: Told) -> str:
    return told.get("V", "").strip()


def _sheet(places: Places, element: Element, told: Told) -> None:
    places.sheets.append(Sheet(element.start, "Id" in told))


def _mandat(places: Places, element: Element, _: Told) -> None:
    places.mandats.append(Mandat(places.sheets[-1], element.start))


def _info(places: Places, element: Element, _: Told) -> None:
    places.mandats[-1].prefix = element.prefix


def _number(places: Places, _: Element, told: Told) -> None:
    places.mandats[-1].number = whole(_value(told))


def _reference(places: Places, _: Element, told: Told) -> None:
    places.mandats[-1].references.append(_value(told))
    places.referred.add(_value(told))


def _follower(places: Places, element: Element, _: Told) -> None:
    """Note what comes after the references of a mandat."""
    _end_of_info(places, element.start)


def _end_of_info(places: Places, at: int) -> None:
    if places.mandats[-1].place < 0:
        places.mandats[-1].place = at


def _end_of_mandat(places: Places, at: int) -> None:
    places.mandats[-1].end = at


def _holder_child(places: Places, element: Element, _: Told) -> None:
    if places.inside < 0:
        places.inside = element.start


def _holder_header(places: Places, element: Element, told: Told) -> None:
    _holder_child(places, element, told)
    places.headed = True


def _end_of_holder(places: Places, at: int) -> None:
    places.holders[-1].end = at


def _end_of_header(places: Places, at: int) -> None:
    places.headers[-1].end = at


def _end_of_root(places: Places, at: int) -> None:
    places.end = at


def _telling(tag: str) -> Callable[[Places, Element, Told], None]:
    def note(places: Places, _: Element, told: Told) -> None:
        places.sheets[-1].told[tag] = _value(told)

    return note


STARTS: Final[Mapping[str, Callable[[Places, Element, Told], None]]] = {
    f"{ROOT}/Enveloppe/Parametres/NomFic": lambda places, element, _: places.nomfics.append(element.start),
    HEADER: lambda places, element, _: places.headers.append(element),
    f"{HEADER}/InfoDematerialisee": lambda places, element, told: places.flags.append((element.start, _value(told))),
    **dict.fromkeys(SHEETS, _sheet),
    **{f"{sheet}/BlocBordereau/{tag}": _telling(tag) for sheet in SHEETS for tag in ("TypBord", "Exer", "IdBord")},
    MANDAT: _mandat,
    INFO: _info,
    f"{INFO}/IdPce": _number,
    f"{INFO}/PJRef/IdUnique": _reference,
    f"{INFO}/PJ": _follower,
    f"{INFO}/CarteAchatNiveau1": _follower,
    f"{LINE}/PJRef/IdUnique": lambda places, _, told: places.referred.add(_value(told)),
    HOLDER: lambda places, element, _: places.holders.append(element),
    f"{HOLDER}/EnTetePES_PJ": _holder_header,
    f"{HOLDER}/PJ": _holder_child,
    f"{HOLDER}/PJ/IdUnique": lambda places, _, told: places.carried.add(_value(told)),
}
ENDS: Final[Mapping[str, Callable[[Places, int], None]]] = {
    ROOT: _end_of_root,
    HEADER: _end_of_header,
    MANDAT: _end_of_mandat,
    INFO: _end_of_info,
    HOLDER: _end_of_holder,
}
