"""`base etat|migrer`: the version of the tables, and how a newer program brings them up."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.chosen import CHOSEN
from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_houses
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say, table, write_json
from dematfin.errors import ConfigError, DematfinError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dematfin.config.several import House
    from dematfin.store.upgrade import Standing

app = family("La base de données : sa version, sa mise à jour, son déplacement.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """One base, and the collectivités of the configuration that are in it."""

    address: str
    houses: "tuple[House, ...]"


@app.command("etat", cls=FrenchCommand)
def show_state(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre la version de chaque base de la configuration, et celle que ce programme attend."""
    from dematfin.store.engine import open_engine, shown  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.upgrade import standing  # noqa: PLC0415 - idem

    found, wrong = [], []
    known, unusable = bases(configuration)
    for one in known:
        try:
            found.append((one, standing(open_engine(one.address)) if _is_made(one) else None))
        except DematfinError as error:
            wrong.append((f"{shown(one.address)} : {error}", error.exit_code))
    _show(found, json=json)
    _complain([*wrong, *unusable])


def _is_made(base: Base) -> bool:
    """Tell whether there is something to open: to open a file of SQLite is to make it, and whoever looks makes none."""
    from dematfin.store.engine import is_postgresql  # noqa: PLC0415 - heavy, and not needed to show a help text

    return is_postgresql(base.address) or Path(base.address).exists()


def _complain(wrong: "Iterable[tuple[str, int]]") -> None:
    """Say what went wrong, once all the rest is done, and end with the code of the first."""
    codes = []
    for sentence, code in wrong:
        complain(sentence)
        codes.append(code)
    if codes:
        raise typer.Exit(codes[0])


def _show(found: "list[tuple[Base, Standing | None]]", *, json: bool) -> None:
    from dematfin.store.engine import shown  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.migrate import expected  # noqa: PLC0415 - idem

    if json:
        write_json(
            [
                {
                    "base": shown(base.address),
                    "version": at.found if at else None,
                    "attendue": expected(),
                    "collectivites": [house.siret for house in base.houses],
                }
                for base, at in found
            ]
        )
        return
    table(
        ("Base", "Collectivités", "Version", "Attendue", "À faire"),
        [
            (shown(base.address), str(len(base.houses)), (at and at.found) or "", expected(), _remedy(at))
            for base, at in found
        ],
        right=(1,),
        words=(0, 4),
    )


@app.command("migrer", cls=FrenchCommand)
def migrate(
    configuration: Configuration = DEFAULT,
    sauvegarde: Annotated[
        Path | None, typer.Option("--sauvegarde", metavar="DOSSIER", help="Dossier de la sauvegarde préalable.")
    ] = None,
    sauvegarde_faite: Annotated[
        bool, typer.Option("--sauvegarde-faite", help="PostgreSQL : vous avez sauvegardé la base vous-même.")
    ] = False,
) -> None:
    """Sauvegarde puis met à jour chaque base de la configuration, une fois ; à jour, elle n'est pas touchée.

    Une base SQLite est sauvegardée à côté d'elle-même ; PostgreSQL l'est par pg_dump, dans le dossier donné.
    """
    from dematfin.store.engine import shown  # noqa: PLC0415 - heavy, and not needed to show a help text

    known, wrong = bases(configuration)
    for base in known:
        try:
            say(_migrated(base, sauvegarde, by_hand=sauvegarde_faite), style="green")
        except DematfinError as error:
            wrong.append((f"{shown(base.address)} : {error}", error.exit_code))
    _complain(wrong)


def bases(configuration: Path) -> tuple[list[Base], list[tuple[str, int]]]:
    """Return the bases of a configuration, each once, then what is wrong with the settings that name none."""
    return _grouped(chosen_houses(configuration))


def whole_bases(configuration: Path) -> tuple[list[Base], list[tuple[str, int]]]:
    """Return the bases of the collectivités that are chosen, with all those that share them, then what is wrong."""
    from dematfin.config.several import houses  # noqa: PLC0415 - heavy, and not needed to show a help text

    chosen = {one.where for one in chosen_houses(configuration)}
    known, wrong = _grouped(houses(configuration))
    return [one for one in known if chosen & {house.where for house in one.houses}], [] if CHOSEN.get() else wrong


def _grouped(houses: "Iterable[House]") -> tuple[list[Base], list[tuple[str, int]]]:
    from dematfin.store.engine import address  # noqa: PLC0415 - heavy, and not needed to show a help text

    found: dict[str, list[House]] = {}
    wrong: list[str] = []
    for one in houses:
        try:
            found.setdefault(address(one.settings().stockage, one.folder), []).append(one)
        except ConfigError as error:
            wrong.append(str(error))
    known = [Base(address=place, houses=tuple(inside)) for place, inside in found.items()]
    if not wrong:
        return known, []
    message = (
        f"{counted(len(wrong), 'configuration')} à corriger, dont la base n'a pas été regardée : {' '.join(wrong)}"
    )
    return known, [(message, ConfigError.exit_code)]


def _migrated(base: Base, folder: Path | None, *, by_hand: bool) -> str:
    """Bring one base up; return what was done."""
    from dematfin.store.backup import back_up  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.engine import open_engine, shown  # noqa: PLC0415 - idem
    from dematfin.store.upgrade import migrate as bring_up  # noqa: PLC0415 - idem
    from dematfin.store.upgrade import standing  # noqa: PLC0415 - idem
    from dematfin.wiring import open_clock  # noqa: PLC0415 - idem

    clock = open_clock(base.houses[0].settings())
    engine = open_engine(base.address)
    before = standing(engine)
    saved: list[Path] = []
    mark = f"{base.houses[0].siret}.avant-{before.expected}-{clock.local(clock.now()):%Y%m%d-%H%M%S}"

    def save() -> None:
        saved.extend(back_up(base.address, folder, mark, done=by_hand))

    facts = bring_up(engine, save, clock.now(), clock.local)
    if facts is None:
        return f"{shown(base.address)} : rien à faire, version {before.expected}."
    events = sum(one.events for one in facts.journals.values())
    kept = f"sauvegarde {saved[0]}" if saved else "sauvegarde faite par vous"
    return (
        f"{shown(base.address)} : version {before.found} → {before.expected}, {counted(facts.total, 'ligne')} et "
        f"{counted(events, 'évènement')} comptés avant et après, journal intact de "
        f"{counted(len(facts.journals), 'collectivité')} ; {kept}."
    )


def _remedy(at: "Standing | None") -> str:
    if at is None:
        return "rien, pas encore créée"
    if at.found in {at.expected, None}:
        return ""
    return "dematfin base migrer" if at.is_older else "installer la version de dematfin qui correspond"
