"""What S²LOW says of a deposit: each status has its meaning, and what to tell an agent."""

import re

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, Unreachable
from dematfin.sandbox.server import Reply
from dematfin.tdt.s2low import S2low
from tdt.platform import ACQUIT, NOT_THERE, STATUS, Dictated, acquit, retour, status, xml


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("1", Phase.WAITING),
        ("2", Phase.WAITING),
        ("3", Phase.WAITING),
        ("7", Phase.WAITING),
        ("13", Phase.HELD),
        ("14", Phase.HELD),
        ("22", Phase.LOST),
        ("24", Phase.LOST),
        ("99", Phase.UNKNOWN),
    ],
)
def test_each_status_has_its_phase(platform: Dictated, s2low: S2low, code: str, phase: Phase) -> None:
    platform.say(STATUS, status(code, "transmise"))
    assert s2low.follow("1", "FLUX1").phase is phase


@pytest.mark.parametrize("code", ["4", "6", "8", "9", "10", "20"])
def test_an_answered_flow_brings_its_acquit(platform: Dictated, s2low: S2low, code: str) -> None:
    platform.say(STATUS, status(code))
    platform.say(ACQUIT, xml(acquit("FLUX1").decode(), "iso-8859-1"))
    progress = s2low.follow("1", "FLUX1")
    assert progress.phase is Phase.ANSWERED
    assert progress.acquit == acquit("FLUX1")


@pytest.mark.parametrize(
    "answer",
    [
        NOT_THERE,
        Reply(status=302, headers={"Location": "/modules/helios/index.php"}),
        Reply(status=404),
        Reply(body=acquit("AUTRE")),
        Reply(body=acquit("FLUX1")[:-20]),
        Reply(body=b""),
        Reply(body=retour()),
    ],
    ids=["not there", "redirect", "404", "another's", "cut", "empty", "a retour"],
)
def test_an_acquit_that_is_not_ours_is_waited_for(platform: Dictated, s2low: S2low, answer: Reply) -> None:
    platform.say(STATUS, status("8"))
    platform.say(ACQUIT, answer)
    assert s2low.follow("1", "FLUX1").phase is Phase.WAITING


def test_an_error_of_the_platform_may_hide_an_answer(platform: Dictated, s2low: S2low) -> None:
    platform.say(STATUS, status("-1", "erreur"))
    platform.say(ACQUIT, Reply(body=acquit("FLUX1")))
    assert s2low.follow("1", "FLUX1").phase is Phase.ANSWERED
    platform.say(ACQUIT, NOT_THERE)
    platform.say(STATUS, status("-1", "erreur retournée par Helios"))
    assert s2low.follow("1", "FLUX1").phase is Phase.HELD  # it reached the DGFiP: nothing may be sent again
    platform.say(STATUS, status("-1", "Transaction 2 : ce fichier existe déjà sur la plateforme"))
    twin = s2low.follow("1", "FLUX1")
    assert twin.phase is Phase.HELD  # a lost deposit and the one that replaced it both passed: the other one counts
    assert "l'autre dépôt" in twin.message


@pytest.mark.parametrize(
    "said",
    [
        "Transaction 1 : fichier non trouvé en local ou sur le cloud",
        "Transaction 1 : un virus a été detecté dans le fichier PES",
        "Transaction 1 : ce fichier n&#039;est pas encodé en ISO-8859-1",
        "Transaction 1 : ce fichier n&#039;est pas en XML",
        "Transaction 1 : ce fichier ne contient ni bordereau, ni PJ, ni marché",
        "Transaction 1 : La balise Enveloppe/Parametre/NomFic n&#039;est pas présente ou est vide",
        "Transaction 1 : Le CodCol est trop long",
        "Le fichier a été modifé depuis son postage sur la plateforme",
        "La signature du fichier est invalide : Impossible d&#039;affirmer",
        "Transaction 1 : problème d&#039;enregistrement du PES Aller en base de données.",
        "Transaction 1 : La balise IdCol est trop longue",
        "Transaction 1 : les propriétés Helios FTP ne sont pas configurées correctement",
    ],
)
def test_what_the_platform_finds_wrong_before_it_sends_comes_back(platform: Dictated, s2low: S2low, said: str) -> None:
    platform.say(STATUS, status("-1", said))
    platform.say(ACQUIT, NOT_THERE)
    refused = s2low.follow("1", "FLUX1")
    assert refused.phase is Phase.REFUSED
    assert refused.message == said.replace("&#039;", "'")


@pytest.mark.parametrize("said", ["", "erreur", "Mis en erreur par l&#039;administrateur"])
def test_an_error_that_an_administrator_may_have_set_gives_nothing_back(
    platform: Dictated, s2low: S2low, said: str
) -> None:
    """He may do it to a flow that is at Hélios already: given back, it would be paid twice."""
    platform.say(STATUS, status("-1", said))
    platform.say(ACQUIT, NOT_THERE)
    held = s2low.follow("1", "FLUX1")
    assert held.phase is Phase.HELD
    assert "déjà parti vers Hélios" in held.message


def test_a_late_acquit_turns_an_error_into_an_answer(platform: Dictated, s2low: S2low) -> None:
    platform.say(STATUS, status("-1", "erreur retournée par Helios"), status("8"))
    platform.say(ACQUIT, NOT_THERE, Reply(body=acquit("FLUX1")))
    assert [s2low.follow("1", "FLUX1").phase for _ in range(2)] == [Phase.HELD, Phase.ANSWERED]


def test_a_purged_flow_may_have_kept_its_acquit(platform: Dictated, s2low: S2low) -> None:
    platform.say(STATUS, status("22"))
    platform.say(ACQUIT, Reply(body=acquit("FLUX1")))
    assert s2low.follow("1", "FLUX1").acquit == acquit("FLUX1")
    platform.say(ACQUIT, NOT_THERE)
    assert s2low.follow("1", "FLUX1").phase is Phase.LOST


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("13", "rien n'est à signer.*administrateur de S²LOW"),
        ("14", r"faites-le télétransmettre là-bas.*\(TT\)"),
        ("22", "demandez l'acquit au comptable"),
        ("24", "voyez avec le comptable"),
        ("0", "annulé"),
        ("23", r"état inconnu \(23 : transmise\)"),
    ],
)
def test_a_status_that_needs_somebody_says_who(platform: Dictated, s2low: S2low, code: str, words: str) -> None:
    platform.say(STATUS, status(code, "transmise"))
    platform.say(ACQUIT, NOT_THERE)
    assert re.search(words, s2low.follow("1", "FLUX1").message)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_label_that_lies_on_its_character_set_is_read_all_the_same(
    platform: Dictated, s2low: S2low, encoding: str
) -> None:
    platform.say(STATUS, status("7", "déjà posté", encoding=encoding))
    assert s2low.follow("1", "FLUX1").message == "déjà posté"


def test_an_envelope_without_a_label_is_read(platform: Dictated, s2low: S2low) -> None:
    said = "<transaction ><resultat>OK</resultat><message>%s</message><status>2</status></transaction>"
    for text in ("d&#233;j&#xE0; posté", "déjà posté"):
        platform.say(STATUS, xml(said % text))
        assert s2low.follow("1", "FLUX1").message == "déjà posté"
    platform.say(STATUS, xml("\ufeff" + said % "déjà posté"))
    assert s2low.follow("1", "FLUX1").message == "déjà posté"


def test_what_it_says_cannot_fill_a_page_nor_command_a_terminal(platform: Dictated, s2low: S2low) -> None:
    platform.say(STATUS, status("2", "à " * 5_000))
    assert len(s2low.follow("1", "FLUX1").message) <= 512
    platform.say(STATUS, Reply(body=b"KO\n\x1b[2J\x07module" + b"x" * 5_000, media_type="text/plain"))
    with pytest.raises(Refused, match="module") as caught:
        s2low.follow("1", "FLUX1")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status("huit"), BadAnswer),
        (status(""), BadAnswer),
        (status("", "Vous n&#039;avez pas accès", result="KO"), Refused),
        (xml("<import><id>1</id></import>"), BadAnswer),
        (xml('<!DOCTYPE a [<!ENTITY b "c">]><transaction><status>&b;</status></transaction>'), BadAnswer),
        (Reply(body=b"<html>Connexion", media_type="text/html"), BadAnswer),
        (Reply(status=302, headers={"Location": "https://s2low.example/login.php?x"}), AccessDenied),
        (Reply(body=b"KO\nAcc\xe8s refus\xe9", media_type="text/plain"), AccessDenied),
        (Reply(status=503), Unreachable),
        (Reply(body=b"<transaction>", cut=4), Unreachable),
        (Reply(body=b"x" * 2_000_000), BadAnswer),
        (Reply(body=b"x", headers={"Content-Encoding": "gzip"}), BadAnswer),
    ],
)
def test_a_status_that_cannot_be_read_is_an_error_of_ours(
    platform: Dictated, s2low: S2low, answer: Reply, kind: type[ConnectorError]
) -> None:
    platform.say(STATUS, answer)
    with pytest.raises(kind, match="S²LOW"):
        s2low.follow("1", "FLUX1")


@pytest.mark.parametrize("said", ["Erreur consultation statut", "Numéro de transaction invalide"])
def test_a_transaction_that_is_gone_is_lost_not_refused(platform: Dictated, s2low: S2low, said: str) -> None:
    platform.say(STATUS, status("", said, result="KO"))
    assert s2low.follow("1", "FLUX1").phase is Phase.LOST
