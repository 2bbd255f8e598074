"""What one collectivité has of what all share: sections merged key by key, its SIRET put where it is called for."""

from collections.abc import Mapping
from typing import Any, Final

PLACE: Final = "{collectivite}"


def merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one collectivité has: sections are merged key by key, anything else is replaced.

    `false` in the place of a shared section leaves it out: where all have [s2low], one may have [tdt_dossier].

    >>> merged({"visa": {"jours": 5, "zone": "metropole"}}, {"visa": {"jours": 3}})
    {'visa': {'jours': 3, 'zone': 'metropole'}}
    >>> merged({"s2low": {"url": "https://a"}}, {"s2low": False})
    {}
    """
    both = {key: merged(shared[key], own[key]) for key in own if _is_section(shared, key) and _is_section(own, key)}
    left_out = {key for key in own if own[key] is False and _is_section(shared, key)}
    return {key: value for key, value in {**shared, **own, **both}.items() if key not in left_out}


def placed(value: Any, siret: str) -> Any:
    """Return a value with the SIRET put where it is called for.

    >>> placed({"base": "var/{collectivite}.db", "port": 1}, "21990042000015")
    {'base': 'var/21990042000015.db', 'port': 1}
    """
    if isinstance(value, str):
        return value.replace(PLACE, siret)
    if isinstance(value, Mapping):
        return {key: placed(one, siret) for key, one in value.items()}
    return [placed(one, siret) for one in value] if isinstance(value, list) else value


def section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section; empty when there is none, or something else in its place, which its settings will tell."""
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_section(values: Mapping[str, Any], key: str) -> bool:
    return isinstance(values.get(key), Mapping)
