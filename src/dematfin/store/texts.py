"""Texts found by their words, with the index that each engine has for it: FTS5 of SQLite, GIN of PostgreSQL.

Words are folded and cut here, and an engine is only given letters and digits: neither its way of cutting a text nor its
language of queries ever sees what a person has written.
"""

from typing import Final

from sqlalchemy import Connection, insert, select, text, update

from dematfin.domain.invoice.words import is_beginning, sought, words_of
from dematfin.store.tables import FULL_TEXT

FIND_SQLITE: Final = text(
    """SELECT full_text.key FROM full_text_words CROSS JOIN full_text ON full_text.number = full_text_words.rowid
    WHERE full_text_words MATCH :asked AND full_text.collectivite = :collectivite
    ORDER BY full_text_words.rowid DESC LIMIT :count"""
)
"""Matches are walked from the newest one, which FTS5 does by itself: a common word stops early."""
FIND_POSTGRESQL: Final = text(
    """SELECT key FROM full_text WHERE collectivite = :collectivite
    AND array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:asked AS tsquery) ORDER BY number DESC LIMIT :count"""
)
FORGET: Final = text("INSERT INTO full_text_words (full_text_words, rowid, words) VALUES ('delete', :number, :words)")
LEARN: Final = text("INSERT INTO full_text_words (rowid, words) VALUES (:number, :words)")
"""FTS5 keeps no text: it is told what was there, and what is there now. PostgreSQL looks by itself."""

FTS5: Final = ('"', " AND ", "*")
TSQUERY: Final = ("'", " & ", ":*")
"""In the language of each engine: quotes of a word, what joins two, what makes the last one a beginning."""


class Texts:
    """The texts of one collectivité, inside one transaction."""

    def __init__(self, connection: Connection, collectivite: str) -> None:
        self._connection = connection
        self._collectivite = collectivite
        self._sqlite = connection.dialect.name == "sqlite"

    def put(self, key: str, said: str) -> None:
        """Index a text, in the place of what its key had before."""
        words = " ".join(words_of(said))
        its = (FULL_TEXT.c.collectivite == self._collectivite) & (FULL_TEXT.c.key == key)
        before = self._connection.execute(select(FULL_TEXT.c.number, FULL_TEXT.c.words).where(its)).one_or_none()
        if before is None:
            row = {"collectivite": self._collectivite, "key": key, "words": words}
            number = self._connection.execute(insert(FULL_TEXT).returning(FULL_TEXT.c.number), row).scalar_one()
        else:
            number = before.number
            self._connection.execute(update(FULL_TEXT).where(its), {"words": words})
        if self._sqlite:
            if before is not None:
                self._connection.execute(FORGET, {"number": number, "words": before.words})
            self._connection.execute(LEARN, {"number": number, "words": words})

    def find(self, words: str, count: int) -> tuple[str, ...]:
        """Return the keys that have all these words, the newest first."""
        if not (asked := sought(words)):
            return ()
        statement, signs = (FIND_SQLITE, FTS5) if self._sqlite else (FIND_POSTGRESQL, TSQUERY)
        wish = {"asked": _query(asked, *signs), "collectivite": self._collectivite, "count": count}
        return tuple(self._connection.execute(statement, wish).scalars())


def _query(words: tuple[str, ...], quote: str, both: str, beginning: str) -> str:
    """Return a query of words that are letters and digits, each quoted; the last one may be a beginning."""
    return both.join(f"{quote}{word}{quote}" for word in words) + beginning * is_beginning(words[-1])
