"""What every bought i-Parapheur must do for the pipeline, and what people can do in it."""

from datetime import date
from typing import Any, Protocol

import pytest

from dematfin.errors import Refused
from dematfin.ports.parapheur import Dossier, Paper, Parapheur, Phase

PDF = b"%PDF-1.7 facture\r\n\x00\xff\n\r"


class People(Protocol):
    """Those who decide there."""

    def visa(self, key: str, annotation: str = "", name: str = "Paul Viseur", **metadata: str) -> None: ...

    def reject(self, key: str, annotation: str, name: str = "Paul Viseur") -> None: ...

    def annex(self, key: str, name: str, data: bytes) -> None: ...

    def delete(self, key: str) -> None: ...


def dossier(key: str = "DF-219900420-F2026-000001-1-abcd", **changes: Any) -> Dossier:
    """Return a folder with one annex."""
    usual: dict[str, Any] = {
        "id": key,
        "title": "Facture F-1 PAPETERIE DU LAC",
        "service": "SCOLAIRE",
        "main": Paper(name="F-1.pdf", media_type="application/pdf", data=PDF),
        "annexes": (Paper(name="détail.pdf", media_type="application/pdf", data=b"%PDF-1.7 detail"),),
        "facts": {"engagement": "BC26-00077", "montantttc": "120.00"},
        "annotation": "À viser avant le 09/03/2026.",
        "due_on": date(2026, 3, 9),
    }
    return Dossier(**usual | changes)


class ParapheurContract:
    """Inherit and give a `there` and a `people` fixture; the service VOIRIE has a circuit of two steps."""

    def test_it_answers_and_shows_who_is_in_a_circuit(self, there: Parapheur) -> None:
        there.check()
        route = there.routes()[0]
        assert (route.trouble, route.steps) == ("", ("Affaires scolaires (Paul Viseur)",))

    def test_a_folder_sent_twice_is_one(self, there: Parapheur, people: People) -> None:
        sent = dossier()
        there.submit(sent)
        there.submit(sent)
        assert there.history(sent.id).phase is Phase.WAITING
        people.visa(sent.id)
        there.close(sent.id, refused=False)
        assert there.history(sent.id).phase is Phase.GONE

    def test_only_what_changed_is_worth_asking(self, there: Parapheur, people: People) -> None:
        first, second, third = (dossier(f"DF-{number}") for number in range(3))
        for one in (first, second, third):
            there.submit(one)
        known = {one.id: there.history(one.id).status for one in (first, second, third)}
        assert list(there.moved(known)) == []
        people.visa(second.id)
        people.delete(third.id)
        assert list(there.moved(known)) == [second.id, third.id]
        known[second.id] = there.history(second.id).status
        assert second.id in list(there.moved(known))  # it has ended, and was not brought home yet

    def test_more_folders_than_one_call_takes(self, there: Parapheur) -> None:
        keys = [f"DF-{number:03d}" for number in range(120)]
        for key in keys:
            there.submit(dossier(key, annexes=()))
        known = {key: there.history(keys[0]).status for key in keys}
        assert list(there.moved(known)) == []
        assert list(there.moved(dict.fromkeys(keys, "NonLu"))) == keys

    def test_what_people_added_comes_back_without_ours(self, there: Parapheur, people: People) -> None:
        sent = dossier()
        there.submit(sent)
        people.annex(sent.id, "bon.pdf", b"%PDF-1.7 bon")
        people.visa(sent.id, "Conforme.", date_service_fait="2026-03-02")
        history, back = there.history(sent.id), there.documents(sent.id, 1)
        assert (history.phase, [(one.name, one.annotation) for one in history.said]) == (
            Phase.FINISHED,
            [("Paul Viseur", "Conforme.")],
        )
        assert [(one.name, one.data) for one in back.added] == [("bon.pdf", b"%PDF-1.7 bon")]
        assert back.slip.data.startswith(b"%PDF-")
        assert back.metadata["date_service_fait"] == "2026-03-02"
        assert history.raw

    def test_nothing_added_leaves_the_slip_alone(self, there: Parapheur, people: People) -> None:
        for key, annexes in (("DF-1", dossier().annexes), ("DF-2", ())):
            sent = dossier(key, annexes=annexes)
            there.submit(sent)
            people.visa(key)
            assert there.documents(key, len(annexes)).added == ()

    def test_every_yes_of_a_longer_circuit_is_told(self, there: Parapheur, people: People) -> None:
        sent = dossier(service="VOIRIE")
        there.submit(sent)
        people.visa(sent.id, name="Anne Première")
        assert there.history(sent.id).phase is Phase.WAITING
        people.visa(sent.id, name="Basile Second")
        assert [one.name for one in there.history(sent.id).said] == ["Anne Première", "Basile Second"]

    def test_a_refusal_is_told_by_who_refuses(self, there: Parapheur, people: People) -> None:
        sent = dossier(service="VOIRIE")
        there.submit(sent)
        people.visa(sent.id, name="Anne Première")
        people.reject(sent.id, "[DOUBLON] Déjà reçue.", name="Basile Second")
        history = there.history(sent.id)
        assert history.phase is Phase.REFUSED
        assert [(one.name, one.annotation) for one in history.said] == [("Basile Second", "[DOUBLON] Déjà reçue.")]
        assert there.documents(sent.id, 1).slip.data
        there.close(sent.id, refused=True)
        there.close(sent.id, refused=True)
        assert there.history(sent.id).phase is Phase.GONE

    def test_what_has_not_ended_is_not_closed(self, there: Parapheur) -> None:
        there.submit(dossier())
        for refused in (False, True):
            with pytest.raises(Refused):
                there.close(dossier().id, refused=refused)
        assert there.history(dossier().id).phase is Phase.WAITING

    def test_a_folder_is_taken_back_while_nobody_has_decided(self, there: Parapheur, people: People) -> None:
        mine, theirs = dossier("DF-1", service="VOIRIE"), dossier("DF-2", service="VOIRIE")
        for one in (mine, theirs):
            there.submit(one)
        there.withdraw(mine.id)
        there.withdraw(mine.id)
        assert there.history(mine.id).phase is Phase.GONE
        people.visa(theirs.id)
        with pytest.raises(Refused):
            there.withdraw(theirs.id)
        assert there.history(theirs.id).phase is Phase.WAITING

    def test_what_was_never_there_is_not_found(self, there: Parapheur) -> None:
        assert there.history("DF-jamais").phase is Phase.GONE
        assert list(there.moved({"DF-jamais": "EnCoursVisa"})) == ["DF-jamais"]
        with pytest.raises(Refused, match="introuvable"):
            there.documents("DF-jamais", 0)
