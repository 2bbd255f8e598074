"""A completed flow, and what nobody may do to it: each change with the words that tell it."""

import base64
import gzip
import re
from collections.abc import Callable

from pes.editors import One, Shape, added, key, pieces_of
from pes.plans import PDF

SHAPE = Shape(
    holder="full",
    remark="<!-- r -->",
    sheets=(("01", 2026, 42, (One(1, ("EDITEUR1",), "PJ"), One(2))), ("02", 2026, 42, (One(1),))),
)
ADDED = added(key(1), key(2), nomfic="NOUVEAU-1")
FIRST, SECOND = (one.id for one in pieces_of(ADDED))
NAME = b"Facture d&apos;ete n 0 -A&amp;B.pdf"
REFERENCE = (
    b'<PJRef><Support V="01"/><IdUnique V="'
    + FIRST.encode()
    + b'"/><NomPJ V="'
    + NAME
    + b'"/><TypePJ V="003"/></PJRef>'
)


def packed(data: bytes) -> bytes:
    return base64.b64encode(gzip.compress(data, mtime=0))


def put(old: bytes, new: bytes, count: int = 1) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, count)

    return change


def moved(data: bytes) -> bytes:
    """Put the reference of the first mandat into the second."""
    bare = put(REFERENCE, b"")(data)
    at = bare.index(b"<PJRef>", bare.index(b'<IdPce V="2"/>'))
    return bare[:at] + REFERENCE + bare[at:]


def swapped(data: bytes) -> bytes:
    """Exchange the references of the two mandats."""
    return data.replace(FIRST.encode(), b"#").replace(SECOND.encode(), FIRST.encode()).replace(b"#", SECOND.encode())


def doubled_document(data: bytes) -> bytes:
    start, end = data.rindex(b"<PJ>"), data.index(b"</PES_PJ>")
    return data[:end] + data[start:end] + data[end:]


def last_document_is(content: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        start = data.rindex(b'<Fichier MIMEType="application/pdf">') + len(b'<Fichier MIMEType="application/pdf">')
        return data[:start] + content + data[data.index(b"<", start) :]

    return change


FORBIDDEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an amount": (put(b'<MtHT V="120.00"/>', b'<MtHT V="121.00"/>'), "Bordereau 42, mandat 1 : .*120.00.*121.00"),
    "an amount written otherwise": (put(b'"120.00"', b'"120.0"'), "mandat 1"),
    "a quote": (put(b'<MtHT V="120.00"/>', b"<MtHT V='120.00'/>"), "mandat 1"),
    "a blank": (put(b"<MtHT V", b"<MtHT  V"), "mandat 1"),
    "a line end": (put(b"</Piece>\n", b"</Piece>\r\n"), "mandat 1"),
    "a comment": (put(b"<!-- r -->", b""), "est devenu"),
    "a comment changed": (put(b"<!-- r -->", b"<!-- s -->"), "est devenu"),
    "two elements exchanged": (
        put(b'<TypPce V="01"/>\n<NatPce V="01"/>', b'<NatPce V="01"/>\n<TypPce V="01"/>'),
        "mandat 1 : .*TypPce.*NatPce",
    ),
    "a self-closed tag": (put(b'<NatPce V="01"/>', b'<NatPce V="01"></NatPce>'), "NatPce"),
    "a mandat's number": (put(b'<IdPce V="2"/>', b'<IdPce V="3"/>'), "IdPce"),
    "a reference in another mandat": (moved, f"mandat 2 : une référence à la pièce {FIRST} a été ajoutée à tort"),
    "references exchanged": (swapped, "ajoutée à tort"),
    "a reference twice": (put(REFERENCE, REFERENCE * 2), "ajoutée à tort"),
    "a reference lost": (put(REFERENCE, b""), f"la référence à la pièce {FIRST} manque"),
    "a reference on paper": (put(REFERENCE, REFERENCE.replace(b'Support V="01"', b'Support V="02"')), "mal écrite"),
    "a reference of another kind": (put(REFERENCE, REFERENCE.replace(b'"003"', b'"002"')), "mal écrite"),
    "a name without extension": (put(REFERENCE, REFERENCE.replace(b".pdf", b"")), "mal écrite"),
    "more in a reference": (put(REFERENCE, REFERENCE.replace(b"<Support ", b'<Support a="b" ')), "PJRef"),
    "a reference in a line": (put(b'<MtHT V="120.00"/>', b'<MtHT V="120.00"/>' + REFERENCE), "mandat 1"),
    "a reference of another namespace": (
        put(REFERENCE, re.sub(rb"<(/?)(?=\w)", rb"<\1n:", REFERENCE)),
        "n:PJRef",
    ),
    "the editor's reference": (put(b'<IdUnique V="EDITEUR1"/>', b'<IdUnique V="EDITEUR2"/>'), "EDITEUR2"),
    "a holder more": (
        put(b"<PES_DepenseAller>", b"<PES_PJ></PES_PJ><PES_DepenseAller>"),
        "PES_PJ y figure 2 fois",
    ),
    "a header of documents more": (
        put(b"</PES_PJ>", b'<EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ></PES_PJ>'),
        "EnTetePES_PJ y figure 2 fois",
    ),
    "a document more": (doubled_document, "ajoutée au flux à tort"),
    "another content": (last_document_is(packed(PDF)), "le flux ne porte pas le fichier gardé"),
    "no content": (last_document_is(b""), "PJ ajouté n'est pas écrit"),
    "not base64": (last_document_is(b"*"), "le flux ne porte pas le fichier gardé"),
    "not gzip": (last_document_is(b"QUJD"), "le flux ne porte pas le fichier gardé"),
    "the editor's document": (put(packed(PDF + b"de l'editeur"), packed(PDF)), "PES_PJ"),
    "another identifier": (
        lambda data: data[: data.index(b"<PES_PJ")] + put(FIRST.encode(), b"X1")(data[data.index(b"<PES_PJ") :]),
        "X1 a été ajoutée au flux à tort",
    ),
    "another NomFic": (put(b"NOUVEAU-1", b"NOUVEAU-2"), "NOUVEAU-2"),
    "the old NomFic": (put(b"NOUVEAU-1", b"FLUX-1"), "ne porte pas son nouveau nom"),
    "InfoDematerialisee as it was": (
        put(b'<InfoDematerialisee V="1"/>', b'<InfoDematerialisee V="0"/>'),
        "ne dit pas si",
    ),
    "InfoDematerialisee otherwise": (put(b'<InfoDematerialisee V="1"/>', b'<InfoDematerialisee V="true"/>'), "true"),
    "no Id": (put(b' Id="B2026T01N0042"', b""), "n'a pas d'identifiant"),
    "another attribute": (put(b' Id="B2026T01N0042"', b' Id="B2026T01N0042" a="b"'), "Bordereau"),
    "the root's Id": (put(b'Id="F1"', b'Id="F2"'), "F2"),
    "the prolog": (put(b"ISO-8859-1", b"iso-8859-1"), "En-tête"),
    "another encoding": (put(b"ISO-8859-1", b"UTF-8"), "En-tête"),
    "a new element": (put(b"</InfoPce>", b'<CarteAchatNiveau1 V="1"/></InfoPce>'), "CarteAchatNiveau1"),
    "an instruction": (put(b"<Enveloppe>", b"<?x?><Enveloppe>"), "En-tête"),
    "a bordereau less": (
        lambda data: data[: data.rindex(b"<Bordereau")] + data[data.index(b"</PES_DepenseAller>") :],
        "est devenu",
    ),
    "the end": (put(b"</n:PES_Aller>\n", b""), "est devenu"),
    "the very end": (lambda data: data[: data.rindex(b"<!-- r -->")], "La fin du flux de l'éditeur manque"),
    "more after the end": (lambda data: data + b"<!-- -->", "après la fin"),
    "half a tag": (lambda data: data + b"<", "n'a pas de fin"),
    "nothing left": (lambda _: b"", "La fin du flux"),
    "another PES_PJ": (put(b"</n:PES_Aller>", b"<PES_PJ></PES_PJ></n:PES_Aller>"), "PES_PJ"),
}
