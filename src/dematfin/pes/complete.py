"""Completing an editor's flow: references and documents are put in, every other byte stays the editor's.

Nothing is written again: places are found by one pass, then the file is copied with what is put in at them, documents
as they are read. `changes` proves it afterwards, by other means.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.pes import tags
from dematfin.pes.additions import Additions
from dematfin.pes.conditions import check, refuse
from dematfin.pes.latin import LATIN, Writing, foreign, writing_of
from dematfin.pes.places import Places, Sheet
from dematfin.pes.read import TRUE
from dematfin.pes.survey import survey
from dematfin.support.splice import Span, spliced, write

Edit = tuple[Span, Iterable[bytes]]


def complete(
    flow: Path, completion: Completion, target: Path, open_document: Callable[[DocumentRef], BinaryIO]
) -> None:
    """Write a flow with what a completion adds, in ISO-8859-1, whole or not at all.

    Raises:
        InvalidPes, TooLarge: the flow cannot be read, is signed, or has no place for what is added; FlowRejected: a
            document is not what it was.
    """
    places, writing = survey(flow), writing_of(flow)
    check(flow.name, places, completion)
    _check_signs(flow, places, writing)
    editing = _Editing(flow, places, completion, Additions(completion, writing, open_document))
    write(target, writing.in_latin(spliced(flow, sorted(editing.edits(writing), key=lambda edit: edit[0]))))


def _check_signs(flow: Path, places: Places, writing: Writing) -> None:
    if writing.codec == LATIN or (found := foreign(flow, writing.codec)) is None:
        return
    sign, at = found
    mandat = next((one for one in places.mandats if one.start <= at < one.end), None)
    where = f"du mandat {mandat.number}" if mandat else "hors des mandats"
    refuse(
        flow.name,
        f"le signe « {sign} » (U+{ord(sign):04X}) {where} n'existe pas en ISO-8859-1, l'encodage que le TdT demande. "
        "Remplacez-le dans le logiciel financier, ou réexportez en ISO-8859-1",
    )


class _Editing:
    """What is put in, and where."""

    def __init__(self, flow: Path, places: Places, completion: Completion, additions: Additions) -> None:
        self._flow = flow
        self._places = places
        self._completion = completion
        self._add = additions

    def edits(self, writing: Writing) -> Iterator[Edit]:
        if writing.better:
            yield writing.declaration, (writing.better,)
        if self._completion.nomfic:
            yield self._new_value(self._places.nomfics[0], self._completion.nomfic)
        yield from self._signed_or_not()
        yield from self._references()
        if self._completion.carried:
            yield self._documents()

    def _new_value(self, at: int, value: str) -> Edit:
        return tags.value_span(self._flow, at), (self._add.escaped(value),)

    def _signed_or_not(self) -> Iterator[Edit]:
        """Say that bordereaux are signed, or that they are not; what is signed needs an Id."""
        wanted = self._completion.dematerialised
        if self._places.flags:
            at, told = self._places.flags[0]
            if wanted != (told.lower() in TRUE):
                yield self._new_value(at, "1" if wanted else "0")
        elif wanted:
            header = self._places.headers[0]
            if tags.closes_itself(self._flow, header.start):
                refuse(self._flow.name, "EnTeteDepense est vide. Exportez-le de nouveau du logiciel financier")
            yield Span(header.end, header.end), (self._add.value(header.prefix, "InfoDematerialisee", "1"),)
        for sheet in self._places.sheets if wanted else ():
            if not sheet.named:
                at = tags.after_name(self._flow, sheet.start)
                yield Span(at, at), (self._add.identifier(self._free_id(sheet)),)

    def _free_id(self, sheet: Sheet) -> str:
        told = ("B", sheet.told.get("Exer", ""), "T", sheet.told.get("TypBord", ""), "N", sheet.told.get("IdBord", ""))
        first = "".join(sign for sign in "".join(told) if sign.isascii() and sign.isalnum())
        name, number = first, 1
        while name in self._places.ids:
            number += 1
            name = f"{first}_{number}"
        self._places.ids.add(name)
        return name

    def _references(self) -> Iterator[Edit]:
        for mandat in self._places.mandats:
            if pieces := self._completion.references.get(mandat.key) if mandat.key else None:
                yield Span(mandat.place, mandat.place), self._add.references(mandat.prefix, pieces)

    def _documents(self) -> Edit:
        """Put documents at the end of PES_PJ, made when there is none."""
        places = self._places
        if not places.holders:
            prefix = places.prefix or ""
            return Span(places.end, places.end), self._add.holder(prefix, undeclare=places.undeclare)
        holder = places.holders[0]
        inside = self._add.documents(holder.prefix)
        header = () if places.headed else (self._add.holder_header(holder.prefix),)
        if tags.closes_itself(self._flow, holder.start):
            span, opened, closing = tags.unclosed(self._flow, holder.start)
            return span, _joined((opened,), header, inside, (closing,))
        return Span(holder.end, holder.end), _joined(header, inside)


def _joined(*streams: Iterable[bytes]) -> Iterator[bytes]:
    for stream in streams:
        yield from stream
