"""`config verifier`: each thing that it tries, right and wrong, told once and of the right thing."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cli.office import Answer, Office, plain
from dematfin.sandbox import pki
from dematfin.support.clock import SystemClock

CHECKS = (
    "fichier de configuration",
    "base et journal",
    "dossier des documents",
    "schémas PES",
    "certificat de signature",
    "numérisation",
    "dossiers d'échange",
    "Chorus Pro",
    "S²LOW",
    "courriel",
)


def verdicts(answer: Answer) -> dict[str, bool]:
    """Return what was tried, and whether it was right."""
    found = {}
    for line in answer.out.splitlines():
        if line[:2] in {"✓ ", "✗ "}:
            found[line[2:].split(" : ")[0]] = line.startswith("✓")
    return found


def only_wrong(answer: Answer, name: str) -> str:
    """Check that one thing alone is wrong, and return what is said of it."""
    assert [check for check, right in verdicts(answer).items() if not right] == [name]
    return next(line for line in answer.out.splitlines() if line.startswith("✗"))


@pytest.mark.usefixtures("neighbours")
def test_a_right_configuration_is_ready(office: Office) -> None:
    answer = office("config", "verifier")
    assert answer.code == 0
    assert verdicts(answer) == dict.fromkeys(CHECKS, True)
    assert answer.out.endswith("Tout est prêt.\n")
    plain(answer.said)


def test_off_line_nobody_is_called(cut_off: Office) -> None:
    answer = cut_off("config", "verifier", "--hors-ligne")
    assert answer.code == 0
    assert verdicts(answer) == dict.fromkeys(CHECKS[:7], True)


WRONG_KEYS = [
    (r"\nzone = ", "\nzonne = ", "visa.zonne : clé inconnue"),
    (
        r'decompte = "calendaires"',
        'decompte = "lunaires"',
        "visa.decompte : valeur inconnue (attendu : 'calendaires' ou",
    ),
    (r"\njours = 5", '\njours = "cinq"', "visa.jours : nombre entier attendu"),
    (r"\njours = 5", "\njours = 5.5", "visa.jours : nombre entier attendu"),
    (r"petite_commune = false", 'petite_commune = "oui et non"', "collectivite.petite_commune : true ou false attendu"),
    (r"nom = \"Commune", 'nom = 3 # "', "collectivite.nom : texte attendu, entre guillemets"),
    (r"\ncompte = .*\n", "\n", "chorus.compte : clé obligatoire absente"),
    (r'poste = "099042"', 'poste = "99"', "budgets.0.poste : valeur mal formée, voyez l'exemple"),
    (r'documents = ".*"', "documents = 3", "stockage.documents : chemin attendu, entre guillemets"),
    (r'siret = "2', 'siret = "3', "collectivite.siret : SIRET invalide"),
    (r'fuseau = ".*"', 'fuseau = "Lune"', "Le fuseau horaire « Lune » n'existe pas"),
    (r"\n\[visa\]", "\n[visa", "n'est pas un fichier TOML correct : voyez la ligne "),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG_KEYS, ids=[words.split(" :")[0] for *_, words in WRONG_KEYS])
def test_a_wrong_key_is_named_and_nothing_else_is_tried(copy: Office, old: str, new: str, words: str) -> None:
    copy.change(old, new)
    answer = copy("config", "verifier")
    assert answer.code == 2
    only_wrong(answer, "fichier de configuration")
    assert words in answer.out
    plain(answer.said.replace("config.example.toml", ""))
    assert len(verdicts(answer)) == 1


def _no_pkcs12(office: Office) -> None:
    (office.folder / "pki/maire.p12").unlink()


def _pkcs12_of_nobody(office: Office) -> None:
    pki.private(office.folder / "pki/maire.p12", b"rien")


def _wrong_password(office: Office) -> None:
    pki.private(office.folder / "secrets/maire", b"autre")


def _readable_by_others(office: Office) -> None:
    (office.folder / "secrets/maire").chmod(0o644)


def _no_secret(office: Office) -> None:
    (office.folder / "secrets/maire").unlink()


def _expired(office: Office) -> None:
    _sign_with(office, replace(pki.MAYOR, starts=timedelta(days=-400), lasts=timedelta(days=365)))


def _not_made_to_sign(office: Office) -> None:
    _sign_with(office, replace(pki.MAYOR, usages=("key_encipherment",)))


def _of_somebody_else(office: Office) -> None:
    office.change(r'empreinte = "[0-9a-f]{4}', 'empreinte = "0000')


def _sign_with(office: Office, profile: pki.Profile) -> None:
    """Give the mayor another certificate, from an authority that the configuration knows."""
    authority = pki.make(replace(pki.AC, name="TEST AC de rechange"), None)
    mayor = pki.make(profile, authority)
    folder = office.folder / "pki"
    (folder / "racine.pem").write_bytes(authority.pem)
    (folder / "ac.pem").write_bytes(authority.pem)
    (folder / "ac.crl.pem").write_bytes(pki.revocation_list(authority))
    pki.private(folder / "maire.p12", mayor.p12((office.folder / "secrets/maire").read_text(encoding="utf-8")))
    office.change(r'empreinte = "[0-9a-f]{64}', f'empreinte = "{pki.fingerprint(mayor)}')


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        (_no_pkcs12, 2, "pki/maire.p12 est illisible : fichier ou dossier absent"),
        (_pkcs12_of_nobody, 4, "le mot de passe est faux, ou le fichier n'est pas un PKCS#12"),
        (_wrong_password, 4, "le mot de passe est faux"),
        (_readable_by_others, 2, "secrets/maire est lisible par d'autres utilisateurs. Protégez-le : chmod 600"),
        (_no_secret, 2, "secrets/maire est illisible"),
        (_expired, 2, "TEST-MAIRE est expiré depuis le "),
        (_not_made_to_sign, 2, "n'est pas un certificat de signature"),
        (_of_somebody_else, 2, "n'est pas celui du signataire attendu"),
    ],
)
def test_a_certificate_that_cannot_sign_is_told(
    copy: Office, damage: Callable[[Office], None], code: int, words: str
) -> None:
    damage(copy)
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == code
    assert words in only_wrong(answer, "certificat de signature")


def test_a_password_asked_at_each_signature_still_wants_its_certificate(copy: Office) -> None:
    copy.change(r'mot_de_passe = "fichier:secrets/maire"', 'mot_de_passe = ""')
    assert "le mot de passe sera demandé" in copy("config", "verifier", "--hors-ligne").out
    _no_pkcs12(copy)
    assert copy("config", "verifier", "--hors-ligne").code == 2


@pytest.mark.parametrize("place", ["/proc/documents", "config.toml/documents"])
def test_a_folder_of_documents_that_cannot_be_made_is_told(copy: Office, place: str) -> None:
    copy.change(r'documents = ".*"', f'documents = "{place}"')
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 2
    assert [check for check, right in verdicts(answer).items() if not right] == ["dossier des documents"]
    assert place in answer.out


def test_a_disk_nearly_full_is_told_as_a_thing_that_passes(copy: Office) -> None:
    copy.change(r"espace_minimum_mo = \d+", "espace_minimum_mo = 999999999")
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 5
    assert "presque plein" in only_wrong(answer, "dossier des documents")


def test_a_new_base_says_where_to_begin(copy: Office) -> None:
    shutil.rmtree(copy.folder / "var")
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 0
    assert "base neuve ; ajoutez la première personne (dematfin personne ajouter)" in answer.out


def test_official_schemas_that_are_not_there_are_told(copy: Office) -> None:
    copy.change(r"\[pes\]", '[pes]\nschemas_officiels = "pki"')
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 2
    assert "ne contient pas les schémas officiels" in only_wrong(answer, "schémas PES")


def _secret(name: str) -> Callable[[Path], None]:
    return lambda folder: pki.private(folder / "secrets" / name, b"faux")


def _other_authority(folder: Path) -> None:
    shutil.copyfile(folder / "pki/racine.pem", folder / "pki/tdt-ac.pem")


def _other_mail_authority(folder: Path) -> None:
    shutil.copyfile(folder / "pki/racine.pem", folder / "pki/courriel-ac.pem")


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize(
    ("damage", "code", "who", "words"),
    [
        (_secret("chorus_client"), 6, "Chorus Pro", "Vérifiez client_id et client_secret dans la section [chorus]"),
        (_secret("chorus_compte"), 6, "Chorus Pro", "refuse le compte technique"),
        (_secret("tdt_agent"), 6, "S²LOW", "S²LOW refuse"),
        (_secret("tdt_client"), 2, "S²LOW", "mot de passe faux"),
        (_other_authority, 5, "S²LOW", "Le certificat du serveur S²LOW n'est pas reconnu"),
        (_other_mail_authority, 5, "courriel", "montre un certificat qui n'est pas reconnu"),
        (_secret("courriel"), 6, "courriel", "Vérifiez « identifiant » et « mot_de_passe » dans la section [courriel]"),
    ],
)
def test_a_neighbour_that_does_not_know_us_is_told_with_the_remedy(
    copy: Office, damage: Callable[[Path], None], code: int, who: str, words: str
) -> None:
    damage(copy.folder)
    answer = copy("config", "verifier")
    assert answer.code == code
    assert verdicts(answer) == dict.fromkeys(CHECKS, True) | {who: False}
    assert words in answer.out


@pytest.mark.usefixtures("neighbours")
def test_a_certificate_of_the_tdt_that_ends_soon_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    today = SystemClock.today
    monkeypatch.setattr(SystemClock, "today", lambda clock: today(clock) + timedelta(days=340))
    answer = office("config", "verifier")
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert "le compte est accepté, certificat client jusqu'au" in said
    assert "À faire ce mois-ci. Notre certificat client pour S²LOW" in said
    assert "donnez-le à l'administrateur du TdT AVANT de l'installer ici" in said


def test_neighbours_that_do_not_answer_are_told_each(cut_off: Office) -> None:
    answer = cut_off("config", "verifier")
    assert answer.code == 5
    assert verdicts(answer) == dict.fromkeys(CHECKS, True) | {"Chorus Pro": False, "S²LOW": False, "courriel": False}
    assert "PISTE ne répond pas (connexion refusée). Relancez plus tard : rien n'est perdu." in answer.out
    plain(answer.said)


@pytest.mark.usefixtures("neighbours")
def test_no_mail_server_is_told_and_is_no_mistake(copy: Office) -> None:
    text = copy.config.read_text(encoding="utf-8")
    copy.config.write_text(re.sub(r"\[courriel\].*?\n\n", "", text, flags=re.DOTALL), encoding="utf-8")
    answer = copy("config", "verifier")
    assert answer.code == 0
    assert "✓ courriel : pas de section [courriel]" in answer.out
