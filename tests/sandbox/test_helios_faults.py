"""Every verdict, every form of answer and every retour that the DGFiP may be asked for, through S²LOW, over HTTPS."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from lxml import etree

from dematfin.domain.mandat.answers import Acquit, PieceState, Retour
from dematfin.sandbox import faults
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import LoopbackServer
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Dgfip
from official import OFFICIAL, needs_official
from signature.town import Town, found_town
from tdt.browsers import Platform, browser, post, settle, status
from tdt.flows import Line, Mandat, Sheet
from tdt.odd_server import server_context
from tdt.office import READER, Office
from tdt.platform import ACQUIT, LIST, MARK, RETOUR

CONTROL: Final = "/__sandbox__/fault"
HOUR: Final = 3600
TWO: Final = (
    Sheet(number=12, mandats=(Mandat(number=101), Mandat(number=102))),
    Sheet(number=13, mandats=(Mandat(number=103),)),
)


@pytest.fixture(scope="module")
def mairie(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("mairie"))


@dataclass
class Desk:
    """A client of S²LOW, and the office behind it."""

    client: httpx.Client
    office: Office
    sent: int = 0

    def ask(self, name: str, times: int = 1) -> None:
        assert self.client.post(CONTROL, json={"name": name, "times": times}).status_code == 200

    def send(self, **content: Any) -> int:
        """Deposit a flow on paper: nothing here depends on its signature."""
        self.sent += 1
        post(self.client, self.office.write(sign=False, declared="0", **content).read_bytes())
        return self.code()

    def code(self) -> int:
        found = re.search(r"<status>(-?\d+)</status>", status(self.client, self.sent))
        assert found is not None
        return int(found[1])

    def raw(self) -> bytes:
        return self.client.get(ACQUIT, params={"id": str(self.sent)}).content

    def acquit(self) -> Acquit:
        return READER.acquit(self.raw())

    def later(self) -> list[tuple[str, bytes]]:
        """Let an hour pass, then fetch and mark what the comptable has to say."""
        self.client.post(CONTROL, json={"avance": HOUR})
        listed = re.findall("<id>(.*?)</id><nom>(.*?)</nom>", self.client.get(LIST).text)
        found = [(name, self.client.get(RETOUR, params={"id": key}).content) for key, name in listed]
        for key, _ in listed:
            self.client.get(MARK, params={"id": key})
        return found

    def retours(self) -> list[Retour]:
        return [READER.retour(data) for _, data in self.later()]


@contextmanager
def opened(platform: Platform, office: Office) -> Iterator[Desk]:
    asked = Faults(faults.PLATFORM)
    gate = replace(office.gate, faults=asked)
    comptable = replace(office.comptable, faults=asked, delay=HOUR)
    dgfip = Dgfip(acquit=gate.acquit, retours=comptable.retours)
    app = TdtApp(platform.world, platform.folder, platform.folder / "tdt", dgfip, asked)
    server = LoopbackServer(app, tls=server_context(platform.folder))
    server.start()
    with browser(platform, f"https://127.0.0.1:{server.port}") as client:
        yield Desk(client, office)
    server.stop()
    app.close()


@pytest.fixture
def desk(tmp_path: Path, mairie: Town) -> Iterator[Desk]:
    office = Office.open(tmp_path, mairie, delay=HOUR)
    with opened(settle(tmp_path), office) as one:
        yield one
    office.close()


def integrated(desk: Desk) -> list[str]:
    rows = desk.office.gate.registry.state.rows("SELECT numero FROM bordereau ORDER BY numero")
    return [row["numero"] for row in rows]


def test_without_any_fault_all_is_well(desk: Desk) -> None:
    assert desk.send(sheets=TWO) == 8
    assert all(one.accepted for one in desk.acquit().elements)
    assert integrated(desk) == ["12", "13"]


OF_THE_FLOW: Final = {
    "technical_ko": (0, "ERREUR_SCHEMA_INCOMPLET"),
    "timeout_ko": (0, "ERREUR_TIMEOUT"),
    "signature_ko_1": (1, "ERREUR_SIGNATURE_INVALIDE"),
    "signature_ko_2": (2, "ERREUR_CERTIFICAT"),
    "signature_ko_3": (3, "ERREUR_SIGNATURE_BORDEREAU_INVALIDE"),
    "parameters_ko": (99, "ERREUR_PES_PARAM"),
    "unknown_code": (42, "ERREUR_DE_DEMAIN"),
}


@pytest.mark.parametrize("name", OF_THE_FLOW)
def test_a_flow_may_be_refused_as_a_whole(desk: Desk, name: str) -> None:
    desk.ask(name)
    assert desk.send(sheets=TWO) == 8
    (element,) = desk.acquit().elements
    assert (element.domain, element.anomalies[0].code) == OF_THE_FLOW[name]
    assert (element.accepted, element.bordereau, element.piece_id) == (False, None, "")
    assert integrated(desk) == []
    assert desk.later() == []


@pytest.mark.parametrize(("name", "piece", "line"), [("bordereau_ko", 0, 0), ("piece_ko", 101, 0), ("line_ko", 101, 1)])
def test_one_bordereau_may_be_refused_while_the_rest_is_accepted(desk: Desk, name: str, piece: int, line: int) -> None:
    desk.ask(name)
    assert desk.send(sheets=TWO) == 8
    document, refused, accepted = desk.acquit().elements
    assert (document.domain, document.accepted, accepted.accepted) == (4, True, True)
    assert (refused.bordereau, refused.accepted) == ((2026, 12), False)
    (anomaly,) = refused.anomalies
    assert (anomaly.piece, anomaly.line) == (piece, line)
    assert integrated(desk) == ["13"]


def test_a_bordereau_may_be_refused_mandat_by_mandat(desk: Desk) -> None:
    desk.ask("split_ko")
    desk.send(sheets=TWO)
    _, first, second, accepted = desk.acquit().elements
    assert first.bordereau == second.bordereau == (2026, 12)
    assert [one.piece for one in (*first.anomalies, *second.anomalies)] == [101, 102]
    assert (accepted.bordereau, accepted.accepted) == ((2026, 13), True)
    assert integrated(desk) == ["13"]


def test_one_document_may_be_refused_and_what_refers_to_it(desk: Desk) -> None:
    desk.ask("pj_ko")
    other = Sheet(number=13, mandats=(Mandat(number=103, references=("PJ2",)),))
    desk.send(sheets=(Sheet(number=12), other), documents=("PJ1", "PJ2"))
    verdicts = [(one.piece_id or one.bordereau, one.accepted) for one in desk.acquit().elements]
    assert verdicts == [("PJ1", False), ("PJ2", True), ((2026, 12), False), ((2026, 13), True)]
    assert integrated(desk) == ["13"]


def test_labels_have_their_accents_in_latin_1(desk: Desk) -> None:
    desk.ask("line_ko")
    desk.send()
    assert "présent à tort".encode("iso-8859-1") in desk.raw()
    assert "présent à tort".encode() not in desk.raw()


def test_a_refusal_may_be_outright(desk: Desk) -> None:
    desk.ask("non_acquit")
    assert desk.send() == 6
    assert etree.QName(etree.fromstring(desk.raw())).localname == "PES_NonAcquit"
    assert not any(one.accepted for one in desk.acquit().elements)
    assert integrated(desk) == []


def test_an_answer_may_be_of_the_first_version(desk: Desk) -> None:
    desk.ask("version_1")
    desk.ask("line_ko")
    assert desk.send(sheets=TWO) == 8
    root = etree.fromstring(desk.raw())
    assert etree.QName(root).namespace.endswith("/Rev0/retour")
    assert root.find(".//DetailPiece") is None
    refused = next(one for one in root.iter("ElementACQUIT") if one.find("EtatAck").get("V") == "0")
    flat = {one.tag: one.get("V") for one in refused}
    assert (flat["NumBord"], flat["NumPiece"], flat["NumLigne"]) == ("12", "101", "1")
    assert flat["LibelleAnoAck"].startswith("1971 - ")


def test_an_answer_without_a_block_is_4(desk: Desk) -> None:
    desk.ask("no_block")
    assert desk.send() == 4
    assert etree.fromstring(desk.raw()).find("ACQUIT") is None
    assert integrated(desk) == ["12"]


def test_an_answer_that_no_schema_knows_is_an_error_with_its_file(desk: Desk) -> None:
    desk.ask("not_valid")
    assert desk.send() == -1
    assert "erreur retournée par Helios" in status(desk.client, 1)
    assert all(one.accepted for one in desk.acquit().elements)
    assert integrated(desk) == ["12"]


def test_an_answer_about_another_flow_goes_to_nobody_and_is_made_once(desk: Desk) -> None:
    desk.ask("foreign_nomfic")
    assert (desk.send(), desk.code()) == (3, 3)
    assert b"pas/plus disponible" in desk.raw()
    told = (desk.office.folder / "tdt/journal.jsonl").read_text(encoding="utf-8")
    assert told.count('"acquit_perdu"') == 1
    assert integrated(desk) == ["12"]


def test_a_second_answer_may_say_something_else(desk: Desk) -> None:
    desk.ask("second_acquit")
    assert desk.send() == 8
    assert all(one.accepted for one in desk.acquit().elements)
    first = desk.raw()
    assert desk.raw() == first
    desk.later()
    assert desk.code() == 8
    assert [one.domain for one in desk.acquit().elements] == [99]


def test_the_name_of_an_answer_prefers_the_flow_that_waits_for_it(desk: Desk) -> None:
    """A twin may have ended in error under the same name: its answer is the other one's."""
    desk.ask("twin_race")
    desk.ask("never_answer", 2)
    assert desk.send() == 3
    post(desk.client, (desk.office.folder / "flux.xml").read_bytes())
    assert "<status>-1</status>" in status(desk.client, 2)
    assert desk.code() == 8


def test_a_mandat_may_be_rejected_at_the_visa(desk: Desk) -> None:
    desk.ask("rejected")
    desk.send()
    ((piece,),) = [one.pieces for one in desk.retours()]
    assert (piece.state, piece.taken_on, piece.reasons) == (PieceState.REJECTED, None, ("02",))
    assert desk.retours() == []


def test_a_mandat_may_be_taken_in_charge_before_it_is_paid(desk: Desk) -> None:
    desk.ask("taken_first")
    desk.send()
    pieces = [piece for _ in range(3) for retour in desk.retours() for piece in retour.pieces]
    assert [one.state for one in pieces] == [PieceState.TAKEN_IN_CHARGE, PieceState.SETTLED]
    assert [len(one.payments) for one in pieces] == [0, 1]


def info(data: bytes) -> dict[str, str]:
    return {one.tag: one.get("V") for one in etree.fromstring(data).find(".//InfoPiece")}


def test_a_hold_is_dated_and_lifted(desk: Desk) -> None:
    desk.ask("on_hold")
    desk.send()
    (held,), (taken,), (paid,) = desk.later(), desk.later(), desk.later()
    assert [name.split("_")[2] for name, _ in (held, taken, paid)] == ["R", "P", "P"]
    first, second, third = (info(data) for _, data in (held, taken, paid))
    assert (first["EtatPce"], "DtePceInst" in first, "DtePcePec" in first) == ("01", True, False)
    assert (second["EtatPce"], "DtePcePec" in second, second["DtePceInst"]) == ("02", True, first["DtePceInst"])
    assert (third["EtatPce"], third["DtePcePec"]) == ("05", second["DtePcePec"])


def test_a_hold_may_end_in_a_rejection(desk: Desk) -> None:
    desk.ask("on_hold_then_rejected")
    desk.send()
    (_, held), (_, rejected) = *desk.later(), *desk.later()
    assert [info(held)["EtatPce"], info(rejected)["EtatPce"]] == ["01", "04"]
    assert "DtePcePec" not in info(rejected)
    assert desk.later() == []


def test_a_rejection_after_the_prise_en_charge_burns_the_number(desk: Desk) -> None:
    desk.ask("rejected_after_taken")
    desk.send()
    (_, taken), (_, rejected) = *desk.later(), *desk.later()
    assert info(taken)["EtatPce"] == "02"
    assert {"DtePcePec", "DtePceRej"} <= info(rejected).keys()
    desk.send(sheets=(Sheet(number=14),), documents=())
    assert [one.code for one in desk.acquit().elements[0].anomalies] == ["ERREUR_DOUBLON_PIECE"]


def test_payments_may_come_in_several_retours(desk: Desk) -> None:
    desk.ask("partial_payments")
    desk.send(sheets=(Sheet(mandats=(Mandat(lines=(Line(ht="100.01"),)),)),))
    (first,), (second,) = desk.retours(), desk.retours()
    (part,), (rest,) = first.pieces, second.pieces
    assert (part.state, rest.state) == (PieceState.TAKEN_IN_CHARGE, PieceState.SETTLED)
    assert part.payments[0].amount + rest.payments[0].amount == Decimal("100.01")


def test_a_mandat_may_be_settled_without_money_for_its_supplier(desk: Desk) -> None:
    desk.ask("settled_otherwise")
    desk.send()
    (retour,) = desk.retours()
    assert [(one.state, one.payments[0].real) for one in retour.pieces] == [(PieceState.SETTLED, False)]


@pytest.mark.parametrize(
    ("name", "more", "number", "kind"), [("unknown_mandats", 1, 9000001, "01"), ("regularisation", 1, 800001, "04")]
)
def test_a_retour_may_speak_of_pieces_that_we_never_sent(
    desk: Desk, name: str, more: int, number: int, kind: str
) -> None:
    desk.ask(name)
    desk.send()
    ((_, data),) = desk.later()
    assert len(list(etree.fromstring(data).iter("Piece"))) == 1 + more
    assert f'<IdPce V="{number}"/>'.encode() in data
    assert f'<TypBord V="{kind}"/>'.encode() in data


def test_a_retour_may_be_huge(desk: Desk) -> None:
    desk.ask("huge_retour")
    desk.send()
    ((_, data),) = desk.later()
    assert data.count(b"<Piece>") == 3001


def test_a_retour_about_somebody_else_may_come_along(desk: Desk) -> None:
    desk.ask("other_siret")
    desk.send()
    assert [one.siret for one in desk.retours()] == ["21990042000015", "99999999900017"]


@pytest.mark.parametrize(("course", "kinds"), [("taken_first", ["P", "RP"]), ("rejected", ["R", "RR"])])
def test_a_retour_may_be_emitted_again(desk: Desk, course: str, kinds: list[str]) -> None:
    desk.ask(course)
    desk.ask("re_emitted")
    desk.send()
    first, again = desk.later()
    assert [name.split("_")[2] for name, _ in (first, again)] == kinds
    assert [info(data) for _, data in (first, again)] == [info(first[1])] * 2


@needs_official
def test_what_is_valid_elsewhere_is_valid_here(desk: Desk) -> None:
    folder = OFFICIAL / "xsd/pes/v5.17/PES_V2"
    retours = etree.XMLSchema(file=str(folder / "RETOUR/Rev0/PES_Retour.xsd"))
    acquits = etree.XMLSchema(file=str(folder / "Rev0/PES_V2_Acquit_Autonome_V2.xsd"))
    courses = ("on_hold", "rejected_after_taken", "partial_payments", "settled_otherwise")
    for name in (*courses, "bordereau_ko", "line_ko", "split_ko", "pj_ko", "technical_ko", "regularisation"):
        desk.ask(name)
    sheets = (Sheet(mandats=tuple(Mandat(number=101 + number) for number in range(4))),)
    desk.send(sheets=sheets)
    for _ in range(5):
        desk.send(sheets=sheets)
        acquits.assertValid(etree.fromstring(desk.raw()))
    assert integrated(desk) == ["12"]
    for _, data in (*desk.later(), *desk.later(), *desk.later()):
        retours.assertValid(etree.fromstring(data))
