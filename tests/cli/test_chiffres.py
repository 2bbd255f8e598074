"""`chiffres compter`: the journal is counted, once, whatever ran before."""

from cli.office import Office, plain


def test_what_the_journal_tells_is_counted_once(copy: Office) -> None:
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
