"""A person says that what an answer left to be seen to is settled: it is no more an alert."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App


def settle(app: App, who: Person, name: str, motif: str) -> tuple[Answer, ...]:
    """Write down why nothing is left to do about the answers of a name; what they say, and their bytes, stay.

    Raises:
        Forbidden; UnknownRecord: no answer has this name; RuleError: no motif, or nothing is left to be seen to.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason = for_journal(f"Réponse {name}", motif)
    with app.ledger.transaction() as books:
        found = books.find(Answer, name=name.strip())
        if not found:
            message = f"Aucune réponse ne s'appelle « {name} ». Recopiez le nom que donne l'alerte (dematfin etat)."
            raise UnknownRecord(message)
        waiting = [one for one in found if one.to_see and one.state is not AnswerState.STORED]
        if not waiting:
            message = f"Réponse {name} : elle ne laisse rien à voir, ou c'est déjà classé."
            raise RuleError(message)
        settled = tuple(replace(one, seen=one.remarks) for one in waiting)
        books.save(*settled)
        for one in settled:
            about, told = one.flux or one.name, f"réponse « {one.name} » classée : {reason}"
            books.record(app.event(Subject.FLUX, about, "", "", told))
    return settled
