"""What every mail server must do for the pipeline."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import pytest

from dematfin.domain.mail import Attachment, Mail
from dematfin.errors import Refused, UnknownOutcome, Unreachable
from dematfin.ports.mailer import Mailer

MAIL: Final = Mail(
    id="0123456789abcdef",
    name="Paul Écoles",
    address="paul.ecoles@valbrume.test",
    subject="Visas : 1 facture à viser",
    text="Bonjour Paul Écoles,\n\n.une ligne qui commence par un point\n",
    html="<p>Bonjour Paul Écoles,</p>\n",
)
REPORT: Final = Attachment(
    name="chiffres-2026-02.html", media_type="text/html", data="<p>février : 20 %</p>\r\n.\n\n.\r\nfin \r\n".encode()
)
SHEET: Final = Attachment(name='été "1".xlsx', media_type="application/vnd.ms-excel", data=bytes(range(256)) * 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail as its reader finds it."""

    address: str
    name: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Post(Protocol):
    """A mailer, and what lies behind it."""

    @property
    def mailer(self) -> Mailer: ...

    def arrived(self) -> list[Arrived]: ...

    def commit(self, fault: str) -> None:
        """Do something wrong once: refuse_recipient, later, cut_before_data, cut_after_data."""

    def close(self) -> None:
        """Answer nobody any more."""


class MailerContract:
    """Inherit and give a `post` fixture."""

    def test_a_mail_arrives_as_it_was_written(self, post: Post) -> None:
        post.mailer.send(MAIL)
        post.mailer.send(replace(MAIL, id="fedcba", address="nadia@valbrume.test"))
        first, second = post.arrived()
        assert (first.address, first.name, first.subject) == (MAIL.address, MAIL.name, MAIL.subject)
        assert (first.text, first.html) == (MAIL.text, MAIL.html)
        assert second.address == "nadia@valbrume.test"

    def test_what_goes_with_a_mail_arrives_byte_for_byte(self, post: Post) -> None:
        post.mailer.send(replace(MAIL, attachments=(REPORT, SHEET)))
        (only,) = post.arrived()
        assert (only.text, only.html) == (MAIL.text, MAIL.html)
        assert only.attachments == (REPORT, SHEET)

    @pytest.mark.parametrize("fault", ["refuse_recipient", "later"])
    def test_a_mail_that_is_not_wanted_is_refused_and_keeps_no_other_from_leaving(self, post: Post, fault: str) -> None:
        post.commit(fault)
        with pytest.raises(Refused):
            post.mailer.send(MAIL)
        assert post.arrived() == []
        post.mailer.send(MAIL)
        assert len(post.arrived()) == 1

    def test_a_line_cut_before_the_message_left_nothing(self, post: Post) -> None:
        post.commit("cut_before_data")
        with pytest.raises(Unreachable) as error:
            post.mailer.send(MAIL)
        assert not isinstance(error.value, UnknownOutcome)
        assert post.arrived() == []

    def test_a_line_cut_after_the_message_leaves_its_fate_unknown(self, post: Post) -> None:
        post.commit("cut_after_data")
        with pytest.raises(UnknownOutcome):
            post.mailer.send(MAIL)
        assert len(post.arrived()) == 1

    def test_nobody_at_home_is_told_as_such(self, post: Post) -> None:
        post.close()
        with pytest.raises(Unreachable) as error:
            post.mailer.send(MAIL)
        assert not isinstance(error.value, UnknownOutcome)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "paul",
            "paul@valbrume.test\r\nBcc: tous@valbrume.test",
            "paul@valbrume.test, tous@valbrume.test",
            "<paul@valbrume.test> SIZE=1",
            '"a b"@valbrume.test',
            "é@valbrume.test",
            f"{'a' * 250}@valbrume.test",
        ],
    )
    def test_what_is_no_address_is_refused_before_anything_leaves(self, post: Post, address: str) -> None:
        with pytest.raises(Refused):
            post.mailer.send(replace(MAIL, address=address))
        assert post.arrived() == []

    @pytest.mark.parametrize(
        "name",
        ["Paul\r\nBcc: tous@valbrume.test", "Paul\n\n<script>", '"Paul" <tous@valbrume.test>', "Paul,tous", "x" * 999],
    )
    def test_a_name_is_only_a_name(self, post: Post, name: str) -> None:
        post.mailer.send(replace(MAIL, name=name, subject=f"Visas {name}"))
        (only,) = post.arrived()
        assert only.address == MAIL.address
        assert "\n" not in only.name + only.subject
        assert len(only.name) <= 80
