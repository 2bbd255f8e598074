"""`diagnostic`: each thing that goes wrong is told with its remedy, and nothing is changed nor betrayed by looking."""

import json
import re
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname
from threading import Event

import pytest

from cli.office import CLOSED, Answer, Office, plain, texts
from dematfin.acts.consult import people
from dematfin.cli.checks import contents, running, volumes
from dematfin.cli.checks.examined import Check, Examined
from dematfin.cli.checks.hours import compared
from dematfin.cli.checks.line import Line, Verdict, look
from dematfin.cli.checks.running import bounded
from dematfin.config.several import house
from dematfin.domain.link import SIGNATURE, Link
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.unattended.alarm import Alarm, AlarmState
from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.support.clock import SystemClock

OFF_LINE = ("diagnostic", "--hors-ligne")


def lines(answer: Answer, mark: str = "") -> dict[str, str]:
    """Return what is said of each subject, of the lines with a mark."""
    marked = [line for line in answer.out.splitlines() if line[:2] in ({f"{mark} "} if mark else {"✓ ", "! ", "✗ "})]
    return {line[2:].split(" : ")[0]: line for line in marked}


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return all that a folder holds, beside what SQLite keeps only while a base is open."""
    found = {path: path.lstat() for path in sorted(folder.rglob("*")) if path.suffix not in {".db-shm", ".db-wal"}}
    return {
        str(path): (told.st_mode, told.st_size if stat.S_ISREG(told.st_mode) else 0, told.st_mtime_ns)
        for path, told in found.items()
        if stat.S_ISREG(told.st_mode)
    }


def sql(office: Office, statement: str) -> None:
    with closing(office.base()) as base:
        base.executescript(statement)
        base.commit()


def keep(office: Office, *records: Run | Alarm | Link) -> None:
    with office.opened() as app, app.ledger.transaction() as books:
        books.save(*records)


def at(**ago: int) -> datetime:
    return SystemClock("Europe/Paris").now() - timedelta(**ago)


@pytest.mark.usefixtures("neighbours")
def test_what_is_right_is_said_right_in_french(office: Office) -> None:
    answer = office("diagnostic")
    assert lines(answer, "✗") == {}
    assert answer.code == 1  # nobody says where its backups are
    right = lines(answer, "✓")
    for subject in (
        "journal scellé",
        "santé de la base",
        "version des tables",
        "documents",
        "horloge",
        "Chorus Pro",
        "S²LOW",
    ):
        assert subject in right
    assert re.search(r"370 évènements, \d{3} lignes, chaîne intacte de bout en bout", right["journal scellé"])
    assert "corrigé ; en place, WAL" in right["moteur de la base"]
    assert "dossier = " in lines(answer, "!")["sauvegardes"]
    plain(answer.said)


def test_looking_changes_nothing(copy: Office) -> None:
    before = tree(copy.folder)
    assert copy(*OFF_LINE).code == 1
    assert tree(copy.folder) == before


def test_a_ticket_holds_no_secret_no_account_and_nobody(copy: Office) -> None:
    with copy.opened() as app:
        known = people(app)
        with app.ledger.reading() as books:
            ibans = {one.account.iban for one in books.find(Tiers)}
    said = f"Facture de {known[0].name} : compte {sorted(ibans)[0]}."
    keep(copy, Run(id="suivi", began_at=at(hours=1), ended_at=at(), failed=1, said=(said,), failing_since=at(days=3)))
    answer = copy(*OFF_LINE, "--json")
    ticket = json.loads(answer.out)
    assert ticket["code"] == answer.code == 1
    secrets = [path.read_text(encoding="utf-8").strip() for path in (copy.folder / "secrets").iterdir()]
    hidden = [*secrets, *ibans, *(one.name for one in known), *(one.email for one in known if one.email), "Anne Maire"]
    assert [one for one in hidden if one and any(one in text for text in texts(ticket))] == []
    shown = copy(*OFF_LINE).out
    assert known[0].name in shown and not any(iban in shown for iban in ibans)
    subjects = {line["sujet"] for section in ticket["sections"] for line in section["lignes"]}
    assert {"programme", "étapes, suivi", "certificat de signature"} <= subjects


def test_whatever_a_check_says_people_and_accounts_are_hidden(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.opened() as app:
        named = people(app)
    who = next(one for one in named if one.email)
    said = f"{who.name} <{who.email}>, compte FR76 1999 9000 1700 0987 6543 276"
    telling = Check(subject="essai", look=lambda _: [look("essai", said, f"Appelez {who.name}.")])
    monkeypatch.setattr(running, "REST", (telling,))
    (line,) = [one for one in office(*OFF_LINE).out.splitlines() if "essai" in one]
    assert line == "! essai : (nom) <(nom)>, compte FR76…3276. Appelez (nom)."


def test_off_line_nobody_is_called_and_on_line_each_silence_is_told(cut_off: Office) -> None:
    assert not {"Chorus Pro", "S²LOW", "serveur de courriel"} & lines(cut_off(*OFF_LINE)).keys()
    answer = cut_off("diagnostic")
    assert {"Chorus Pro", "S²LOW", "serveur de courriel"} <= lines(answer, "✗").keys()
    assert answer.code == 5


def secret_for_all(office: Office) -> None:
    (office.folder / "secrets" / "chorus_compte").chmod(0o644)


def secret_lost(office: Office) -> None:
    (office.folder / "secrets" / "chorus_client").unlink()


def configuration_for_all(office: Office) -> None:
    office.config.chmod(0o666)


def document_spoilt(office: Office) -> None:
    for path in (office.folder / "var" / "documents").glob("??/??/*"):
        path.chmod(0o640)
        path.write_bytes(b"%PDF-1.4 autre chose")


def documents_lost(office: Office) -> None:
    (office.folder / "var" / "documents").rename(office.folder / "ailleurs")


def documents_far_away(office: Office) -> None:
    (office.folder / "secrets" / "s3").write_text("secret", encoding="utf-8")
    (office.folder / "secrets" / "s3").chmod(0o600)
    far = (
        f'[stockage.s3]\nurl = "http://127.0.0.1:{CLOSED}"\nseau = "seau"\ncle = "cle"\nsecret = "fichier:secrets/s3"\n'
    )
    office.config.write_text(office.config.read_text(encoding="utf-8") + far, encoding="utf-8")


def base_lost(office: Office) -> None:
    for path in (office.folder / "var").glob("registre.db*"):
        path.unlink()


def newer_tables(office: Office) -> None:
    sql(office, "UPDATE alembic_version SET version_num = '9999'")


def forged(office: Office) -> None:
    sql(office, "DROP TRIGGER event_no_update; UPDATE event SET motif = 'rien' WHERE sequence = 50")


def old_backup(office: Office) -> None:
    folder = office.folder / "sauvegardes"
    folder.mkdir()
    (folder / "base.db").write_bytes(b"x")
    office.change(r"\n\[visa\]\n", '\n[service]\nsauvegardes = "sauvegardes"\n\n[visa]\n')


def day_missed(office: Office) -> None:
    office.change(r"\n\[visa\]\n", '\n[horaires]\njournee = ["0 8 * * *"]\n\n[visa]\n')
    keep(office, Run(id=DAY, began_at=at(days=4)))


def step_given_up(office: Office) -> None:
    keep(office, Run(id="import", began_at=at(days=1), attempts=5, aside_since=at(days=1)))


def signature_password(office: Office) -> None:
    (office.folder / "secrets" / "maire").write_text("faux", encoding="utf-8")


WRONG = [
    (secret_for_all, "fichiers secrets", "chmod 600", 2),
    (secret_lost, "fichiers secrets", "fichier ou dossier absent", 2),
    (configuration_for_all, "droits de la configuration", "chmod o-rwx", 2),
    (document_spoilt, "documents", "absent ou abîmé. Remettez-le depuis la dernière sauvegarde", 4),
    (documents_lost, "documents", "n'est pas là. Remettez-le", 2),
    (documents_far_away, "documents", f"http://127.0.0.1:{CLOSED} ne répond pas", 5),
    (base_lost, "version des tables", "n'existe pas encore", 2),
    (newer_tables, "version des tables", "« 9999 », plus récente que ce programme", 2),
    (forged, "journal scellé", "L'évènement n° 50 a été modifié", 3),
    (old_backup, "sauvegardes", "Lancez-en une maintenant", 1),
    (day_missed, "horaires, journee", "deux horaires ont passé", 1),
    (step_given_up, "étapes, import", "dematfin ouvrier relancer import", 1),
    (signature_password, "certificat de signature", "mot de passe", 2),
]


@pytest.mark.parametrize(("spoil", "subject", "words", "code"), WRONG, ids=[one[0].__name__ for one in WRONG])
def test_what_is_wrong_is_told_with_its_remedy(
    copy: Office, spoil: object, subject: str, words: str, code: int
) -> None:
    assert callable(spoil)
    spoil(copy)
    there = {path for path in copy.folder.rglob("*") if not path.name.endswith(("-shm", "-wal"))}
    answer = copy(*OFF_LINE)
    assert words in lines(answer, "✗")[subject]
    assert answer.code >= code
    assert {path for path in copy.folder.rglob("*") if not path.name.endswith(("-shm", "-wal"))} == there


def test_a_broken_journal_is_told_as_the_journal_and_never_as_a_step(copy: Office) -> None:
    keep(copy, Run(id=JOURNAL, began_at=at(days=2), ended_at=at(days=2), failed=1, failing_since=at(days=2)))
    found = lines(copy(*OFF_LINE), "!")
    assert not [subject for subject in found if JOURNAL in subject.split(", ")]


def test_older_tables_are_left_as_they_are(copy: Office) -> None:
    sql(copy, "UPDATE alembic_version SET version_num = '0008'")
    answer = copy(*OFF_LINE)
    assert "toute autre commande refuse cette base" in lines(answer, "!")["version des tables"]
    assert "pas regardé : la base est à la version « 0008 »" in lines(answer, "✗")["étapes"]
    with closing(copy.base()) as base:
        assert base.execute("SELECT version_num FROM alembic_version").fetchall() == [("0008",)]


@pytest.mark.parametrize(
    ("days", "mark", "words"), [(-3, "✗", "Ne signez rien"), (340, "!", "dans 24 jours"), (370, "✗", "expiré le")]
)
def test_a_clock_that_went_back_and_what_ends_soon(
    copy: Office, monkeypatch: pytest.MonkeyPatch, days: int, mark: str, words: str
) -> None:
    moved = at(days=-days)
    monkeypatch.setattr(SystemClock, "now", lambda _: moved)
    found = lines(copy(*OFF_LINE), mark)
    assert words in found["horloge" if days < 0 else "certificat du TdT"]


def password_asked(office: Office) -> None:
    office.change(r'\nmot_de_passe = "fichier:secrets/maire"', "")


def signed_elsewhere(office: Office) -> None:
    office.change(r"\[signature\]", '[signature]\nlieu = "ailleurs"')


def signed_on_paper(office: Office) -> None:
    office.change(r"\[pes\]", "[pes]\ndematerialise = false")


@pytest.mark.parametrize(
    ("left", "mark", "words"), [(-1, "✗", "expiré le"), (20, "!", "dans 20 jours"), (200, "✓", "jusqu'au")]
)
@pytest.mark.parametrize("closed", [password_asked, signed_elsewhere])
def test_a_certificate_that_nobody_opens_here_ends_when_the_last_signature_said(
    copy: Office, closed: Callable[[Office], None], left: int, mark: str, words: str
) -> None:
    closed(copy)
    end = (at() + timedelta(days=left)).date()
    keep(copy, Link(id=SIGNATURE, name="certificat", certificate_expires_on=end, tried_at=at(days=300)))
    answer = copy(*OFF_LINE)
    said = lines(answer, mark)["certificat de signature"]
    assert words in said.partition("celui qui a signé en dernier : ")[2]
    assert answer.code == (4 if left < 0 else 1)
    plain(answer.said)


@pytest.mark.parametrize("never", [signed_on_paper, password_asked])
def test_nothing_is_said_of_a_certificate_that_the_ledger_does_not_know(
    copy: Office, never: Callable[[Office], None]
) -> None:
    never(copy)
    if never is signed_on_paper:
        keep(copy, Link(id=SIGNATURE, name="x", certificate_expires_on=at(days=9).date(), tried_at=at(days=300)))
    else:
        sql(copy, f"DELETE FROM link WHERE id = '{SIGNATURE}'")
    told = [line for line in copy(*OFF_LINE).out.splitlines() if "certificat de signature" in line]
    assert len(told) == 1 and told[0].startswith("✓")


def test_the_key_of_another_account_is_not_opened_though_its_password_is_there(
    copy: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dematfin.cli.diagnosis.kept_by_another", lambda _: True)
    assert "lisible que du compte" in lines(copy(*OFF_LINE), "✓")["certificat de signature"]


def test_what_a_dead_process_left_and_what_nobody_is_sure_of(copy: Office) -> None:
    at_noon = "2026-01-05T11:00:00.000000+00:00"
    holder = f"{gethostname()}:4194305:1"
    columns = "collectivite, step, holder, since, until"
    values = f"'21990042000015', 'suivi', '{holder}', '{at_noon}', '{at_noon}'"
    sql(copy, f"INSERT INTO lease ({columns}) VALUES ({values})")
    doubtful = Alarm(
        id="a@x.fr/1",
        recipient="a@x.fr",
        about="1",
        sentence="URGENT.",
        told_on=at().date(),
        mail="m",
        state=AlarmState.DOUBTFUL,
        formed_at=at(),
    )
    keep(copy, doubtful)
    found = lines(copy(*OFF_LINE), "!")
    assert "« suivi » est restée prise" in found["étapes en cours"]
    assert "1 point urgent peut-être jamais dit" in found["alertes"]


def test_each_collectivite_is_examined_and_a_wrong_one_hides_none(copy: Office) -> None:
    (copy.folder / "autre.toml").write_text("[collectivite]\nsiret = 'x'\n", encoding="utf-8")
    answer = copy.alone(*OFF_LINE, "-c", str(copy.folder))
    assert "Commune de Valbrume (21990042000015)" in answer.out
    assert "✗ fichier de configuration" in answer.out and answer.code == 2
    chosen = copy.alone(*OFF_LINE, "-c", str(copy.folder), "--siret", "21990042000015")
    assert "✗" not in lines(chosen) and chosen.code == 1


def test_a_base_on_a_share_is_refused(copy: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nnas:/v {copy.folder} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(volumes, "MOUNTS", mounts)
    assert "est sur un partage (nfs4" in lines(copy(*OFF_LINE), "✗")["volume de la base"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/base/r.db", ("/srv", "xfs")),
        ("/srv/mes scans/r.db", ("/srv/mes scans", "cifs")),
        ("/srvx/r.db", ("/", "ext4")),
        ("/data/r.db", ("/data", "fuse.sshfs")),
    ],
)
def test_the_volume_of_a_path_is_the_nearest_mount_the_last_one_mounted(path: str, expected: tuple[str, str]) -> None:
    mounts = r"""/dev/vda / ext4 rw 0 0
/dev/vdb /srv xfs rw 0 0
//nas/s /srv/mes\040scans cifs rw 0 0
/dev/vdc /data ext4 rw 0 0
me@h: /data fuse.sshfs rw 0 0
"""
    assert volumes.mounted(Path(path), mounts) == expected


@pytest.fixture
def examined(office: Office) -> Examined:
    return Examined(house(office.config), office.config, online=False)


def test_what_hangs_keeps_nobody_waiting(examined: Examined) -> None:
    answered = Event()

    def hang(_: Examined) -> list[Line]:
        answered.wait()
        return []

    (line,) = bounded(Check(subject="partage", look=hang, seconds=0), examined)
    answered.set()
    assert (line.verdict, line.code) == (Verdict.BAD, 5)
    assert "ne répond pas" in line.found and line.remedy


def test_what_nobody_foresaw_is_a_line_too(examined: Examined) -> None:
    def wrong(_: Examined) -> list[Line]:
        return [Line(subject=str(1 // 0), verdict=Verdict.GOOD, found="")]

    (line,) = bounded(Check(subject="calcul", look=wrong), examined)
    assert line.verdict is Verdict.BAD and "erreur imprévue (ZeroDivisionError)" in line.found


def test_the_time_of_neighbours_is_compared_with_ours(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    monkeypatch.setattr(SystemClock, "now", lambda _: ours)
    monkeypatch.setattr("dematfin.cli.checks.hours.monotonic", lambda: 160.0)
    heard = [
        ("juste.fr", "Mon, 02 Mar 2026 08:59:30 GMT", 100.0),  # answered a minute ago, half a minute late
        ("avance.fr", "Mon, 02 Mar 2026 09:09:00 GMT", 100.0),
        ("sans.fr", "hier", 100.0),
    ]
    (line,) = compared(examined, heard)
    assert line.found == "en retard de 10 min sur avance.fr" and line.code == 3


def test_every_subject_is_named_once() -> None:
    subjects = [one.subject for one in (*contents.MACHINE, contents.FILE, *contents.REST)]
    assert len(set(subjects)) == len(subjects)
