"""Answers written against us: none of them is a yes that the file does not say, a wrong sum, or another error."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from dematfin.domain.mandat.anomalies import ACK, DOMAINS, OTHER
from dematfin.domain.mandat.answers import PieceState
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.mandat.observations import OBSERVATIONS
from dematfin.domain.mandat.said import LINE_STATES
from dematfin.domain.mandat.told import WITHOUT_MONEY
from dematfin.domain.mandat.verdict import read_acquit as verdict
from dematfin.domain.money import ZERO
from dematfin.errors import DematfinError
from dematfin.pes.reader import Reader
from dematfin.pes.retour import REAL_PAYMENT
from dematfin.pes.validate import Schemas
from official import OFFICIAL, needs_official

READER = Reader(Schemas())
XSD = OFFICIAL / "xsd" / "pes" / "v5.17" / "PES_V2"
DEPTH = 100_000
ACQUIT = """<PES_ACQUIT xmlns:z="urn:autre"><Enveloppe><Parametres><NomFic V="F1"/></Parametres></Enveloppe><ACQUIT>
<ElementACQUIT><DomaineAck V="5"/>{state}<ExerciceBord V="2026"/><NumBord V="42"/></ElementACQUIT></ACQUIT></PES_ACQUIT>
"""
RETOUR = """<PES_Retour><Enveloppe><Parametres><NomFic V="R1"/></Parametres></Enveloppe>
<PES_DepenseRetour><Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="42"/><TypBord V="01"/></BlocBordereau>
<Piece><InfoPiece><IdPce V="1187"/>{piece}</InfoPiece><LigneDePiece><BlocLignePiece/>
<PaiementEmargement>{payment}</PaiementEmargement></LigneDePiece></Piece></Bordereau></PES_DepenseRetour></PES_Retour>
"""


def accepted(data: str | bytes) -> bool:
    """Whether anything of an acquit is told to be accepted."""
    try:
        found = verdict(READER.acquit(data.encode() if isinstance(data, str) else data))
    except DematfinError:
        return False
    return bool(found.accepted) or found.summary is AcquitSummary.ACCEPTED


@pytest.mark.parametrize(
    "state",
    [
        '<EtatAck V="1"/><EtatAck V="0"/>',
        '<EtatAck V="0"/><EtatAck V="1"/>',
        '<z:EtatAck V="true"/><EtatAck V="false"/>',
        '<EtatAck/><EtatAck V="1"/>',
        '<EtatAck z:V="1"/>',
        '<EtatAck v="1"/>',
        '<EtatAck V="1 0"/>',
        '<EtatAck V="1.0"/>',
        '<EtatAck V="\N{FULLWIDTH DIGIT ONE}"/>',
        "<EtatAck>1</EtatAck>",
        '<Autre><EtatAck V="1"/></Autre>',
        '<!-- <EtatAck V="1"/> --><?EtatAck V="1"?>',
        '<![CDATA[<EtatAck V="1"/>]]>',
        f'<EtatAck V="{"1" * 1_000_000}"/>',
        f'{"<Autre>" * DEPTH}<EtatAck V="1"/>{"</Autre>" * DEPTH}',
    ],
    ids=range(15),
)
def test_only_one_clear_word_at_its_place_accepts(state: str) -> None:
    assert not accepted(ACQUIT.format(state=state))
    assert accepted(ACQUIT.format(state='<!-- x --><z:EtatAck V=" 1 "/><?x y?>'))


@pytest.mark.parametrize(("old", "new"), [('V="2026"', 'V="2026"/><ExerciceBord V="2025"'), ('"42"', '"-42"')])
def test_a_bordereau_that_is_named_in_two_ways_or_badly_is_not_accepted(old: str, new: str) -> None:
    data = ACQUIT.format(state='<EtatAck V="1"/>').replace(old, new)
    assert (2026, 42) not in verdict(READER.acquit(data.encode())).accepted


GOOD = ACQUIT.format(state='<EtatAck V="1"/>')
ACCENT = GOOD.replace('"F1"', '"F\N{LATIN SMALL LETTER E WITH ACUTE}"')


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode().replace(b"<ACQUIT>", b"<ACQUIT>\0"),
        b"<!DOCTYPE PES_ACQUIT>" + GOOD.encode(),
        b'<!DOCTYPE x [<!ENTITY oui "1">]>' + GOOD.encode().replace(b'EtatAck V="1"', b'EtatAck V="&oui;"'),
        GOOD.encode()[:-20],
        b'<?xml version="1.0" encoding="UTF-8"?>' + ACCENT.encode("latin-1"),
        b'<?xml version="1.0" encoding="UTF-16"?>' + GOOD.encode(),
        f"<PES_Retour>{GOOD}</PES_Retour>".encode(),
        b"",
        b"\xef\xbb\xbf",
    ],
    ids=range(9),
)
def test_what_is_no_acquit_is_told_and_accepts_nothing(data: bytes) -> None:
    with pytest.raises(DematfinError, match="Acquit"):
        READER.acquit(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        ("\ufeff" + GOOD).encode("utf-16-le"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + ACCENT.encode("latin-1"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + ACCENT.encode(),
    ],
    ids=range(4),
)
def test_any_alphabet_is_read(data: bytes) -> None:
    assert accepted(data)


def paid(text: str) -> tuple[Decimal, bool]:
    payment = f'<OrgEma V="01"/><DtePay V="2026-03-11"/><MtPay V="{text}"/>'
    data = RETOUR.format(piece='<EtatPce V="05"/>', payment=payment)
    (piece,) = READER.retour(data.encode()).pieces
    (found,) = piece.payments
    return found.amount, found.readable


@pytest.mark.parametrize(
    "text",
    ["12,50", "1E3", "NaN", "Infinity", "9" * 30, "", " ", "1 000.00", "--5", "\N{ARABIC-INDIC DIGIT FIVE}", "5€"],
)
def test_an_amount_that_is_none_counts_for_nothing_and_is_told(text: str) -> None:
    assert paid(text) == (ZERO, False)


@pytest.mark.parametrize(("text", "amount"), [("+12.50", "12.50"), ("-12.50", "-12.50"), ("0012.5", "12.50")])
def test_an_amount_keeps_its_sign(text: str, amount: str) -> None:
    assert paid(text) == (Decimal(amount), True)
    assert paid(f'{text}"/><MtPay V="{text}') == (Decimal(amount), True)
    assert paid(f'{text}"/><MtPay V="1') == (ZERO, False)


@pytest.mark.parametrize("text", ["0000-00-00", "2026-02-30", "11/03/2026", "", "demain", "2026-3-1"])
def test_a_day_that_is_none_is_none(text: str) -> None:
    data = RETOUR.format(piece=f'<DtePcePec V="{text}"/><EtatPce V="02"/>', payment="")
    (piece,) = READER.retour(data.encode()).pieces
    assert piece.taken_on is None
    data = data.replace(f'"{text}"', '"2026-03-01+01:00"')
    assert READER.retour(data.encode()).pieces[0].taken_on == date(2026, 3, 1)


def test_a_state_told_in_two_ways_is_none() -> None:
    data = RETOUR.format(piece='<EtatPce V="05"/><EtatPce V="04"/>', payment='<OrgEma V="01"/><OrgEma V="03"/>')
    said = READER.retour(data.encode())
    assert said.pieces[0].state is PieceState.UNKNOWN
    assert not said.pieces[0].payments[0].real
    assert "ne connaît pas" in said.remarks[0]


@pytest.mark.parametrize("number", ["-1187", "9" * 20, "11.87", "0"])
def test_a_mandat_without_a_number_is_left_aside(number: str) -> None:
    data = RETOUR.format(piece='<EtatPce V="05"/>', payment="").replace("1187", number)
    said = READER.retour(data.encode())
    assert not said.pieces
    assert "1 pièce sans numéro" in said.remarks[0]


def listed(path: Path, name: str) -> set[str]:
    """Return the values that an official type enumerates."""
    found = etree.parse(path).xpath("//*[@name=$name]//*[local-name()='enumeration']/@value", name=name)
    assert found
    return set(map(str, found))


@needs_official
def test_each_official_code_has_its_words() -> None:
    ack, depense = XSD / "CommunAck.xsd", XSD / "RETOUR" / "NS_Depense" / "r0" / "CommunDepense_Retour.xsd"
    assert listed(ack, "TNumAnoAck") <= ACK.keys() | {OTHER}
    assert listed(ack, "TDomaineAck") == {str(one) for one in DOMAINS}
    assert listed(depense, "TObsEtat") == OBSERVATIONS.keys()
    assert listed(depense, "TEtatPce") == {str(one) for one in PieceState} - {""}
    assert listed(depense, "TOrgEma") == WITHOUT_MONEY.keys() | {REAL_PAYMENT}
    silent = {"01", "02", "03", "08", "09", "16"}  # as the mandat is
    assert listed(depense, "TEtatLigPce") == LINE_STATES.keys() | silent


@needs_official
def test_a_line_with_an_anomaly_is_told_as_such() -> None:
    types = etree.parse(XSD / "RETOUR" / "NS_Depense" / "r0" / "CommunDepense_Retour.xsd")
    for code in ("04", "07"):
        said = types.xpath("string(//*[@name='TEtatLigPce']//*[@value=$code])", code=code)
        assert "avec ano" in said
        assert "anomalie" in LINE_STATES[code]
