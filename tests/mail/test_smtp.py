"""Our side of SMTP: strict TLS, a login, headers that nothing breaks, and each failure told for what it is."""

import smtplib
import ssl
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.mailer import MAIL
from dematfin.errors import AccessDenied, BadAnswer, ConfigError, Refused, UnknownOutcome, Unreachable
from dematfin.mail.settings import MailSettings
from dematfin.mail.smtp import SmtpMailer
from dematfin.sandbox import pki
from dematfin.sandbox.smtp import MailServer
from mail.conftest import Open
from mail.office import WITH_TLS, Office, settings

SECURED = ["starttls", "tls"]


@pytest.mark.parametrize("encryption", ["aucun", "starttls", "tls"])
def test_a_check_enters_and_sends_nothing(open_office: Open, encryption: str) -> None:
    office = open_office(encryption)
    office.mailer.check()
    assert office.arrived() == []


@pytest.mark.parametrize("password", ["é\N{EURO SIGN} %\"'\\", "mot de passe d'été"])
def test_a_password_may_have_any_sign(open_office: Open, password: str) -> None:
    office = open_office("starttls", password)
    office.mailer.send(MAIL)
    assert len(office.arrived()) == 1
    office.secret = password + "é"
    with pytest.raises(AccessDenied, match="refuse notre compte"):
        office.mailer.check()


def test_a_mail_says_that_a_machine_wrote_it_and_travels_in_ascii(open_office: Open) -> None:
    office = open_office("starttls")
    office.mailer.send(MAIL)
    (message,) = office.messages()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<0123456789abcdef@valbrume.test>"
    assert parseaddr(message["From"]) == ("dematfin", "visas@valbrume.test")
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert office.server.kept()[0].read_bytes().isascii()


def test_a_hostile_name_adds_no_header_and_no_reader(open_office: Open) -> None:
    office = open_office("aucun")
    hostile = 'Paul" <tous@valbrume.test>\r\nBcc: tous@valbrume.test\r\n\r\nAutre corps\u202e\x00'
    office.mailer.send(replace(MAIL, name=hostile, subject=f"Visas\r\nBcc: tous@valbrume.test {hostile}"))
    (message,) = office.messages()
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["To"].addresses] == [MAIL.address]
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )


@pytest.mark.parametrize("encryption", SECURED)
def test_a_server_that_nobody_vouches_for_is_given_nothing(open_office: Open, tmp_path: Path, encryption: str) -> None:
    office = open_office(encryption)
    pki.make_transport_pki(tmp_path / "autre", "sans objet")
    for authorities in (None, tmp_path / "autre" / "tdt-ac.pem"):
        with pytest.raises(Unreachable, match="n'est pas reconnu") as error:
            office.but(autorites=authorities).send(MAIL)
        assert not isinstance(error.value, UnknownOutcome)
    assert office.arrived() == []


@pytest.mark.parametrize("encryption", SECURED)
def test_a_certificate_of_another_machine_is_not_enough(tmp_path: Path, encryption: str) -> None:
    authority = pki.make(replace(pki.ROOT, name="TEST AC"))
    other = pki.make(pki.Profile(name="TEST", usages=("digital_signature",), hosts=("ailleurs.test",)), authority)
    (tmp_path / "tdt-ac.pem").write_bytes(authority.pem)
    (tmp_path / "tdt-serveur.pem").write_bytes(other.key_pem + other.pem)
    server = MailServer(WITH_TLS, tmp_path, implicit=encryption == "tls")
    server.start()
    with pytest.raises(Unreachable, match="n'est pas reconnu"):
        Office(server=server, settings=settings(server.port, encryption, tmp_path)).mailer.send(MAIL)
    server.stop()
    assert server.kept() == []


@pytest.mark.parametrize("encryption", SECURED)
def test_a_wrong_password_is_told_with_the_remedy(open_office: Open, encryption: str) -> None:
    office = replace(open_office(encryption), secret="faux")
    with pytest.raises(AccessDenied, match="Vérifiez « identifiant » et « mot_de_passe »"):
        office.mailer.send(MAIL)
    assert office.arrived() == []


def test_a_server_without_starttls_is_told_and_nothing_is_said_in_clear(open_office: Open) -> None:
    office = open_office("aucun")
    with pytest.raises(BadAnswer, match="starttls"):
        office.but(chiffrement="starttls").send(MAIL)
    assert office.arrived() == []


def test_a_password_that_is_nowhere_sends_nothing(open_office: Open) -> None:
    office = open_office("starttls")

    def nowhere(reference: str) -> str:
        raise ConfigError(reference)

    with pytest.raises(ConfigError, match="secret:courriel"):
        SmtpMailer(office.settings, nowhere).send(MAIL)
    assert office.arrived() == []


def test_an_answer_that_comes_too_late_leaves_the_fate_of_a_mail_unknown(open_office: Open) -> None:
    office = open_office("aucun")
    office.commit("slow")
    with pytest.raises(UnknownOutcome, match="peut-être parti"):
        office.but(delai=0.2).send(MAIL)


def test_tls_spoken_to_a_server_in_clear_leaves_nothing(open_office: Open) -> None:
    office = open_office("aucun")
    with pytest.raises(Unreachable, match="rien n'est perdu"):
        office.but(chiffrement="tls", delai=0.5).send(MAIL)


def test_a_server_that_closes_while_we_say_goodbye_has_taken_the_mail(
    open_office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office("aucun")

    def hang_up(self: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(smtplib.SMTP, "quit", hang_up)
    office.mailer.send(MAIL)
    assert len(office.arrived()) == 1


def test_the_words_of_a_server_are_shown_on_one_line(open_office: Open) -> None:
    office = open_office("aucun")
    office.commit("refuse_recipient")
    with pytest.raises(Refused) as error:
        office.mailer.send(MAIL)
    assert str(error.value) == (
        "le serveur de courriel ne prend pas ce courriel : « 550 5.1.1 No such user here ». Il sera proposé de nouveau "
        "au prochain passage ; vérifiez l'adresse de cette personne."
    )


def test_authorities_that_are_not_there_are_told_at_once(open_office: Open, tmp_path: Path) -> None:
    office = open_office("starttls")
    with pytest.raises(ConfigError, match=r"absente\.pem est illisible"):
        office.but(autorites=tmp_path / "absente.pem")


def test_only_modern_tls_is_spoken(open_office: Open) -> None:
    tls = open_office("tls").mailer._tls
    assert tls is not None
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2


RIGHT = {"serveur": "smtp.valbrume.test", "expediteur": "visas@valbrume.test"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"chiffrement": "aucun"}, "n'est permis que vers cette machine même"),
        ({"chiffrement": "ssl"}, "chiffrement"),
        ({"identifiant": "visas"}, "vont ensemble"),
        ({"mot_de_passe": "secret:courriel"}, "vont ensemble"),
        ({"expediteur": "visas@valbrume.test\nBcc: x@y.fr"}, "une adresse est attendue"),
        ({"expediteur": "Visas <visas@valbrume.test>"}, "une adresse est attendue"),
        ({"serveur": "smtp valbrume"}, "serveur"),
        ({"port": 0}, "port"),
        ({"inconnue": 1}, "inconnue"),
    ],
)
def test_settings_that_are_wrong_are_refused(wrong: dict[str, object], words: str) -> None:
    MailSettings.model_validate(RIGHT)
    with pytest.raises(ValidationError, match=words):
        MailSettings.model_validate(RIGHT | wrong)
