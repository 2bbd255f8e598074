"""A status is set once: the history is read before each write, and after each doubt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chorus.platform import CONSULT, HISTORY, TREAT, Platform, chorus_at, good, history
from dematfin.chorus.source import ChorusPro
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.errors import AccessDenied, Refused, UnknownOutcome, Unreachable
from dematfin.sandbox.server import Reply, json_reply

pytestmark = pytest.mark.usefixtures("no_wait")

MANDATEE = Intention(
    id="9100123:1:MANDATEE",
    invoice_id="F2026-000001",
    remote_id="9100123",
    status=SupplierStatus.MANDATEE,
    mandat="1187",
    formed_at=datetime(2026, 3, 2, tzinfo=UTC),
)
AT_REST = history("DEPOSEE", "MISE_A_DISPOSITION", "SERVICE_FAIT")
REACHED = history("MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE")


def mandated(number: str | None) -> Reply:
    return good(facture={"references": {"numeroDpMandat": number}})


INCOHERENT = json_reply({"codeRetour": 20002, "libelle": "Incohérence au niveau du statut."})


BROKEN = json_reply({"codeRetour": 500, "libelle": "Erreur interne"}, 500)


@pytest.mark.parametrize("call", [HISTORY, TREAT])
def test_a_breakdown_refuses_nothing(platform: Platform, chorus: ChorusPro, call: str) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(call, BROKEN)
    with pytest.raises((Unreachable, UnknownOutcome)):
        chorus.publish(MANDATEE)


def test_a_mandat_is_told_with_its_number(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, good())
    assert chorus.publish(MANDATEE) == "MANDATEE"
    assert platform.asked[TREAT] == [{"idFacture": 9100123, "nouveauStatut": "MANDATEE", "numeroDPMandat": "1187"}]


def test_a_motif_is_cut_where_the_platform_cuts_it(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, good())
    chorus.publish(replace(MANDATEE, status=SupplierStatus.REFUSED, motif="é" * 300))
    assert platform.asked[TREAT][0]["motif"] == "é" * 255
    assert "numeroDPMandat" not in platform.asked[TREAT][0]


@pytest.mark.parametrize("current", ["MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT"])
def test_a_status_already_reached_or_passed_is_not_written(platform: Platform, chorus: ChorusPro, current: str) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", current))
    platform.say(CONSULT, mandated("1187"))
    platform.say(TREAT, good())
    assert chorus.publish(MANDATEE) == current
    assert platform.asked[TREAT] == []


@pytest.mark.parametrize(
    ("current", "number"),
    [("MANDATEE", "412"), ("MISE_A_DISPOSITION_COMPTABLE", "412"), ("MISE_EN_PAIEMENT", ""), ("COMPTABILISEE", None)],
)
def test_an_invoice_mandated_by_somebody_else_is_never_paid_by_us(
    platform: Platform, chorus: ChorusPro, current: str, number: str | None
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", current))
    platform.say(CONSULT, mandated(number))
    with pytest.raises(Refused, match=r"F2026-000001.*1187.*deux fois"):
        chorus.publish(MANDATEE)
    assert platform.asked[TREAT] == []


def test_an_agent_who_set_the_status_by_hand_without_a_number_stops_nothing(
    platform: Platform, chorus: ChorusPro
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", "MANDATEE"))
    platform.say(CONSULT, mandated(None))
    assert chorus.publish(MANDATEE) == "MANDATEE"


def test_a_mandat_without_a_number_that_came_before_ours_is_somebody_elses(
    platform: Platform, chorus: ChorusPro
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", "MANDATEE"))  # on 2 March at 9
    platform.say(CONSULT, mandated(None))
    with pytest.raises(Refused, match=r"inconnu.*deux fois.*chorus admettre"):
        chorus.publish(replace(MANDATEE, formed_at=datetime(2026, 3, 3, tzinfo=UTC)))
    assert platform.asked[TREAT] == []


@pytest.mark.parametrize(
    "passages",
    [
        [],
        [{"histoStatutId": 1, "histoStatutCode": "MANDATEE"}],
        [
            {"histoStatutId": 3, "histoStatutCode": "MANDATEE", "histoStatutDatePassage": "2026-03-02 09:00"},
            {"histoStatutId": 1, "histoStatutCode": "MANDATEE", "histoStatutDatePassage": ""},
        ],
    ],
    ids=["no history", "no date", "one without a date"],
)
def test_a_mandat_without_a_number_of_which_nobody_knows_when_is_not_taken_for_ours(
    platform: Platform, chorus: ChorusPro, passages: list[dict[str, object]]
) -> None:
    platform.say(HISTORY, good(statutCourantCode="MANDATEE", historiquesDesStatuts={"histoStatut": passages}))
    platform.say(CONSULT, mandated(None))
    with pytest.raises(Refused, match=r"inconnu.*deux fois.*chorus admettre"):
        chorus.publish(MANDATEE)


@pytest.mark.parametrize(
    ("current", "words"), [("REJETEE", "rejetée"), ("SUSPENDUE", "suspendue"), ("A_RECYCLER", "à recycler")]
)
def test_an_invoice_that_left_our_queue_is_refused_by_name(
    platform: Platform, chorus: ChorusPro, current: str, words: str
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", current))
    platform.say(TREAT, good())
    with pytest.raises(Refused, match=rf"F2026-000001.*{words}.*mandatée"):
        chorus.publish(MANDATEE)
    assert platform.asked[TREAT] == []


def test_the_public_history_without_a_return_code_is_read(platform: Platform, chorus: ChorusPro) -> None:
    body = {"statutCourantCode": "MANDATEE", "historiquesDesStatuts": {"histoStatut": []}}
    platform.say(HISTORY, json_reply(body))
    platform.say(CONSULT, mandated("001187"))
    assert chorus.publish(MANDATEE) == "MANDATEE"


def test_without_a_current_status_the_newest_passage_tells(platform: Platform, chorus: ChorusPro) -> None:
    passages = [
        {"histoStatutId": 3, "histoStatutCode": "SERVICE_FAIT"},
        {"histoStatutId": "9", "histoStatutCode": "MANDATEE"},
    ]
    platform.say(HISTORY, good(historiquesDesStatuts={"histoStatut": passages}))
    platform.say(CONSULT, mandated("1187"))
    assert chorus.publish(MANDATEE) == "MANDATEE"


@pytest.mark.parametrize(
    "lost",
    [Reply(body=b"{}", cut=0), Reply(status=500), BROKEN, Reply(status=502), Reply(body=b"<html>"), Reply(body=b"")],
    ids=["cut", "500", "500 with a code", "502", "page", "empty"],
)
def test_a_lost_answer_is_settled_by_the_history(platform: Platform, chorus: ChorusPro, lost: Reply) -> None:
    platform.say(HISTORY, AT_REST, REACHED)
    platform.say(TREAT, lost)
    assert chorus.publish(MANDATEE) == "MANDATEE"
    assert len(platform.asked[TREAT]) == 1


def test_a_lost_answer_that_changed_nothing_stays_open(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, Reply(body=b"{}", cut=0))
    with pytest.raises(UnknownOutcome):
        chorus.publish(MANDATEE)
    assert len(platform.asked[TREAT]) == 1


@pytest.mark.parametrize("silence", [Reply(status=403), Reply(status=503), Reply(body=b"?")])
def test_a_doubt_that_the_history_cannot_lift_stays_a_doubt(
    platform: Platform, chorus: ChorusPro, silence: Reply
) -> None:
    platform.say(HISTORY, AT_REST, silence)
    platform.say(TREAT, Reply(body=b"{}", cut=0))
    with pytest.raises(UnknownOutcome, match="F2026-000001"):
        chorus.publish(MANDATEE)
    assert len(platform.asked[TREAT]) == 1


def test_an_incoherence_on_a_status_that_is_there_is_a_success(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST, REACHED)
    platform.say(TREAT, INCOHERENT)
    assert chorus.publish(MANDATEE) == "MANDATEE"


def test_a_real_incoherence_is_said_with_the_platform_s_words(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, INCOHERENT)
    with pytest.raises(Refused, match=r"F2026-000001.*service fait.*20002"):
        chorus.publish(MANDATEE)


@pytest.mark.parametrize("status", [401, 403])
def test_an_account_refused_is_not_the_invoice_s_fault(platform: Platform, chorus: ChorusPro, status: int) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, Reply(status=status))
    with pytest.raises(AccessDenied):
        chorus.publish(MANDATEE)


def test_a_write_told_to_come_later_was_not_done(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(HISTORY, AT_REST)
    platform.say(TREAT, Reply(status=429))
    with pytest.raises(Unreachable) as caught:
        chorus.publish(MANDATEE)
    assert not isinstance(caught.value, UnknownOutcome)
    assert len(platform.asked[TREAT]) == 1


def test_a_trial_reads_and_never_writes(platform: Platform) -> None:
    platform.say(HISTORY, AT_REST, REACHED)
    platform.say(CONSULT, mandated(None))
    platform.say(TREAT, good())
    with chorus_at(platform, ecriture=False) as chorus:
        with pytest.raises(Unreachable, match=r"F2026-000001.*ecriture = false"):
            chorus.publish(MANDATEE)
        assert chorus.publish(MANDATEE) == "MANDATEE"  # another software told it
    assert platform.asked[TREAT] == []


@pytest.mark.parametrize("status", [SupplierStatus.SERVICE_FAIT, SupplierStatus.MANDATEE, SupplierStatus.REFUSED])
@pytest.mark.parametrize("road", [("SUSPENDUE", "COMPLETEE"), ("A_RECYCLER", "DEPOSEE", "MISE_A_DISPOSITION")])
def test_what_came_back_since_the_decision_is_decided_anew(
    platform: Platform, chorus: ChorusPro, road: tuple[str, ...], status: SupplierStatus
) -> None:
    platform.say(HISTORY, history("MISE_A_DISPOSITION", *road))
    platform.say(TREAT, good())
    with pytest.raises(Refused, match=r"F2026-000001.*revenue du fournisseur depuis la décision"):
        chorus.publish(replace(MANDATEE, status=status))
    assert platform.asked[TREAT] == []


@pytest.mark.parametrize("day", [1, 3, 9])
def test_what_came_back_before_the_decision_or_first_came_after_it_is_told(
    platform: Platform, chorus: ChorusPro, day: int
) -> None:
    """A first arrival is no return, even on a platform whose clock is ahead of ours."""
    platform.say(HISTORY, history("SUSPENDUE", "COMPLETEE") if day > 2 else history("DEPOSEE", "MISE_A_DISPOSITION"))
    platform.say(TREAT, good())
    decided = replace(MANDATEE, formed_at=datetime(2026, 3, day, tzinfo=UTC))
    assert chorus.publish(decided) == "MANDATEE"
