"""Documents that Hélios refused, and that nothing brings it again: the mandat is there, its proof is not."""

from collections.abc import Iterator

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.mandat.mandat import AT_HELIOS
from dematfin.domain.mandat.pieces import on_their_way


def of_pieces(held: Holdings) -> Iterator[str]:
    """Yield an alert for each refused document of a mandat that the comptable has."""
    mandats = {key: mandat for mandat in held.mandats if mandat.state in AT_HELIOS for key in mandat.pieces}
    bringing = {flux.id for flux in held.flux if flux.brings}
    for piece in held.refused_pieces:
        if piece.id in mandats and not piece.replaced_by and not on_their_way((piece,), bringing):
            yield (
                f"Mandat {mandats[piece.id].id} : Hélios a refusé sa pièce {piece.label} : "
                f"{piece.refusal}. Renvoyez-la seule (bordereau envoyer-pieces {mandats[piece.id].id})."
            )
