"""Amounts as people type them: `1 234,50`, `1234.50 €`."""

from decimal import Decimal

import typer

from dematfin.domain import money


def euros(text: str, option: str) -> Decimal:
    """Return an amount of an option of the command line, to the cent; raises BadParameter."""
    try:
        return money.typed(text)
    except ValueError as error:
        message = f"« {text} » n'est pas un montant ; écrivez par exemple 1234,50."
        raise typer.BadParameter(message, param_hint=option) from error
