"""kill -9 while mails leave, before a real mail server: nobody is told anything twice, and what may be lost is told."""

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from crash.town import WATCH, Town
from dematfin.domain.visa.reminders import Reminder, ReminderState

MAILS = 6
"""Four heads of service, the director, and whoever plays the demonstration."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town.open(tmp_path / "mairie") as opened:
        process = started(opened, "importer")
        process.communicate()
        assert process.returncode == 0
        yield opened


def started(town: Town, *words: str) -> "subprocess.Popen[str]":
    """Start a command, to be waited for or killed."""
    command = [sys.executable, "-m", "dematfin", *words, "-c", str(town.folder.config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def remind(town: Town, killed_at: int = 0) -> subprocess.CompletedProcess[str] | None:
    """Run the command; or kill -9 it as soon as so many mails are there. Returns None when it was killed."""
    process = started(town, "visa", "relancer")
    while killed_at and process.poll() is None:
        if len(town.neighbours.mail.kept()) >= killed_at:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return None
        WATCH.wait(0.002)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def mails(town: Town) -> list[EmailMessage]:
    return [message_from_bytes(path.read_bytes(), policy=default) for path in town.neighbours.mail.kept()]


def lines(mail: EmailMessage) -> list[str]:
    """Return the invoices that a mail tells of; each has one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return re.findall(r"^- (F\d+-\d+)", str(part.get_content()), re.MULTILINE)


def test_nobody_is_told_twice_whenever_sending_dies(town: Town) -> None:
    for _ in range(2):
        assert remind(town, killed_at=len(mails(town)) + 1) is None
    last = remind(town)
    assert last is not None
    assert last.returncode == 0, last.stdout + last.stderr
    again = remind(town)
    assert again is not None
    assert "rien à faire" in again.stdout
    told = Counter((str(mail["To"]), invoice) for mail in mails(town) for invoice in lines(mail))
    assert set(told.values()) == {1}
    assert set(Counter(mail["Message-ID"] for mail in mails(town)).values()) == {1}
    with town.app.ledger.reading() as books:
        kept = books.find(Reminder)
    carried = {one.mail for one in kept}
    arrived = {str(mail["Message-ID"])[1:].partition("@")[0] for mail in mails(town)}
    assert {one.state for one in kept} <= {ReminderState.SENT, ReminderState.DOUBTFUL}
    assert {one.mail for one in kept if one.state is ReminderState.SENT} <= arrived <= carried
    assert len(carried) == MAILS
    assert town.app.ledger.verify_journal().broken_at == 0


def test_what_died_while_it_was_sent_is_told_by_the_next_run(town: Town) -> None:
    town.neighbours.mail.faults.set("slow", 1)
    process = started(town, "visa", "relancer")
    while process.poll() is None and not _sending(town):
        WATCH.wait(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    after = remind(town)
    assert after is not None
    assert "a été interrompu : le courriel est peut-être parti, il n'est pas renvoyé" in after.stdout
    assert len({mail["To"] for mail in mails(town)}) == len(mails(town)) >= MAILS - 1


def _sending(town: Town) -> bool:
    with town.app.ledger.reading() as books:
        return bool(books.find(Reminder, state=ReminderState.SENDING))
