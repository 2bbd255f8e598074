"""The answers of Chorus Pro as they really come: keys absent, null or text; old shapes told, never a crash."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.chorus.dates import day, instant
from dematfin.chorus.failures import Answer, FunctionalError, understood
from dematfin.chorus.history import current_status
from dematfin.chorus.wire.answers import Treated
from dematfin.chorus.wire.base import Wire, read, read_all
from dematfin.chorus.wire.details import Details
from dematfin.chorus.wire.history import History
from dematfin.chorus.wire.requests import Search, SupplierCriterion
from dematfin.chorus.wire.rows import Row
from dematfin.chorus.wire.structures import ServiceDetails, StructureDetails
from dematfin.chorus.wire.works import WorksRow
from dematfin.domain.invoice.chorus import Stage, stage
from dematfin.errors import BadAnswer, ConnectorError, UnknownOutcome
from official import OFFICIAL, needs_official

SEARCH = "factures/v1/rechercher/recipiendaire"
HISTORY = "factures/v1/consulter/historique"
TREAT = "factures/v1/traiter/recue"
ANSWERS: tuple[type[Wire], ...] = (Details, History, Row, WorksRow, StructureDetails, ServiceDetails, Treated)


def sample(name: str, call: str, *, writing: bool = False) -> Answer:
    data = (OFFICIAL / "samples" / "cpp" / f"pastell_{name}.json").read_bytes()
    return understood(call, 200, data, writing=writing)


@needs_official
def test_a_real_list_is_read_whole() -> None:
    rows = read_all(Row, sample("CPPListeFactures", SEARCH)["listeFactures"])
    assert [row.idFacture for row in rows] == ["1221", "1222", "1223", "1224"]
    first = rows[0]
    assert (first.montantHT, first.montantTTC) == (Decimal(9500), Decimal("9822.5"))
    assert (first.idDestinataire, first.typeFactureTravaux, first.factureTelechargeeParDestinataire) == (164, "", False)
    assert (first.dateDepot, first.numeroBonCommande) == (date(2015, 7, 22), "VABFC002")
    assert {stage(row.statut) for row in rows} == {Stage.READY, Stage.MANDATED, Stage.AWAY}


@needs_official
def test_a_real_history_is_read_whole() -> None:
    history = read(History, sample("CPPHistoStatutFacture", HISTORY))
    listed = history.historiquesDesStatuts.histoStatut
    assert current_status(history) == "MISE_A_DISPOSITION"
    assert [(one.histoStatutId, one.histoStatutCode) for one in listed] == [
        (6, "MISE_A_DISPOSITION"),
        (5, "SUSPENDUE"),
        (2, "MISE_A_DISPOSITION"),
    ]
    assert listed[1].histoStatutCommentaire == "Commentaire suspension 2 dec"


@needs_official
def test_real_answers_to_a_write_are_told_apart() -> None:
    treated = read(Treated, sample("CPPResultStatutOK", TREAT, writing=True))
    assert (treated.idFacture, treated.nouveauStatut, treated.dateTraitement) == (
        "1221",
        "SUSPENDUE",
        date(2016, 3, 18),
    )
    with pytest.raises(FunctionalError, match=r"changer le statut.*20002 : Incohérence"):
        sample("CPPResultStatutKO", TREAT, writing=True)


@needs_official
def test_the_refusal_of_2016_is_a_refusal_in_its_own_words() -> None:
    with pytest.raises(FunctionalError, match=r"GDP_MSG_11\.008 : La demande de paiement est inconnue"):
        sample("Traiter-facture-recue-output-error", TREAT, writing=True)


@needs_official
@pytest.mark.parametrize("name", ["Traiter-facture-recue-output", "Traiter-facture-recue"])
def test_the_capitals_of_2016_are_never_taken_for_an_answer(name: str) -> None:
    with pytest.raises(BadAnswer, match="Chorus Pro n'a pas su"):
        sample(name, HISTORY)
    with pytest.raises(UnknownOutcome, match="sera vérifiée"):
        sample(name, TREAT, writing=True)


@needs_official
def test_a_json_with_a_number_that_no_reader_takes_is_said() -> None:
    with pytest.raises(BadAnswer, match="donner la liste des factures"):
        sample("Rechercher-facture-par-recipiendaire", SEARCH)


@needs_official
def test_no_sample_was_forgotten() -> None:
    told = {
        "CPPHistoStatutFacture",
        "CPPListeFactures",
        "CPPResultStatutKO",
        "CPPResultStatutOK",
        "Rechercher-facture-par-recipiendaire",
        "Traiter-facture-recue",
        "Traiter-facture-recue-output",
        "Traiter-facture-recue-output-error",
    }
    found = (OFFICIAL / "samples" / "cpp").glob("*.json")
    assert {path.stem.removeprefix("pastell_") for path in found} == told


@pytest.mark.parametrize(
    "body",
    [
        b'[{"codeRetour": 0, "listeFactures": []}]',
        b"[" * 100_000,
        b'{"codeRetour": ' + b"9" * 5000 + b"}",
        b"\xff\xfe{",
    ],
    ids=["array", "deep", "endless", "no text"],
)
def test_what_is_no_answer_is_never_a_success(body: bytes) -> None:
    with pytest.raises(ConnectorError, match="Chorus Pro"):
        understood(SEARCH, 200, body, writing=False)


def test_a_code_in_words_is_a_refusal_too() -> None:
    body = {"codeRetour": "GFT_MSG_01.099", "libelle": "Accès interdit", "listeFactures": []}
    with pytest.raises(FunctionalError, match=r"GFT_MSG_01\.099 : Accès interdit"):
        understood(SEARCH, 200, json.dumps(body).encode(), writing=False)


def test_an_empty_search_is_one_only_where_something_is_searched() -> None:
    empty = b'{"codeRetour": "20007", "libelle": "GFT_MSG_01.075"}'
    assert understood("facturesTravaux/v1/rechercher", 200, empty, writing=False) == {}
    with pytest.raises(FunctionalError):
        understood(TREAT, 200, empty, writing=True)


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_absent_null_and_void_say_the_same(kind: type[Wire]) -> None:
    assert read(kind, dict.fromkeys(kind.model_fields)) == read(kind, {}) == read(kind, None)
    assert read(kind, {name: [] for name in kind.model_fields}) == read(kind, {})


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_no_leaf_can_stop_an_import(kind: type[Wire]) -> None:
    """Each plain value may come as text, as a number, as a truth: whatever it is, the row is read."""

    @given(st.one_of(st.text(max_size=30), st.integers(), st.decimals(), st.booleans()))
    def check(value: Any) -> None:
        leaves = [name for name, field in kind.model_fields.items() if isinstance(field.default, str | int | None)]
        read(kind, dict.fromkeys(leaves, value))

    check()


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (Decimal("3245.681450"), Decimal("3245.681450")),
        ("10", Decimal(10)),
        (Decimal("1E+3"), Decimal(1000)),
        (120, Decimal(120)),
        ("douze", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_an_amount_is_exact_or_is_none(value: object, amount: Decimal | None) -> None:
    assert read(Row, {"montantTTC": value}).montantTTC == amount


def test_a_large_id_is_kept_as_text_or_number() -> None:
    row = read(Row, {"idFacture": 9_007_199_254_740_993, "idDestinataire": "5000025350"})
    assert (row.idFacture, row.idDestinataire) == ("9007199254740993", 5_000_025_350)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-11", date(2026, 3, 11)),
        ("2026-03-11 09:02", date(2026, 3, 11)),
        ("2026-03-11T15:45:39.674+01:00", date(2026, 3, 11)),
        ("2026-03-11T23:30:00.000Z", date(2026, 3, 12)),  # it is the 12th in Paris
        ("2050-12-31 00:00", date(2050, 12, 31)),
        ("0001-01-01T00:00:00+14:00", None),
        ("11/03/2026", None),
        ("", None),
        (None, None),
    ],
)
def test_each_date_format_gives_the_legal_day(text: str | None, expected: date | None) -> None:
    assert day(text) == expected


def test_a_time_without_a_zone_is_told_in_paris() -> None:
    assert instant("2026-03-11 09:02") == datetime(2026, 3, 11, 8, 2, tzinfo=UTC)
    assert instant("2026-07-11 09:02") == datetime(2026, 7, 11, 7, 2, tzinfo=UTC)


def test_criteria_are_sent_as_the_platform_names_them() -> None:
    wanted = Search(
        typeDemandePaiement="FACTURE",
        listeFournisseurs=(SupplierCriterion(idFournisseur=5_000_025_350),),
        statutCourant=("COMPLETEE",),
        montantApayerMin=Decimal("100.10"),
        periodeDateDepotDu=date(2026, 3, 1),
        periodeDateHeureEtatCourantAu=date(2026, 3, 12),
        factureTelechargeeParDestinataire=False,
    )
    assert json.loads(json.dumps(wanted.request())) == {
        "typeDemandePaiement": "FACTURE",
        "listeFournisseurs": [{"idFournisseur": 5_000_025_350}],
        "statutCourant": ["COMPLETEE"],
        "montantApayerMin": 100.1,
        "periodeDateDepotDu": "2026-03-01",
        "periodeDateHeureEtatCourantAu": "2026-03-12T23:59:59",
        "factureTelechargeeParDestinataire": False,
    }
