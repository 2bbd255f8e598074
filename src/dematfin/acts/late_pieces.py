"""An agent sends again, alone, the documents that a mandat lacks at Hélios."""

from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.steps.late_pieces import send_late
from dematfin.steps.outcome import Outcome


def send(app: App, who: Person, mandat_id: str) -> Outcome:
    """Build the flow of the missing documents of a mandat; the next transmission sends it.

    Raises:
        Forbidden, UnknownRecord; RuleError when the mandat is not at Hélios, or lacks nothing; FlowRejected.
    """
    return send_late(app.on_behalf_of(who, Act.PREPARE), mandat_id)
