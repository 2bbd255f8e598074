"""What events keep in their data for figures: stable codes beside the words of a person; older events lack them."""

from collections.abc import Iterable
from typing import Final

from dematfin.domain.finding import Finding, blocking
from dematfin.domain.mandat.explanation import cause
from dematfin.domain.mandat.mandat import Mandat, MandatState

CAME_BACK: Final = "revenue du fournisseur"
"""How the journal says that an invoice came back."""
WORDS: Final = "words"
"""Where an answer to a supplier has its words alone, without the name of whoever gave it."""
LACKS: Final = "lacks"
"""Where the event of a mandat that waits for documents has the codes of what it lacks."""
ASIDE: Final = "écarté"
"""How it says that a mandat is set aside."""
PAID: Final = "paid"
"""Where the event of a mandat paid in part has what was paid so far, in euros."""
EXPLAINED: Final = frozenset({MandatState.REFUSED_AT_GATE, MandatState.ON_HOLD, MandatState.REJECTED})


def stops(findings: Iterable[Finding], before: Iterable[Finding] = ()) -> dict[str, str]:
    """Return the codes of what stops an invoice and did not before; nothing when nothing does."""
    known = {(one.code, one.about) for one in blocking(before)}
    fresh = [one.code for one in blocking(findings) if (one.code, one.about) not in known]
    return {"stops": " ".join(dict.fromkeys(fresh))} if fresh else {}


def frozen(mandat: Mandat) -> dict[str, str]:
    """Return the number that a mandat takes, and in which bordereau."""
    return {"number": str(mandat.number), "bordereau": mandat.bordereau}


def why(mandat: Mandat) -> dict[str, str]:
    """Return the code and the words of its own reason, for one that does not go through; none, when it has none."""
    own = next((one for one in mandat.reasons if not one.shared), None)
    if own is None or mandat.state not in EXPLAINED:
        return {}
    return {"code": own.code, "cause": cause(own).why}


def paid_so_far(mandat: Mandat) -> dict[str, str]:
    """Return what has gone to the supplier, for a mandat of which the rest is waited for."""
    return {PAID: str(mandat.paid)} if mandat.state is MandatState.PARTLY_PAID else {}
