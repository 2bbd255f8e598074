"""`[alertes]`: who is told by mail of what needs a person, and when nothing runs as it should."""

from typing import Annotated

from pydantic import AfterValidator

from dematfin.domain.unattended.alarm import AlarmRule
from dematfin.mail.addresses import is_address
from dematfin.support.settings import Section


def _address(text: str) -> str:
    if not is_address(text):
        message = "une adresse est attendue, par exemple « exploitation@syndicat.fr »"
        raise ValueError(message)
    return text


class AlertSettings(Section):
    """`[alertes]`.

    Attributes:
        destinataires: who is told, instead of the agents and administrateurs who have an address.
    """

    actif: bool = True
    destinataires: tuple[Annotated[str, AfterValidator(_address)], ...] = ()

    def rule(self) -> AlarmRule:
        """Return who is told."""
        return AlarmRule(active=self.actif, recipients=self.destinataires)
