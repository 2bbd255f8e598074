"""The sealed journal: whoever rewrites the base by hand is seen, at the right event."""

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


@pytest.mark.parametrize("statements", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_told_with_the_event_where_the_chain_breaks(copy: Office, statements: str) -> None:
    forge(copy, statements)
    answer = copy("journal", "verifier")
    assert (answer.code, answer.out) == (3, "")
    assert "rompu à l'évènement n° 5" in answer.err
    assert "Ne signez rien" in answer.err
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
    assert "✗ base et journal : le journal est rompu à l'évènement n° 50" in answer.out
    assert "✓ certificat de signature" in answer.out
