"""Documents that a base outside shares with a collectivité: an elimination asks its own base only who names them."""

from pathlib import Path
from typing import TYPE_CHECKING

from dematfin.cli.context import chosen_house
from dematfin.errors import ConfigError, RuleError

if TYPE_CHECKING:
    from dematfin.config.several import House
    from dematfin.store.settings import StoreSettings


def refuse_shared_outside(configuration: Path) -> None:
    """Refuse to take documents away where another base of the configuration keeps its own at the same place.

    Raises:
        ConfigError: the collectivité has to be chosen, or its settings are wrong.
        RuleError: another base shares the place, or the settings of a neighbour cannot say.
    """
    from dematfin.config.several import houses  # noqa: PLC0415 - heavy, and not needed to show a help text

    chosen = chosen_house(configuration)
    place, base = _place(chosen.settings().stockage), _base(chosen)
    for other in houses(configuration):
        try:
            shares = _place(other.settings().stockage) == place and _base(other) != base
        except ConfigError as error:
            message = (
                f"Rien n'est éliminé : la configuration de {other.label} ne se lit pas, et ne dit donc pas si elle "
                f"partage ces documents. Corrigez-la, puis relancez. {error}"
            )
            raise RuleError(message) from error
        if shares:
            message = (
                f"Rien n'est éliminé : {other.label} garde ses documents au même endroit ({place}), mais dans une "
                "autre base, à laquelle il n'est pas demandé ce qu'elle nomme encore. Donnez à chaque base son dossier "
                "ou son préfixe ([stockage] documents, ou prefixe), documents copiés, puis relancez."
            )
            raise RuleError(message)


def _place(where: "StoreSettings") -> str:
    """Return the place of documents; a store has several addresses, so its bucket is enough to be the same."""
    if where.s3:
        return f"seau {where.s3.seau}, préfixe « {where.s3.prefixe} »"
    return str(where.documents.resolve())


def _base(house: "House") -> str:
    from dematfin.store.engine import address, is_postgresql, shown  # noqa: PLC0415 - heavy, as above

    found = address(house.settings().stockage, house.folder)
    return shown(found) if is_postgresql(found) else str(Path(found).resolve())
