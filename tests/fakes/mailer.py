"""A mail server in memory."""

from dataclasses import dataclass, field

from contracts.mailer import Arrived
from dematfin.domain.mail import Mail, one_line
from dematfin.errors import Refused, UnknownOutcome, Unreachable
from dematfin.mail.addresses import is_address


@dataclass
class FakeMailer:
    """Keeps mails; `faults` are committed one after the other, once each."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def mailer(self) -> "FakeMailer":
        return self

    def send(self, mail: Mail) -> None:
        if not is_address(mail.address):
            raise Refused(mail.address)
        fault = self.faults.pop(0) if self.faults else ""
        if self.closed or fault == "cut_before_data":
            raise Unreachable
        if fault == "unforeseen":
            raise ZeroDivisionError
        if fault in {"refuse_recipient", "later"}:
            raise Refused
        self.sent.append(mail)
        if fault == "cut_after_data":
            raise UnknownOutcome

    def arrived(self) -> list[Arrived]:
        return [
            Arrived(
                address=one.address,
                name=one_line(one.name),
                subject=one_line(one.subject, 200),
                text=one.text,
                html=one.html,
                attachments=one.attachments,
            )
            for one in self.sent
        ]

    def commit(self, fault: str) -> None:
        self.faults.append(fault)

    def close(self) -> None:
        self.closed = True
