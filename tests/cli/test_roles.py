"""Who may type what: a person without the role is told which one it takes, and nothing happens."""

import shlex

from cli.office import Office, plain
from dematfin.acts.consult import people
from dematfin.cli.context import system_account
from dematfin.domain.parties.person import Person

NEEDS = [
    ("importer", "agent ou service"),
    ("suivi", "agent ou service"),
    ("journee", "agent ou service"),
    ("journee --essai", "agent ou service"),
    ("bordereau transmettre", "agent ou service"),
    ("bordereau transmettre --essai", "agent ou service"),
    ("engagement importer x.csv", "agent ou service"),
    ("tiers importer x.csv", "agent ou service"),
    ("credit importer x.csv", "agent ou service"),
    ("visa viser F2026-000016 --service-fait 20/11/2026", "viseur"),
    ("visa refuser F2026-000016 --motif AUTRE --commentaire non", "viseur"),
    ("bordereau preparer", "agent"),
    ("bordereau reprendre CCAS-2026-18", "agent"),
    ("bordereau envoyer-pieces M2026-000014", "agent"),
    ("mandat corriger M2026-000014 --nature 6064", "agent"),
    ("mandat reemettre M2026-000014", "agent"),
    ("bordereau signer --oui", "ordonnateur"),
    ("budget ouvrir CCAS --exercice 2027 --dernier-mandat 0 --dernier-bordereau 0", "administrateur"),
    ("personne ajouter x --nom X --role agent", "administrateur"),
]


def test_a_reader_reads_and_does_nothing_else(copy: Office) -> None:
    copy.become("lecteur")
    head = copy.head()
    for typed, role in NEEDS:
        answer = copy(*shlex.split(typed))
        assert (answer.code, answer.out) == (3, ""), typed
        assert answer.err.startswith("Erreur : Dominique Essai ne peut pas "), typed
        assert answer.err.endswith(f"il faut le rôle {role}.\n"), typed
        plain(answer.err)
    for typed in ("etat", "facture liste", "facture voir F2026-000001", "bordereau liste", "journal verifier"):
        assert copy(*shlex.split(typed)).code == 0, typed
    assert copy.head() == head


def test_an_unknown_account_is_told_what_to_ask_for(copy: Office) -> None:
    with copy.base() as base:
        base.execute("UPDATE person SET system_user = 'lui' WHERE id = 'vous'")
    answer = copy("etat")
    assert answer.code == 3
    assert "Un administrateur doit vous ajouter : dematfin personne ajouter" in answer.err
    assert "--role administrateur" not in answer.err


def test_the_very_first_person_is_told_to_add_oneself(copy: Office) -> None:
    (copy.folder / "var" / "registre.db").unlink()
    answer = copy("etat")
    assert answer.code == 3
    assert "--role administrateur --compte" in answer.err
    plain(answer.err)


def test_the_first_person_must_be_an_administrateur(copy: Office) -> None:
    (copy.folder / "var" / "registre.db").unlink()
    answer = copy("personne", "ajouter", "moi", "--nom", "Moi", "--role", "agent")
    assert answer.code == 3
    assert "doit avoir le rôle administrateur" in answer.err


def test_a_viseur_of_another_service_does_not_certify(copy: Office) -> None:
    copy.become("viseur")  # of no service at all
    assert copy("visa", "liste").out == "Aucune facture n'attend votre visa.\n"
    answer = copy("visa", "viser", "F2026-000016", "--service-fait", "20/11/2026")
    assert answer.code == 3
    assert "BATIMENTS" in answer.err


def test_one_account_is_one_person(office: Office) -> None:
    answer = office("personne", "ajouter", "lui", "--nom", "Lui", "--role", "agent", "--compte", system_account())
    assert answer.code == 3
    assert "est déjà celui de Dominique Essai" in answer.err


def test_what_is_not_said_of_a_known_person_stays(copy: Office) -> None:
    """A reminder asks for an address: giving it takes neither a desk nor an account away."""

    def lou() -> Person:
        with copy.opened() as app:
            return next(one for one in people(app) if one.id == "lou")

    named = ("personne", "ajouter", "lou", "--nom", "Lou Viseur", "--role", "viseur")
    copy(*named, "--bureau", "SPORT", "--bureau", "CULTURE", "--compte", "lou.v")
    answer = copy(*named, "--courriel", "lou@valbrume.fr")
    assert answer.out == "Personne enregistrée : Lou Viseur (viseur, bureaux CULTURE, SPORT).\n"
    assert (sorted(lou().desks), lou().system_user, lou().email) == (["CULTURE", "SPORT"], "lou.v", "lou@valbrume.fr")
    copy(*named, "--bureau", "SPORT")
    assert lou().desks == {"SPORT"}
    copy(*named, "--bureau", "", "--compte", "", "--courriel", "")
    assert (sorted(lou().desks), lou().system_user, lou().email) == ([], "", "")
