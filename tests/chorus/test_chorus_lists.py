"""Every invoice of the list is seen, once, whatever the platform says of its pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chorus.platform import DOOR, NOTHING, SEARCH, Platform, chorus_at, good, page, row
from dematfin.chorus.paging import every
from dematfin.chorus.source import ChorusPro
from dematfin.chorus.wire.rows import Row
from dematfin.errors import BadAnswer
from dematfin.sandbox.server import Reply

MARCH = date(2026, 3, 1), date(2026, 3, 31)


def ids(chorus: ChorusPro) -> list[str]:
    return [ref.remote_id for ref in chorus.changed(DOOR, *MARCH)]


def ordinary_then_works(*ordinary: Any) -> list[Any]:
    """The last answer is repeated: it ends the works invoices, which are asked for after the others."""
    return [*ordinary, NOTHING]


def test_a_quiet_day_is_no_error(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(SEARCH, NOTHING)
    assert ids(chorus) == []
    kinds = [asked["typeDemandePaiement"] for asked in platform.asked[SEARCH]]
    assert kinds == ["FACTURE", "FACTURE_TRAVAUX"]


def test_the_window_is_on_the_date_of_the_status_and_holds_the_last_day(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(SEARCH, NOTHING)
    ids(chorus)
    asked = platform.asked[SEARCH][0]
    assert asked["periodeDateHeureEtatCourantDu"] == "2026-03-01"
    assert asked["periodeDateHeureEtatCourantAu"] == "2026-03-31T23:59:59"
    assert asked["paramRecherche"]["nbResultatsParPage"] == 3


def test_pages_are_read_to_the_announced_end(platform: Platform, chorus: ChorusPro) -> None:
    answers = [page([row(1), row(2)], 1, 3), page([row(3)], 2, 3), page([row(4)], 3, "3")]
    platform.say(SEARCH, *ordinary_then_works(*answers))
    assert ids(chorus) == ["1", "2", "3", "4"]


def test_without_a_count_of_pages_only_an_empty_one_ends(platform: Platform, chorus: ChorusPro) -> None:
    """The platform may serve smaller pages than asked for: a short page proves nothing."""
    platform.say(SEARCH, *ordinary_then_works(page([row(1)], None, None), page([row(2)], None, None), NOTHING))
    assert ids(chorus) == ["1", "2"]


def test_a_platform_that_ignores_pages_does_not_hold_us_for_ever(platform: Platform, chorus: ChorusPro) -> None:
    same = good(listeFactures=[row(1), row(2), row(3)])
    platform.say(SEARCH, same)
    assert ids(chorus) == ["1", "2", "3", "1", "2", "3"]  # once for each kind
    assert len(platform.asked[SEARCH]) == 4


def test_an_id_may_come_as_text_or_be_large(platform: Platform, chorus: ChorusPro) -> None:
    platform.say(SEARCH, *ordinary_then_works(page([row("3346947"), row(5_000_025_350)])))
    assert ids(chorus) == ["3346947", "5000025350"]


def test_a_row_without_a_usable_id_hides_no_other(platform: Platform, chorus: ChorusPro) -> None:
    rows = [row(None), row("../../etc"), row(7), {"numeroFacture": "F-8"}]
    platform.say(SEARCH, *ordinary_then_works(page(rows)))
    assert ids(chorus) == ["7"]


@pytest.mark.parametrize(
    "answer",
    [
        good(listeFactures={"idFacture": 7}),
        good(listeFactures=["7"]),
        Reply(body=b""),
        Reply(body=b"[]"),
        Reply(body=b'{"pages": 1}'),
    ],
    ids=["object", "texts", "empty", "array", "no-code"],
)
def test_an_answer_that_is_no_list_is_never_taken_for_an_empty_one(
    platform: Platform, chorus: ChorusPro, answer: Reply
) -> None:
    """Else the day of the import would move on, past invoices that nobody saw."""
    platform.say(SEARCH, answer)
    with pytest.raises(BadAnswer, match="Chorus Pro"):
        ids(chorus)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    announced=st.sampled_from(["number", "text", "null", "absent"]),
)
def test_any_cut_into_pages_gives_the_same_invoices(sizes: list[int], announced: str) -> None:
    numbers = iter(range(1, 100))
    pages = [[row(next(numbers)) for _ in range(size)] for size in sizes]
    platform = Platform()
    platform.say(SEARCH, lambda body: _answer(pages, body, announced))
    with chorus_at(platform) as chorus:
        assert ids(chorus) == [str(one["idFacture"]) for one in _flat(pages)]


def _answer(pages: list[list[dict[str, Any]]], body: dict[str, Any], announced: str) -> Reply:
    wanted = body["paramRecherche"]["pageResultatDemandee"]
    if body["typeDemandePaiement"] != "FACTURE" or wanted > len(pages):
        return NOTHING
    count = {"number": len(pages), "text": str(len(pages)), "null": None}
    told = {} if announced == "absent" else {"pages": count[announced]}
    return good(listeFactures=pages[wanted - 1], **told)


def _flat(pages: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [one for some in pages for one in some]


def test_a_list_that_never_ends_is_given_up() -> None:
    """However many pages are announced, and whether or not each brings something new."""
    with pytest.raises(BadAnswer, match="ne se termine pas"):
        list(every(lambda page: ([Row(idFacture=str(page))], None)))
    with pytest.raises(BadAnswer, match="ne se termine pas"):
        list(every(lambda _: ([Row(idFacture="1")], 10**18)))
