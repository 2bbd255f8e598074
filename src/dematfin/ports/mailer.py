"""Mails that leave."""

from typing import Protocol

from dematfin.domain.mail import Mail


class Mailer(Protocol):
    """The mail server of the collectivité."""

    def send(self, mail: Mail) -> None:
        """Hand a mail over; it is the server's from then on.

        Raises:
            Unreachable: no conversation could be had: nothing left us, and the next mail would fare no better.
            AccessDenied: our account is not let in: idem.
            Refused: this mail is not wanted, today or ever: it did not leave.
            UnknownOutcome: the connection was lost while it was being handed over: it may have left.
        """
        ...
