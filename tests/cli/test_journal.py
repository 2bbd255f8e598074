"""The sealed journal: whoever rewrites the base by hand is seen, at the right event."""

import json
import re
from contextlib import closing

import pytest

from cli.office import Office, plain

FORGERIES = {
    "a motive rewritten": "UPDATE event SET motif = 'rien vu' WHERE sequence = 50",
    "a name rewritten": "UPDATE event SET by = 'personne' WHERE sequence = 50",
    "an instant moved": "UPDATE event SET at = '2020-01-01T00:00:00+00:00' WHERE sequence = 50",
    "an event taken out": "DELETE FROM event WHERE sequence = 50",
    "two events exchanged": "UPDATE event SET sequence = CASE sequence WHEN 50 THEN -51 WHEN 51 THEN -50 ELSE sequence "
    "END; UPDATE event SET sequence = -sequence WHERE sequence < 0",
}


def forge(office: Office, statements: str) -> None:
    """Do what somebody with the disk and a little SQL can do."""
    with closing(office.base()) as base:
        base.execute("DROP TRIGGER event_no_update")
        base.execute("DROP TRIGGER event_no_delete")
        base.executescript(statements)
        base.commit()


def test_an_untouched_journal_is_whole(office: Office) -> None:
    answer = office("journal", "verifier")
    assert answer.code == 0
    assert "Journal intact : 370 évènements" in answer.out


def test_all_that_is_kept_is_verified_with_its_documents_and_against_what_was_printed(office: Office) -> None:
    told = json.loads(office("journal", "verifier", "--documents", "--json").out)
    assert (told["intact"], told["evenements"], told["depuis"], told["anomalies"]) == (True, 370, 1, [])
    assert told["documents"] > 100 and told["lignes"] > 600 and told["sceaux"] > 100
    page = (office.folder / "rapport.html").read_text(encoding="utf-8")
    (printed,) = re.findall(r"Empreinte du journal : (\d+:[0-9a-f]{32})", page)
    answer = office("journal", "verifier", "--rapide", "--empreinte", printed)
    assert answer.code == 0 and f"L'empreinte {printed} est bien dans cette chaîne" in answer.out
    other = f"{printed[:-1]}{'0' if printed[-1] != '0' else '1'}"
    answer = office("journal", "verifier", "--rapide", "--empreinte", printed, "--empreinte", other)
    assert answer.code == 3 and f"ne passe pas par l'empreinte {other}" in answer.err
    assert office("journal", "verifier", "--empreinte", "hier").code == 2
    assert office("journal", "verifier", "--rapide", "--documents").code == 2
    plain(answer.err)


def test_what_was_done_to_records_and_documents_is_listed_by_name(copy: Office) -> None:
    with closing(copy.base()) as base:
        base.execute("UPDATE mandat SET amount = amount + 100 WHERE id = (SELECT min(id) FROM mandat)")
        base.execute("DELETE FROM known_account WHERE id = (SELECT min(id) FROM known_account)")
        (mandat,) = base.execute("SELECT min(id) FROM mandat").fetchone()
        (named,) = base.execute("SELECT signed FROM flux WHERE signed IS NOT NULL LIMIT 1").fetchone()
        base.commit()
    sha256 = json.loads(named)["sha256"]
    (path,) = (copy.folder / "var").rglob(sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    answer = copy("journal", "verifier", "--documents")
    assert answer.code == 3
    assert f"Table « mandat », mandat « {mandat} » : la ligne a été modifiée" in answer.err
    assert "Table « known_account »" in answer.err and "la ligne a été retirée" in answer.err
    assert f"Le document {sha256} n'a plus les octets" in answer.err and "appartient à flux" in answer.err
    plain(answer.err)
    told = json.loads(copy("journal", "verifier", "--json").out)["anomalies"]
    assert [(one["table"], one["anomalie"]) for one in told] == [("mandat", "modifié"), ("known_account", "retiré")]


@pytest.mark.parametrize("statements", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_told_with_the_event_where_the_chain_breaks(copy: Office, statements: str) -> None:
    forge(copy, statements)
    answer = copy("journal", "verifier")
    assert (answer.code, answer.out) == (3, "")
    assert "rompu à l'évènement n° 5" in answer.err
    assert "Ne signez rien" in answer.err and "--empreinte" in answer.err
    plain(answer.err)


def test_the_last_events_cannot_be_cut_off(copy: Office) -> None:
    forge(copy, "DELETE FROM event WHERE sequence > 190")
    answer = copy("journal", "verifier")
    assert answer.code == 3
    assert "n° 191" in answer.err


def test_the_base_itself_refuses_the_first_attempt(copy: Office) -> None:
    with closing(copy.base()) as base, pytest.raises(Exception, match="Le journal ne se modifie pas"):
        base.execute("UPDATE event SET motif = ''")


def test_a_broken_journal_is_also_seen_by_the_check_of_the_configuration(copy: Office) -> None:
    forge(copy, FORGERIES["a motive rewritten"])
    answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 2
    assert "✗ base et journal : le journal est rompu : L'évènement n° 50 a été modifié" in answer.out
    assert "✓ certificat de signature" in answer.out
