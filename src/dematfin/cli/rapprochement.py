"""How a comparison with the TdT is shown: one line a flow, the count, then each difference with what to do."""

from collections.abc import Iterable

from dematfin.acts.reconciliation import Reconciliation
from dematfin.cli.output import FEW, counted, day, say, table
from dematfin.domain.mandat.reconciliation import Difference, Row


def show_reconciliation(found: Reconciliation) -> None:
    """Draw both sides."""
    say(f"Depuis le {day(found.since)}, {found.transmitter}", style="bold")
    if not found.listed:
        say("Ce TdT ne donne pas de liste à notre compte : chaque numéro connu d'ici lui a été demandé, rien de plus.")
    table(
        ("Flux, puis son n° au TdT", "Ici", "Au TdT"),
        [
            (f"{row.nomfic or 'nom illisible'}\n  n° {row.remote_id or '—'}", row.here or "inconnu", row.there or "—")
            for row in found.rows
        ],
        words=(1, 2),
        empty="Aucun flux, ni ici ni au TdT.",
    )
    counts = ", ".join(f"{words} : {number}" for words, number in sorted(found.totals.items()))
    say(f"{len(found.rows)} flux" + (f" ({counts})" if counts else ""))
    for gap, names in _alike(found.rows).items():
        for named in names if gap.act or len(names) <= FEW else [f"{len(names)} flux, dont {names[0]}"]:
            _difference(f"{named} : {gap.gap}. {gap.why}", gap.remedy, act=gap.act)
    for one in found.answers:
        _difference(f"Réponse « {one.name} » : {one.why}", one.remedy, act=one.act)
    if found.to_do:
        say(f"{counted(found.to_do, 'écart')} à traiter.", style="red")
    else:
        say("Rien à traiter : tout concorde ou s'explique.", style="green")


def _alike(rows: Iterable[Row]) -> dict[Difference, list[str]]:
    """Put together what differs in the same way: where nobody has to act, one line is enough for many."""
    found: dict[Difference, list[str]] = {}
    for row in rows:
        if row.difference:
            found.setdefault(row.difference, []).append(row.nomfic or f"dépôt n° {row.remote_id}")
    return found


def _difference(what: str, remedy: str, *, act: bool) -> None:
    say(f"{'!' if act else '·'} {what}", style="yellow" if act else "")
    say(f"  → {remedy}")
