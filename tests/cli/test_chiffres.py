"""`chiffres compter`: the journal is counted, once, whatever ran before."""

from contextlib import closing

from cli.office import Office, plain


def test_what_the_journal_tells_is_counted_once(copy: Office) -> None:
    with closing(copy.base()) as base:  # as before the first count: the demonstration has made it
        base.executescript("".join(f"DELETE FROM {table};" for table in ("stay", "settlement", "happening", "reached")))
    first = copy("chiffres", "compter")
    assert first.code == 0
    assert "événements du journal" in first.out
    plain(first.said)
    with copy.base() as base:
        (counted,) = base.execute("SELECT count(*) FROM stay").fetchone()
        (events,) = base.execute("SELECT count(*) FROM event").fetchone()
        assert base.execute("SELECT sequence FROM reached").fetchone() == (events,)
    again = copy("chiffres", "compter")
    assert "rien à faire" in again.out
    with copy.base() as base:
        assert base.execute("SELECT count(*) FROM stay").fetchone() == (counted,)
        assert base.execute("SELECT count(*) FROM event").fetchone() == (events,)
