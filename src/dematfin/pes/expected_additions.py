"""What a completion lets a flow have more than the editor's, recognised in it as it is read."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final

from dematfin.domain.editor.completion import Completion
from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import DocumentError
from dematfin.pes.contents import measured
from dematfin.pes.read import TRUE
from dematfin.pes.standing import INFO, Standing
from dematfin.pes.tokens import Token
from dematfin.support.splice import Span

ROOT: Final = ("PES_Aller",)
NOMFIC: Final = ("PES_Aller", "Enveloppe", "Parametres")
HEADER: Final = ("PES_Aller", "PES_DepenseAller", "EnTeteDepense")
ONCE: Final = {(("PES_Aller",), "PES_PJ"), (("PES_Aller", "PES_PJ"), "EnTetePES_PJ")}
SHEETS: Final = (("PES_Aller", "PES_DepenseAller"), ("PES_Aller", "PES_RecetteAller"))
HOLDER: Final = ("PES_Aller", "PES_PJ")
FLAG: Final = "InfoDematerialisee"
REFERENCE: Final = "PJRef Support/ IdUnique/ NomPJ/ TypePJ/ /PJRef"
DOCUMENT: Final = "PJ Contenu Fichier text /Fichier /Contenu IdUnique/ NomPJ/ TypePJ/ Description/ /PJ"
HOLDER_HEADER: Final = "EnTetePES_PJ IdVer/ /EnTetePES_PJ"
NAMED: Final = re.compile(r".{1,97}\.[A-Za-z0-9]{2,4}")
NEW_ID: Final = re.compile(rb' Id="[A-Za-z_][A-Za-z0-9_]*"')
PLAIN: Final = re.compile(rb"""<(?:/?[\w.:-]+|[\w.:-]+ (?:V="[^"<>]*"/|MIMEType="[^"<>]*"))>""")


class Expected:
    """What is still to be found of a completion."""

    def __init__(self, flow: Path, completion: Completion, standing: Standing) -> None:
        self._flow = flow
        self._completion = completion
        self._standing = standing
        self._references = {key: [one.id for one in pieces] for key, pieces in completion.references.items()}
        self._carried = {piece.id: piece for piece in completion.carried}
        self._flag = ""
        self._nomfic = ""
        self._unnamed = 0
        self._once = Counter[str]()
        self._expenses = self._own_holder = False

    def keep(self, token: Token) -> None:
        """Note what the flow says of itself."""
        path = self._standing.path
        if len(path) > len(HEADER) or token.data[1:2] == b"/":
            return
        name = token.names[1]
        if path == ROOT:
            self._expenses = self._expenses or name == "PES_DepenseAller"
        elif path == HEADER and name == FLAG:
            self._flag = token.attributes.get("V", "").strip()
        elif path == NOMFIC and name == "NomFic":
            self._nomfic = unescape(token.attributes.get("V", ""))
        elif path in SHEETS and name == "Bordereau":
            self._unnamed += "Id" not in token.attributes
        if (path, name) in ONCE:
            self._once[name] += 1

    def changed(self, theirs: Token, token: Token) -> bool:
        """Say whether a tag is changed as it may be."""
        if not (theirs.is_tag and token.is_tag) or theirs.names != token.names:
            return False
        path, name, wanted = self._standing.path, token.names[1], self._completion.dematerialised
        if path == NOMFIC and name == "NomFic" and self._completion.nomfic:
            value = token.attributes.get("V", "")
            return unescape(value) == self._completion.nomfic and theirs.with_value(value) == token.data
        if path == HEADER and name == FLAG:
            was = theirs.attributes.get("V", "").strip().lower() in TRUE
            return was != wanted and theirs.with_value("1" if wanted else "0") == token.data
        if path in SHEETS and name == "Bordereau" and wanted and "Id" not in theirs.attributes:
            return NEW_ID.sub(b"", token.data, count=1) == theirs.data
        return False

    def opened_holder(self, theirs: Token, token: Token) -> Token | None:
        """Return the tag that closes PES_PJ, where the editor's closes itself and this one does not."""
        if not self._carried or self._standing.path != ROOT or theirs.names[1] != HOLDER[1]:
            return None
        if not theirs.closes_itself or theirs.data[:-2] + b">" != token.data:
            return None
        prefix, name = theirs.names
        closing = f"</{prefix}:{name}>" if prefix else f"</{name}>"
        return Token(closing.encode("latin-1"), theirs.start, theirs.end)

    def added(self, token: Token, ours: Iterator[Token]) -> str | None:
        """Read an addition to its end: None when it is expected here, else why not; empty when it is none at all."""
        path, (prefix, name) = self._standing.path, token.names
        if not token.is_tag or not path or token.data[1:2] == b"/":
            return self._end_of_own_holder(token)
        if path == ROOT and name == HOLDER[1]:
            return self._new_holder(token)
        if prefix != self._standing.prefixes[-1]:
            return ""
        if path == HEADER and name == FLAG:
            return self._new_flag(token)
        return self._element(path, name, token, ours)

    def _element(self, path: tuple[str, ...], name: str, token: Token, ours: Iterator[Token]) -> str | None:
        known = {(INFO, "PJRef"): REFERENCE, (HOLDER, "PJ"): DOCUMENT, (HOLDER, "EnTetePES_PJ"): HOLDER_HEADER}
        if (shape := known.get((path, name))) is None:
            return ""
        parts = self._read(token, ours, shape.count(" ") + 1)
        told = {one.names[1]: one.attributes.get("V", "") for one in parts if one.closes_itself}
        if " ".join(map(_shape, parts)) != shape or not _bare(parts):
            return f"{self._standing.label} : un élément {name} ajouté n'est pas écrit comme il doit l'être."
        if shape == REFERENCE:
            return self._new_reference(told)
        if shape == DOCUMENT:
            return self._new_document(told, parts[3])
        self._once[name] += 1
        return None if told == {"IdVer": "1"} else f"{name} : la version ajoutée n'est pas 1."

    def _read(self, token: Token, ours: Iterator[Token], count: int) -> list[Token]:
        parts = [token]
        while len(parts) < count and (one := next(ours, None)) is not None:
            parts.append(one)
        return parts

    def _new_reference(self, told: dict[str, str]) -> str | None:
        key = self._standing.mandat
        waited = self._references.get(key, []) if key else []
        if told["IdUnique"] not in waited:
            return f"{self._standing.label} : une référence à la pièce {told['IdUnique']} a été ajoutée à tort."
        waited.remove(told["IdUnique"])
        return None if _good(told) and told["Support"] == "01" else f"{self._standing.label} : référence mal écrite."

    def _new_document(self, told: dict[str, str], text: Token) -> str | None:
        piece = self._carried.pop(told["IdUnique"], None)
        if piece is None:
            return f"La pièce {told['IdUnique']} a été ajoutée au flux à tort."
        if not _good(told) or not told["Description"]:
            return f"Pièce {piece.label} : son nom ou sa description sont mal écrits dans le flux."
        return None if self._is_whole(piece, text) else f"Pièce {piece.label} : le flux ne porte pas le fichier gardé."

    def _is_whole(self, piece: Piece, text: Token) -> bool:
        try:
            found = measured(self._flow, Span(text.start, text.end), piece.name)
        except DocumentError:
            return False
        return found == (piece.document.size, piece.document.sha256)

    def _new_flag(self, token: Token) -> str | None:
        good = _bare([token]) and token.attributes == {"V": "1"}
        if not self._completion.dematerialised or self._flag or not good:
            return f"{FLAG} a été ajouté à tort."
        self._flag = "1"
        return None

    def _new_holder(self, token: Token) -> str | None:
        """PES_PJ, where the editor's flow has none: what it holds is looked at one by one."""
        plain = token.opens and token.attributes in ({}, {"xmlns": ""})
        if not self._carried or not plain or token.names[0] != (self._standing.first_prefix or ""):
            return "PES_PJ a été ajouté à tort."
        self._own_holder = True
        self._once[HOLDER[1]] += 1
        self._standing.follow(token)
        return None

    def _end_of_own_holder(self, token: Token) -> str | None:
        if not self._own_holder or self._standing.path != HOLDER or token.names[1] != HOLDER[1]:
            return ""
        self._own_holder = False
        self._standing.follow(token)
        return None

    def missing(self) -> Iterator[str]:
        """Say what the flow should have and has not."""
        for (_, exercice, sheet, number), ids in self._references.items():
            for one in ids:
                yield f"Mandat {number} du bordereau {sheet} de {exercice} : la référence à la pièce {one} manque."
        if self._own_holder:
            yield "PES_PJ a été ajouté et n'est pas fermé."
        yield from (f"{name} y figure {count} fois." for name, count in self._once.items() if count > 1)
        for piece in self._carried.values():
            yield f"Pièce {piece.label} : elle manque dans le flux."
        if self._expenses and (self._flag.lower() in TRUE) != self._completion.dematerialised:
            yield f"{FLAG} ne dit pas si les bordereaux sont signés."
        if self._unnamed and self._completion.dematerialised:
            yield "Un bordereau n'a pas d'identifiant : il ne pourrait pas être signé."
        if self._completion.nomfic and self._nomfic != self._completion.nomfic:
            yield f"Le flux ne porte pas son nouveau nom, {self._completion.nomfic}."


def _shape(token: Token) -> str:
    if not token.is_tag:
        return "text"
    name = token.names[1]
    if token.closes_itself:
        return f"{name}/"
    return name if token.opens else f"/{name}"


def _bare(parts: list[Token]) -> bool:
    """Whether no tag says more than it has to, or is of another family than the first."""
    tags = [one for one in parts if one.is_tag]
    return all(PLAIN.fullmatch(one.data) and one.names[0] == parts[0].names[0] for one in tags)


def _good(told: dict[str, str]) -> bool:
    return told["TypePJ"] == "003" and NAMED.fullmatch(told["NomPJ"]) is not None
