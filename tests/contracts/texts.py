"""What every ledger must do with texts, the fake as well as the real ones."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.domain.invoice.words import words_of
from dematfin.ports.ledger import Ledger

SAID = {
    "F1": "Réfection de l'école Jean-Moulin : chauffage, 1 234,50 €",
    "F2": "CHAUFFAGE DE LA CRÈCHE « Les Œillets »",
    "F3": "location d’une nacelle, école du Bœuf",
}
WANTED = (
    ("chauffage", ("F2", "F1")),
    ("ecole", ("F3", "F1")),
    ("ÉCOLE chauffage", ("F1",)),
    ("chauffage école", ("F1",)),
    ("creche oeil", ("F2",)),
    ("l'école", ("F1",)),
    ("bœuf", ("F3",)),
    ("BOEUF", ("F3",)),
    ("jean moulin", ("F1",)),
    ("1234", ()),  # an amount is indexed as it is written
    ("1 234,50", ("F1",)),
    ("chauf", ("F2", "F1")),  # the last word may only begin one
    ("chauf école", ()),
    ("u", ()),  # one sign begins everything
    ("une", ("F3",)),
    ("piscine", ()),
    ("chauffage piscine", ()),
    ("", ()),
    ("  ", ()),
)
"""Words, and what they find."""
HOSTILE = (
    '"',
    "'",
    "*",
    "chauffage*",
    '"chauffage',
    "chauffage'",
    "NEAR(chauffage crèche)",
    "chauffage AND crèche",
    "chauffage OR",
    "NOT chauffage",
    "words:chauffage",
    "chauffage:*",
    "(chauffage",
    "^chauffage",
    "chauffage & | !",
    "-chauffage +crèche",
    "chauffage\\",
    "chauffage\x00",
    "%_",
    "\ud800",
    "'; DROP TABLE full_text; --",
    "chauffage " * 10_000,
    "x" * 100_000,
    "é" * 100_000,
    "«»…€§¤",
)


def find(ledger: Ledger, words: str, count: int = 10) -> tuple[str, ...]:
    with ledger.reading() as books:
        return books.find_text(words, count)


class TextsContract:
    """Inherit and give a `ledger` fixture."""

    @pytest.fixture
    def told(self, ledger: Ledger) -> Ledger:
        with ledger.transaction() as books:
            for key, text in SAID.items():
                books.index_text(key, text)
        return ledger

    def test_all_the_words_in_any_order_newest_first(self, told: Ledger) -> None:
        assert [(words, find(told, words)) for words, _ in WANTED] == list(WANTED)

    def test_what_somebody_types_is_words_and_never_a_query(self, told: Ledger) -> None:
        known = {key: set(words_of(text)) for key, text in SAID.items()}
        for typed in HOSTILE:
            *whole, last = words_of(typed)[:20] or ("\n",)
            wanted = {
                key for key, said in known.items() if set(whole) <= said and any(one.startswith(last) for one in said)
            }
            assert (typed[:99], set(find(told, typed))) == (typed[:99], wanted)

    def test_no_more_than_asked_and_the_newest_ones(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for number in range(30):
                books.index_text(f"F{number:02d}", "facture")
        assert find(ledger, "facture", 3) == ("F29", "F28", "F27")
        assert find(ledger, "fact", 2) == ("F29", "F28")

    def test_a_text_given_again_replaces_the_one_before_at_its_place(self, told: Ledger) -> None:
        with told.transaction() as books:
            books.index_text("F1", "piscine")
            books.index_text("F1", "toboggan de la piscine")
            books.index_text("F2", "")
        assert find(told, "chauffage") == ()
        assert find(told, "toboggan") == ("F1",)
        with told.transaction() as books:
            books.index_text("F1", SAID["F1"])
            books.index_text("F2", SAID["F2"])
        assert find(told, "chauffage") == ("F2", "F1")
        assert find(told, "piscine") == ()

    def test_it_is_found_in_the_transaction_that_indexes_it_and_lost_with_it(self, ledger: Ledger) -> None:
        with pytest.raises(RuntimeError), ledger.transaction() as books:
            books.index_text("F1", "chauffage")
            assert books.find_text("chauffage", 1) == ("F1",)
            raise RuntimeError
        assert find(ledger, "chauffage") == ()

    def test_a_text_without_end_is_indexed_as_far_as_the_limit(self, ledger: Ledger) -> None:
        endless = "premier " + " ".join(f"\U00020000{number:x}" for number in range(60_000)) + " dernier"
        with ledger.transaction() as books:
            books.index_text("F1", endless)
            books.index_text("F2", "\ufdfa" * 100_000)
            books.index_text("F3", "".join(map(chr, range(1, 0xD800))))
        assert find(ledger, "premier") == ("F1",)
        assert find(ledger, "dernier") == ()

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(max_size=60), pick=st.integers(0, 50), cut=st.integers(2, 9))
    def test_what_was_indexed_with_a_word_is_found_by_it_however_it_is_typed(
        self, ledger: Ledger, text: str, pick: int, cut: int
    ) -> None:
        with ledger.transaction() as books:
            books.index_text("F1", text)
        words = words_of(text)
        if not words:
            return
        word = words[pick % len(words)]
        typed = (word, word.lower(), unicodedata.normalize("NFD", word), word[:cut], f"  «{word}»*", " ".join(words))
        for one in typed:
            if words_of(one):
                assert (one, find(ledger, one)) == (one, ("F1",))
