"""The verdict on a mandat in French: every state, every known code, who acts, what is typed, and what never is."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from lxml import etree

from dematfin.domain.mandat.anomalies import ACK, DOMAINS, NUMBERED, OTHER, meaning, number_of
from dematfin.domain.mandat.answers import Anomaly, PieceState, RetourLine, RetourPiece
from dematfin.domain.mandat.explanation import cause, explain
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.liquidation import Basis, liquidate
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import Meaning, Responsible
from dematfin.domain.mandat.observations import OBSERVATIONS
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.mandat.reissue import again
from dematfin.domain.mandat.said import gate_reasons, retour_reasons, sentence
from examples import account, engagement, invoice, tiers
from official import OFFICIAL, needs_official

SET = OFFICIAL / "xsd" / "pes" / "v5.17" / "PES_V2"
TABLES = [*ACK.items(), *NUMBERED.items(), *OBSERVATIONS.items(), *((str(key), one) for key, one in DOMAINS.items())]


def mandat(state: MandatState, **fields: object) -> Mandat:
    basis = Basis(
        invoice=invoice(ttc="120.00"), engagement=engagement(), tiers=(tiers(),), accounts=(account(),), pieces=("PJ1",)
    )
    made = liquidate(basis, mandat_id="M2026-000001", exercice=2026, payment_days=30)
    return replace(made, state=state, number=1187, bordereau="COMMUNE-2026-42", **fields)  # type: ignore[arg-type]


def gate(code: str = OTHER, text: str = "", domain: int = 5, **fields: object) -> Reason:
    return Reason(speaker=Speaker.GATE, code=code, text=text, domain=domain, **fields)  # type: ignore[arg-type]


def comptable(code: str = "", text: str = "") -> Reason:
    return Reason(speaker=Speaker.COMPTABLE, code=code, text=text)


@needs_official
def test_every_official_code_of_an_acquit_has_its_words() -> None:
    schema = etree.parse(SET / "CommunAck.xsd")
    listed = {one.get("value") for one in schema.iter("{*}enumeration")}
    codes = {code for code in listed if code.startswith("ERREUR_")}
    assert codes == {*ACK, OTHER}
    (domains,) = schema.xpath("//*[@name='TDomaineAck']")
    assert {int(one.get("value")) for one in domains.iter("{*}enumeration")} == set(DOMAINS)


@pytest.mark.parametrize(("code", "found"), TABLES, ids=[key for key, _ in TABLES])
def test_each_meaning_says_what_who_and_what_to_do(code: str, found: Meaning) -> None:
    assert found.who is not Responsible.NOBODY
    assert found.why
    assert found.remedy.endswith(".")
    assert code not in found.why, "words, not the code"
    assert not re.search(r"\b(error|null|XSD)\b", found.why + found.remedy)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1971 - Compte", "1971"), ("  0042-x", "42"), ("Erreur 1971 - x", ""), ("1971", ""), ("", ""), ("٣ - x", "")],
)
def test_only_a_leading_number_is_a_key(text: str, number: str) -> None:
    assert number_of(text) == number


def test_the_most_exact_meaning_wins_and_the_domain_is_the_last_resort() -> None:
    assert meaning(OTHER, "1971 - Compte fonction présent à tort", 5) is NUMBERED["1971"]
    assert meaning("ERREUR_TIMEOUT", "9999 - inconnu", 5) is ACK["ERREUR_TIMEOUT"]
    assert meaning("1971", "", 5) is NUMBERED["1971"]
    assert meaning("INCONNU", "", 3) is DOMAINS[3]
    assert meaning("INCONNU", "", 77).who is Responsible.EDITOR


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert "« ERREUR_DE_DEMAIN »" in cause(gate(code="ERREUR_DE_DEMAIN")).why
    assert cause(comptable("42")).why == "motif 42"
    assert cause(comptable("9")).who is Responsible.SUPPLIER  # written without its zero


WORDS = {
    MandatState.PREPARED: ("Préparé", Responsible.AGENT, "dematfin bordereau preparer"),
    MandatState.IN_BORDEREAU: ("n° 1187 du bordereau COMMUNE-2026-42", Responsible.SIGNATORY, "bordereau voir"),
    MandatState.SENT: ("Transmis", Responsible.COMPTABLE, "dematfin suivi"),
    MandatState.REFUSED_AT_GATE: ("Refusé au guichet", Responsible.AGENT, "bordereau reprendre COMMUNE-2026-42"),
    MandatState.TAKEN_IN_CHARGE: ("le 05/03/2026", Responsible.COMPTABLE, ""),
    MandatState.ON_HOLD: ("Suspendu par le comptable le 06/03/2026", Responsible.AGENT, ""),
    MandatState.PARTLY_PAID: ("50,00 € sur 120,00 €", Responsible.COMPTABLE, ""),
    MandatState.REJECTED: ("50,00 € ont été versés", Responsible.AGENT, ""),
    MandatState.PAID: ("Payé le 11/03/2026", Responsible.NOBODY, ""),
    MandatState.CANCELLED: ("Annulé", Responsible.NOBODY, ""),
}


@pytest.mark.parametrize("state", MandatState)
def test_every_state_says_where_it_stands_who_acts_and_what_is_typed(state: MandatState) -> None:
    days = {"taken_on": date(2026, 3, 5), "held_on": date(2026, 3, 6), "paid_on": date(2026, 3, 11)}
    found = explain(mandat(state, paid=Decimal("50.00"), **days))
    what, who, command = WORDS[state]
    assert what in found.what.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert found.who is who
    assert found.command.endswith(command) or command in found.command
    assert bool(found.command) == bool(command)


def test_a_mandat_set_aside_says_why_and_how_it_comes_back() -> None:
    found = explain(mandat(MandatState.PREPARED, set_aside="prix à vérifier"))
    assert found.what == "Écarté du bordereau : prix à vérifier."
    assert found.command == "dematfin bordereau reintegrer M2026-000001"


def test_a_wrong_function_is_corrected_then_its_bordereau_goes_again() -> None:
    reason = gate(text="1971 - Compte fonction présent à tort", line=1)
    found = explain(mandat(MandatState.REFUSED_AT_GATE, reasons=(reason,)))
    (why,) = found.causes
    assert why.why.endswith("Hélios : « 1971 - Compte fonction présent à tort » (ligne 1)")
    assert found.command == "dematfin mandat corriger M2026-000001 --nature COMPTE"
    assert found.then == "dematfin bordereau reprendre COMMUNE-2026-42"
    several = mandat(MandatState.REFUSED_AT_GATE, reasons=(reason,))
    assert "ventiler" in explain(replace(several, lines=several.lines * 2)).command
    reduction = explain(replace(several, kind=MandatKind.REDUCTION))
    assert reduction.command == "dematfin bordereau reprendre COMMUNE-2026-42"


def test_a_mandat_refused_with_its_bordereau_has_nothing_to_correct() -> None:
    elsewhere = tuple(Anomaly(code=OTHER, text="1971 - x", domain=5, piece=number) for number in (20, 21, 22, 23))
    one = mandat(MandatState.REFUSED_AT_GATE)
    reasons = gate_reasons(elsewhere, one)
    assert sentence(reasons) == "son bordereau est refusé à cause d'un autre mandat (n° 20, n° 21, n° 22, …)"
    assert all(reason.shared for reason in reasons)
    found = explain(replace(one, reasons=reasons))
    assert [(cause.who, "Rien n'est à corriger" in cause.remedy) for cause in found.causes] == [("", True)]
    assert found.command == "dematfin bordereau reprendre COMMUNE-2026-42"
    assert found.then == ""


def test_its_own_reasons_are_told_from_those_of_its_bordereau() -> None:
    anomalies = (
        Anomaly(code="ERREUR_CUMUL_MONTANTS", text="", domain=5),
        Anomaly(code=OTHER, text="1971 - x", domain=5, piece=1187, line=2),
        Anomaly(code=OTHER, text="1971 - x", domain=5, piece=1187, line=2),
        Anomaly(code=OTHER, text="2559 - y", domain=5, piece=20),
    )
    reasons = gate_reasons(anomalies, mandat(MandatState.SENT))
    assert [(one.code, one.line, one.shared) for one in reasons] == [
        ("ERREUR_CUMUL_MONTANTS", 0, True),
        (OTHER, 2, False),
    ]
    assert sentence(reasons) == "ERREUR_CUMUL_MONTANTS ; 1971 - x"


@pytest.mark.parametrize("code", ["ERREUR_DOUBLON_BORDEREAU", "ERREUR_DOUBLON_PIECE", "ERREUR_DOUBLON_LIGNE"])
def test_what_helios_has_already_is_never_said_to_be_sent_again(code: str) -> None:
    reasons = (gate(text="1971 - x"), gate(code=code), gate(code="ERREUR_SIGNATURE_INVALIDE"))
    for order in permutations(reasons):
        found = explain(mandat(MandatState.REFUSED_AT_GATE, reasons=order))
        assert "reprendre" not in found.command + found.then
        assert any("Ne renvoyez rien" in cause.remedy for cause in found.causes)


def test_a_refusal_of_the_tdt_is_told_in_its_words() -> None:
    found = explain(mandat(MandatState.REFUSED_AT_GATE, reason="fichier déjà reçu"))
    assert [cause.why for cause in found.causes] == ["TdT : « fichier déjà reçu »"]


@pytest.mark.parametrize(("burnt", "words"), [((), "il garde son n° 1187"), ((1187,), "il en recevra un nouveau")])
def test_a_rejected_mandat_says_which_number_it_will_have(burnt: tuple[int, ...], words: str) -> None:
    found = explain(
        mandat(MandatState.REJECTED, reasons=(comptable("23"),), burnt=burnt, rejected_on=date(2026, 3, 20))
    )
    assert "Rejeté par le comptable le 20/03/2026" in found.what
    assert words in found.what
    assert found.command == "dematfin mandat corriger M2026-000001 --nature COMPTE"
    assert found.then == "dematfin mandat reemettre M2026-000001"


def test_a_wrong_account_is_asked_of_the_supplier_and_the_mandat_issued_again() -> None:
    found = explain(mandat(MandatState.REJECTED, reasons=(comptable("09"), comptable(text="RIB illisible"))))
    assert found.who is Responsible.SUPPLIER
    assert found.command == "dematfin tiers importer FICHIER"
    assert found.then == "dematfin mandat reemettre M2026-000001"
    assert [cause.why for cause in found.causes][1] == "comptable : « RIB illisible »"


def test_what_the_comptable_holds_gets_its_documents_alone_and_is_never_sent_again() -> None:
    held = explain(mandat(MandatState.ON_HOLD, reasons=(comptable("02"),)))
    assert held.command == "dematfin pieces joindre M2026-000001 FICHIER --nature certificat"
    assert held.then == "dematfin bordereau envoyer-pieces M2026-000001"
    other = explain(mandat(MandatState.ON_HOLD, reasons=(comptable("23"),)))
    assert (other.command, other.then) == ("", "")
    assert "encore chez le comptable" in other.causes[0].remedy


def test_a_retour_gives_its_codes_its_comment_and_what_a_line_adds() -> None:
    lines = (
        RetourLine(number=1, state="09", reasons=("02",), amount=Decimal(1)),
        RetourLine(number=2, state="10", reasons=("02", "23"), comment="compte 6188", amount=Decimal(1)),
    )
    piece = RetourPiece(
        exercice=2026,
        bordereau_kind="01",
        bordereau=42,
        number=1187,
        state=PieceState.REJECTED,
        reasons=("02", "77"),
        comment="contrat absent",
        lines=lines,
        amount=Decimal(2),
    )
    reasons = retour_reasons(piece)
    assert [(one.code, one.text, one.line) for one in reasons] == [
        ("02", "", 0),
        ("77", "", 0),
        ("", "contrat absent", 0),
        ("23", "", 2),
        ("", "rejet que le comptable ne peut pas forcer", 2),
        ("", "compte 6188", 2),
    ]
    assert sentence(reasons).startswith(
        "pièces justificatives insuffisantes ; motif 77 ; contrat absent ; erreur d'imp"
    )


def test_a_mandat_that_goes_again_forgets_why_it_came_back() -> None:
    back = again(mandat(MandatState.REJECTED, reasons=(comptable("02"),), reason="x", rejected_on=date(2026, 3, 20)))
    assert (back.reasons, back.reason, back.rejected_on, back.taken_on) == ((), "", None, None)
