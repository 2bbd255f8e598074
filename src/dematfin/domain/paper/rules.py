"""How this collectivité takes paper in: routes of the sheets, what is tolerated, what is dropped."""

from dataclasses import dataclass
from enum import StrEnum

from dematfin.errors import RoutingError


class Duplex(StrEnum):
    """Whether a copier scans both sides."""

    AUTO = "auto"  # told from the pages themselves
    ON = "oui"
    OFF = "non"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the invoices behind a sheet go.

    Attributes:
        key: what the sheet bears, 8 signs at most; never the code of Chorus Pro itself, which may be long.
        siret: the budget that pays.
        service: the desk that certifies; empty for the default one.
        label: for people.
    """

    key: str
    siret: str
    service: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRules:
    """What the rules of a batch need to know.

    Attributes:
        accept_patcht: a page that spells `PATCHT` separates, without a route.
        drop_blank_backs: blank backs are left out of the documents (never out of the original).
        longest: pages beyond which a document is suspected to hold two invoices.
    """

    routes: tuple[Route, ...] = ()
    duplex: Duplex = Duplex.AUTO
    accept_patcht: bool = False
    drop_blank_backs: bool = False
    longest: int = 30

    def route(self, key: str) -> Route | None:
        """Return the route of a sheet; None when the configuration names it no more."""
        return next((route for route in self.routes if route.key == key), None)

    def towards(self, name: str) -> Route:
        """Return the route that people call `name`: its key or its service; or raise RoutingError."""
        wanted = name.strip().upper()
        for route in self.routes:
            if wanted in {route.key, route.service.upper()}:
                return route
        known = ", ".join(route.key for route in self.routes) or "aucune"
        message = f"Aucune route ne s'appelle « {name} ». Routes configurées ([numerisation.routes]) : {known}."
        raise RoutingError(message)
