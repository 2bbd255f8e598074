"""Exchange folders, for every TdT that no adapter of ours speaks to: a file goes out, files come back.

The DGFiP's portal by hand, the agent of a TdT on somebody's desktop: all take a file and give files.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final

from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.errors import Refused
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.support.shares import digest
from dematfin.tdt.drop import Drop
from dematfin.tdt.folder_settings import FolderSettings
from dematfin.tdt.inbox import Inbox
from dematfin.tdt.marks import Mark

NOT_TAKEN: Final = (
    "Il est encore dans le dossier de dépôt : personne ne l'a pris. Déposez-le, ou relancez l'agent du TdT."
)
TAKEN: Final = "Il a été pris dans le dossier de dépôt, sa réponse n'est pas encore revenue dans le dossier de retour."
FORGOTTEN: Final = (
    "Le dossier de dépôt ne se souvient pas de lui : est-ce le bon ? Remettez-y son sous-dossier .dematfin, sans quoi "
    "son acquit ne sera pas reconnu."
)

DOUBTFUL: Final = (
    "La machine s'est arrêtée pendant son dépôt : on ne sait pas s'il a été pris. Demandez au TdT s'il l'a reçu. S'il "
    "ne l'a pas, déplacez-le du sous-dossier .dematfin vers le dossier de dépôt : il partira sous le même nom."
)


class FolderTdt:
    """Implements ports.transmitter.Transmitter; a deposit's number is its NomFic."""

    refuses_twins = True
    """The drop folder remembers whatever was put in it."""
    certificate_expires_on: date | None = None

    def __init__(self, settings: FolderSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._drop = Drop(settings.depot, now)
        self._inbox = Inbox(settings)

    @property
    def name(self) -> str:
        """The folder where flows are put."""
        return f"Dossiers d'échange (dépôt {self._settings.depot})"

    def check(self) -> str:
        """Make what is missing in both folders, and say what will serve; raises Unreachable, ConfigError."""
        new = self._drop.prepare()
        self._inbox.prepare()
        first = ". Ce dossier de dépôt n'avait jamais servi : vérifiez que c'est le bon" if new else ""
        return f"les flux vont dans {self._settings.depot}, les réponses sont lues dans {self._settings.retour}{first}"

    def send(self, flow: Path, nomfic: str) -> str:
        """Put a flow in the drop folder, once."""
        self._drop.put(flow, nomfic)
        return nomfic

    def find(self, flow: Path, nomfic: str) -> str:
        """Say whether a flow was put there; always certain."""
        return nomfic if self._drop.holds(flow, nomfic) else ""

    def confirm(self, remote_id: str, flow: Path, nomfic: str) -> bool:
        """Compare our bytes with those that were put down under a name."""
        mark = self._drop.mark(remote_id)
        if mark is None:
            message = (
                f"Aucun flux « {remote_id} » n'a été déposé dans {self._settings.depot} : donnez le nom d'un flux."
            )
            raise Refused(message)
        return mark.sha256 == digest(flow)

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...]:
        """List what was put down since a day, and until the end of another."""
        marks = filter(None, map(self._drop.mark, sorted(self._drop.names())))
        return tuple(self._held(one) for one in marks if since <= one.put_at.date() <= (until or date.max))

    def recover(self, remote_id: str, target: Path) -> bool:
        """Copy a flow that nobody has taken away yet."""
        return self._drop.copy_of(remote_id, target)

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        """Say whether a flow was taken away; its acquit comes among the returns."""
        if self._drop.mark(remote_id) is None:
            return Progress(phase=Phase.UNKNOWN, message=FORGOTTEN)
        phase, message = self._whereabouts(nomfic)
        return Progress(phase=phase, message=message)

    def returns(self) -> Iterable[ReturnItem]:
        """List the acquits of our flows, and the retours."""
        return self._inbox.items(self._drop.names())

    def fetch(self, item: ReturnItem) -> bytes:
        """Return the bytes of an answer, untouched."""
        return self._inbox.fetch(item)

    def acknowledge(self, item: ReturnItem) -> None:
        """Put an answer away."""
        self._inbox.acknowledge(item)

    def _held(self, mark: Mark) -> Held:
        phase, message = self._whereabouts(mark.nomfic)
        return Held(
            remote_id=mark.nomfic,
            nomfic=mark.nomfic,
            phase=phase,
            message=message,
            sha256=mark.sha256,
            size=mark.size,
        )

    def _whereabouts(self, nomfic: str) -> tuple[Phase, str]:
        if self._drop.doubtful(nomfic):
            return Phase.HELD, DOUBTFUL
        return Phase.WAITING, NOT_TAKEN if self._drop.still_has(nomfic) else TAKEN
