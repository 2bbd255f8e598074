"""What is inherited: laws of the merge, whatever two configurations hold."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dematfin.config.inherited import merged, placed

NAMES = st.sampled_from(["visa", "chorus", "jours", "zone", "budgets"])
LEAVES = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.lists(st.integers(), max_size=2))
SECTIONS = st.dictionaries(NAMES, st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner), max_leaves=6))


def leaves(value: dict[str, Any], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return what stands at the end of each path; lists are ends."""
    found: dict[tuple[str, ...], Any] = {}
    for key, one in value.items():
        found |= leaves(one, (*above, key)) if isinstance(one, dict) else {(*above, key): one}
    return found


def leads(path: tuple[str, ...], value: Any) -> bool:
    """Say whether a path meets, on its way or at its end, something that is no section."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
        if not isinstance(value, dict):
            return True
    return True  # a section, perhaps empty, replaces what ends there


@given(SECTIONS)
def test_nothing_changes_where_one_of_them_says_nothing(one: dict[str, Any]) -> None:
    assert merged(one, {}) == one
    assert merged({}, one) == one
    if not any(value is False for value in leaves(one).values()):
        assert merged(one, one) == one


@given(SECTIONS, SECTIONS)
def test_what_is_ones_own_wins_and_all_the_rest_is_inherited(shared: dict[str, Any], own: dict[str, Any]) -> None:
    before = deepcopy((shared, own))
    have = leaves(merged(shared, own))
    for path, value in leaves(own).items():
        assert have.get(path) == value or (value is False and path not in have)
    for path, value in leaves(shared).items():
        assert leads(path, own) or have[path] == value
    assert set(have) <= set(leaves(own)) | set(leaves(shared))
    assert (shared, own) == before


@given(SECTIONS)
def test_the_siret_stands_only_where_it_is_called_for(one: dict[str, Any]) -> None:
    assert placed(one, "21990042000015") == one
    called = {"a": [one, "x/{collectivite}/{collectivite}"], "{collectivite}": 3}
    assert placed(called, "21") == {"a": [one, "x/21/21"], "{collectivite}": 3}


def test_a_list_replaces_a_list_and_false_leaves_a_section_out() -> None:
    shared = {"s2low": {"url": "u"}, "visa": {"fermetures": [1, 2], "jours": 5}}
    assert merged(shared, {"s2low": False, "visa": {"fermetures": [3]}}) == {"visa": {"fermetures": [3], "jours": 5}}
