"""How things stand with a bought i-Parapheur: whether it answers, how it is set up for us, what lies there."""

from collections.abc import Sequence
from dataclasses import dataclass

from dematfin.domain.figures.remote_alerts import of_remotes
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.remote import OPEN, RemoteFolder
from dematfin.errors import ConfigError, DematfinError
from dematfin.ports.app import App
from dematfin.ports.parapheur import Parapheur, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One folder, and for how many days it has been on its way."""

    record: RemoteFolder
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole picture; `trouble` says why the i-Parapheur cannot be used now, `alerts` what needs somebody."""

    trouble: str
    routes: Sequence[Route]
    folders: tuple[There, ...]
    alerts: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether folders can be sent by each route."""
        return not self.trouble and not any(route.trouble for route in self.routes)


def standing(app: App, who: Person) -> Standing:
    """Try the i-Parapheur, look at its set-up, and gather what the ledger remembers of it.

    Raises:
        Forbidden; ConfigError: there is none.
    """
    who.require(Act.READ)
    if app.parapheur is None:
        message = (
            "Aucun i-Parapheur n'est branché : les visas se donnent ici (voyez [parapheur] de config.example.toml)."
        )
        raise ConfigError(message)
    trouble, routes = _asked(app.parapheur)
    today = app.clock.today()
    with app.ledger.reading() as books:  # not while the neighbour is waited for
        found = books.find(RemoteFolder, state=OPEN)
    folders = tuple(There(record=one, days=(today - one.made_on).days) for one in found)
    return Standing(trouble=trouble, routes=routes, folders=folders, alerts=tuple(of_remotes(found, today)))


def _asked(there: Parapheur) -> tuple[str, Sequence[Route]]:
    try:
        there.check()
        return "", there.routes()
    except DematfinError as error:
        return str(error), ()
