"""Bordereaux signed elsewhere, and the ceremony here, at the keyboard of a commune whose documents are on its disk."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from cli.office import Office, plain
from cli.test_signing import WAITING, certify_and_prepare, state
from dematfin.domain.mandat.flux import Flux
from dematfin.ports.signature import Holder
from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.setup import Step, Subtype
from dematfin.sandbox.iparapheur.signing import sign
from dematfin.sandbox.pki import Identity
from dematfin.signature.here import Here
from dematfin.support.clock import SystemClock
from parapheur.platform import LOGIN, WORD, Pages, simulated

CLOCK = SystemClock("Europe/Paris")


def mayor(office: Office) -> Identity:
    """Open the mayor's key, as the tool of somebody else does."""
    word = (office.folder / "secrets" / "maire").read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates((office.folder / "pki" / "maire.p12").read_bytes(), word)
    assert certificate is not None
    return Identity(certificate=certificate, key=key)  # type: ignore[arg-type]


def changed(data: bytes) -> bytes:
    """Change one character of a pièce jointe."""
    place = data.index(b">", data.index(b"<Fichier")) + 40
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


def damage(office: Office, sha256: str) -> None:
    """Change a pièce jointe inside a flow that lies among the documents."""
    (file,) = (one for one in (office.folder / "var" / "documents").rglob("*") if one.is_file() and one.name in sha256)
    data = changed(file.read_bytes())
    file.chmod(0o600)
    file.write_bytes(data)


def waiting_flux(office: Office) -> Flux:
    """Return the flow of the bordereau that waits."""
    with office.opened() as app, app.ledger.reading() as books:
        return next(one for one in books.find(Flux) if one.bordereaux == (WAITING,))


def test_a_file_goes_away_and_comes_back_proved_or_not_at_all(copy: Office, tmp_path: Path) -> None:
    left = copy("bordereau", "exporter", WAITING, "--vers", str(tmp_path / "clé"))
    assert left.code == 0
    plain(left.said)
    assert state(copy) == "à la signature"
    (flow,) = (tmp_path / "clé").glob("*.xml")
    signed = sign(flow.read_bytes(), mayor(copy), CLOCK.now())
    back = tmp_path / "retour du maire.xml"
    for bad, words in ((flow.read_bytes(), "il n'est pas signé"), (changed(signed), "contenu du flux a changé")):
        back.write_bytes(bad)
        refused = copy("bordereau", "reprendre", str(back))
        assert (refused.code, words in refused.err) == (4, True), refused.err
        assert "rien n'est gardé" in refused.err
        assert state(copy) == "à la signature"
    back.write_bytes(signed)
    taken = copy("bordereau", "reprendre", str(back))
    assert (taken.code, taken.err) == (0, "")
    assert f"Bordereau {WAITING} : sa signature est bonne" in taken.out
    assert state(copy) == "signé"
    assert copy("bordereau", "reprendre", str(back)).code == 3


def test_what_is_given_can_be_recalled_and_a_wrong_name_is_told(copy: Office, tmp_path: Path) -> None:
    assert copy("bordereau", "exporter", WAITING, "--vers", str(tmp_path)).code == 0
    assert "Aucun bordereau n'attend de signature" in copy("bordereau", "signer", "--oui").out
    recalled = copy("bordereau", "rappeler", WAITING)
    assert "de nouveau à signer" in recalled.out
    assert state(copy) == "construit, à signer"
    for words, said in (
        (("reprendre", str(tmp_path / "absent.xml")), "n'existe pas"),
        (("reprendre", WAITING), "n'a pas été refusé"),
        (("rappeler", WAITING), "n'est pas à la signature"),
        (("envoyer", "--oui"), "i-Parapheur"),
    ):
        answer = copy("bordereau", *words)
        assert (answer.code, said in answer.err) == (3, True), answer.err
        plain(answer.said)


def test_one_byte_of_a_piece_changed_after_closing_is_neither_signed_nor_sent(copy: Office) -> None:
    assert copy("bordereau", "signer", "--oui").code == 0
    signed = waiting_flux(copy).signed
    assert signed is not None
    damage(copy, signed.sha256)
    head = copy.head()
    sent = copy("bordereau", "transmettre")
    assert sent.code == 1
    assert "n'est plus celui qui a été préparé. Il n'est ni signé ni transmis" in sent.out
    assert state(copy) == "signé"
    assert copy.head() == head  # no supplier is told of a mandat that cannot leave


def test_one_byte_of_a_piece_changed_before_the_signature_is_not_signed(copy: Office) -> None:
    damage(copy, waiting_flux(copy).unsigned.sha256)
    refused = copy("bordereau", "signer", "--oui")
    assert (refused.code, "n'est plus celui qui a été préparé" in refused.err) == (4, True)
    assert copy("bordereau", "exporter", WAITING, "--vers", str(copy.folder)).code == 4
    assert state(copy) == "construit, à signer"


def test_several_are_signed_at_once_or_one_by_one_as_one_wants(cut_off: Office) -> None:
    cut_off.change("petite_commune = false", "petite_commune = true")
    assert cut_off("visa", "viser", "F2026-000017", "--service-fait", "20/11/2026").code == 0
    assert "COMMUNE-2026-45" in cut_off("bordereau", "preparer").out
    shown = cut_off("bordereau", "signer", typed="non\n").out
    assert shown.index("Certificat de Jeanne TEST-MAIRE") < shown.index(WAITING) < shown.index("Ensemble")
    assert "Petite commune : Dominique Essai a visé F2026-000017" in shown
    assert "! Petite commune : Dominique Essai a visé F2026-000017 et préparé COMMUNE-2026-45" in shown  # once signed
    assert "Aucun des 2 bordereaux n'est signé." in shown
    plain(shown)
    one = cut_off("bordereau", "signer", typed="un\noui\nnon\n").out
    assert one.count(": signé par Jeanne TEST-MAIRE") == 1
    assert "Le bordereau COMMUNE-2026-45 n'est pas signé." in one
    assert (state(cut_off), one.index("M2026-") > 0) == ("signé", True)


def test_both_are_signed_with_one_word(cut_off: Office) -> None:
    cut_off.change("petite_commune = false", "petite_commune = true")
    assert certify_and_prepare(cut_off).count(": signé par") == 2


def test_each_place_says_which_command_is_its_own(copy: Office, tmp_path: Path) -> None:
    """No key is asked of a commune that signs elsewhere."""
    copy.change(r"pkcs12 = .*\n", "")
    missing = copy("config", "verifier", "--hors-ligne")
    assert (missing.code != 0, "les bordereaux se signent ici" in missing.said) == (True, True), missing.said
    copy.change(r"\[signature\]", '[signature]\nlieu = "ailleurs"')
    checked = copy("config", "verifier", "--hors-ligne")
    assert (checked.code, "les bordereaux se signent ailleurs" in checked.out) == (0, True), checked.said
    for word, right in (("signer", "bordereau exporter"), ("envoyer", "bordereau exporter")):
        head, wrong = copy.head(), copy("bordereau", word, typed="oui\n")
        assert (wrong.code, right in wrong.err, "[oui/non]" in wrong.out) == (3, True, False), wrong.said
        assert copy.head() == head
        plain(wrong.said)
    assert copy("bordereau", "exporter", WAITING, "--vers", str(tmp_path)).code == 0
    (flow,) = tmp_path.glob("*.xml")
    flow.write_bytes(sign(flow.read_bytes(), mayor(copy), CLOCK.now()))
    copy.change(r'autorites = \[[^]]*"pki/racine[^]]*\]\n', "")
    copy.change(r'empreinte = "[0-9a-f]{64}"\n', "")
    unsafe = copy("config", "verifier", "--hors-ligne")
    assert (unsafe.code != 0, "« autorites » ou « empreinte »" in unsafe.said) == (True, True), unsafe.said
    forged = copy("bordereau", "reprendre", str(flow))
    assert (forged.code, "n'importe qui peut en fabriquer un" in forged.err) == (4, True), forged.said
    plain(forged.said)


def test_a_bordereau_signed_on_paper_is_asked_about_and_written_down(cut_off: Office) -> None:
    cut_off.change("petite_commune = false", "petite_commune = true")
    cut_off.change(r"\[pes\]", "[pes]\ndematerialise = false")
    assert "se signent sur papier" in cut_off("config", "verifier", "--hors-ligne").out
    assert cut_off("visa", "viser", "F2026-000017", "--service-fait", "20/11/2026").code == 0
    assert "COMMUNE-2026-45" in cut_off("bordereau", "preparer").out
    for typed in ("non\nnon\n", "o\nnon\n"):
        assert "Le bordereau COMMUNE-2026-45 n'est pas signé." in cut_off("bordereau", "signer", typed=typed).out
    shown = cut_off("bordereau", "signer", typed="oui\nnon\n").out
    assert "Bordereau COMMUNE-2026-45 · n° 45 · 1 mandat · 816,00 €" in shown
    assert "Avez-vous signé de votre main le bordereau imprimé, pour ordonner de payer 816,00 € ? [oui/non]" in shown
    assert "COMMUNE-2026-45 : signé sur papier par Dominique Essai." in shown
    assert f"Le bordereau {WAITING} n'est pas signé." in shown  # built before, for a certificate
    plain(shown)
    with cut_off.opened() as app:
        assert app.ledger.history()[-1].event.motif.startswith("signé sur papier par Dominique Essai")


@pytest.mark.parametrize("days", [29, 30])
def test_a_certificate_that_ends_soon_is_told(office: Office, days: int) -> None:
    ends = CLOCK.today() + timedelta(days=days)
    office.patch.setattr(Here, "holder", lambda _: Holder(name="JEANNE", issuer="AC DE TEST", expires_on=ends))
    shown = office("bordereau", "signer", typed="non\n").out
    assert f"Certificat de JEANNE, émis par AC DE TEST, valable jusqu'au {ends:%d/%m/%Y}." in shown
    assert (f"Il expire dans {days} jours" in shown) == (days < 30)


def test_a_wrong_password_ends_it_before_anything_is_asked(copy: Office) -> None:
    head = copy.head()
    (copy.folder / "secrets" / "maire").write_text("Coquelicot-1515")
    answer = copy("bordereau", "signer", typed="oui\n")
    assert answer.code == 4
    assert "Relancez la commande avec le bon mot de passe" in answer.err
    assert "Coquelicot" not in answer.out + answer.err  # the log lines too
    assert copy.head() == head
    assert "Confirmez-vous" not in answer.out
    assert state(copy) == "construit, à signer"


@pytest.fixture
def there(copy: Office, tmp_path: Path) -> Iterator[Pages]:
    """Have flows signed in a simulated i-Parapheur, by the mayor's own key, and lend its pages."""
    who = mayor(copy)
    (tmp_path / "maire.pem").write_bytes(who.key_pem + who.pem)
    step = Step(bureau="Maire", nom="Jeanne TEST-MAIRE", role="SIGNATAIRE")
    circuits = (Subtype(type="PES", nom="DEPENSES", etapes=(step,)),)
    with simulated(tmp_path / "parapheur", sous_types=circuits, signataire=tmp_path / "maire.pem") as (_, url):
        copy.change(r"\[signature\]", '[signature]\nlieu = "parapheur"')
        pki.private(copy.folder / "secrets" / "parapheur", WORD.encode())
        section = (
            f'\n[parapheur]\nurl = "{url}"\nidentifiant = "{LOGIN}"\nmot_de_passe = "fichier:secrets/parapheur"\n'
            'type_pes = "PES"\nsous_type_pes = "DEPENSES"\n'
        )
        copy.config.write_text(copy.config.read_text(encoding="utf-8") + section, encoding="utf-8")
        yield Pages(url)


def test_it_is_sent_to_the_parapheur_and_comes_back_signed_days_later(copy: Office, there: Pages) -> None:
    checked = copy("config", "verifier", "--hors-ligne")
    assert (checked.code, "les bordereaux se signent dans l'i-Parapheur" in checked.out) == (0, True), checked.out
    assert copy("bordereau", "signer", "--oui").code == 3
    sent = copy("bordereau", "envoyer", typed="oui\n")
    assert (sent.code, f"Bordereau {WAITING} : remis à la signature" in sent.out) == (0, True), sent.said
    assert "Envoyer ce bordereau à la signature, pour ordonner de payer 283,50 € ?" in sent.out
    plain(sent.said)
    assert state(copy) == "à la signature"
    assert copy("bordereau", "envoyer").code == 0
    there.post("sign", dossier=waiting_flux(copy).signing_ref, trouble="octet")
    spoilt = copy("bordereau", "envoyer")
    assert (spoilt.code, "contenu du flux a changé" in spoilt.out) == (1, True), spoilt.said
    assert "contenu du flux a changé" in copy("bordereau", "voir", WAITING).out
    assert copy("bordereau", "rappeler", WAITING).code == 0
    assert copy("bordereau", "envoyer", "--oui").code == 0
    there.post("sign", dossier=waiting_flux(copy).signing_ref)
    back = copy("bordereau", "envoyer")
    assert (back.code, back.err) == (0, ""), back.said
    assert state(copy) == "signé"
    with copy.opened() as app:
        assert "signé par Jeanne TEST-MAIRE" in [one.event.motif for one in app.ledger.history()][-1]


def test_a_refusal_in_the_parapheur_is_read_where_the_bordereau_is(copy: Office, there: Pages) -> None:
    assert copy("bordereau", "envoyer", "--oui").code == 0
    there.reject(waiting_flux(copy).signing_ref, "Imputation à revoir.", "Jeanne TEST-MAIRE")
    refused = copy("bordereau", "envoyer", typed="non\n")
    assert "sa signature est refusée. Jeanne TEST-MAIRE : Imputation à revoir." in refused.out
    assert state(copy) == "construit, à signer"
    assert "Imputation à revoir." in copy("bordereau", "voir", WAITING).out
    assert "Imputation à revoir." in copy("etat").out
