"""`sauvegarde`: every base of a configuration, its documents and the configuration, saved while work goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dematfin.cli.bases import Base, whole_bases
from dematfin.cli.context import DEFAULT, Configuration
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, say, weight
from dematfin.errors import ConfigError, DematfinError, DocumentError, gravest

if TYPE_CHECKING:
    from dematfin.store.saved.making import Made, Source
    from dematfin.store.saved.rotation import Owner
    from dematfin.store.saved.vault import Backup, Vault

Folder = Annotated[
    Path | None, typer.Argument(metavar="DOSSIER", help="Dossier des sauvegardes ; sinon celui de \\[sauvegarde].")
]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("sauvegarde", cls=FrenchCommand)(save)


def save(
    dossier: Folder = None,
    configuration: Configuration = DEFAULT,
    preparer: Annotated[
        bool, typer.Option("--preparer", help="Marque seulement DOSSIER, vide et monté, pour « ailleurs ».")
    ] = False,
) -> None:
    """Sauvegarde la base, les documents et la configuration dans un dossier, sans arrêter le travail.

    Une ligne par base. Les documents qui y sont déjà ne sont pas recopiés. Les secrets ne sont jamais copiés.
    """
    known, wrong = whole_bases(configuration)
    if preparer:
        _prepare(known, dossier)
        return
    codes = [*_all_saved(known, dossier, configuration)]
    for sentence, code in wrong:
        complain(sentence)
        codes.append(code)
    if worst := gravest(codes):
        raise typer.Exit(worst)


def _prepare(known: list[Base], dossier: Path | None) -> None:
    """Mark a folder as one of backups."""
    if dossier is None or not dossier.is_dir():
        message = "--preparer marque un dossier qui est là : montez-le, puis donnez son nom après « sauvegarde »."
        raise ConfigError(message)
    for base in known:
        with vault_of(base, dossier).writing():
            pass
    say(f"{dossier} est prêt à recevoir des sauvegardes.", style="green")


def vault_of(base: Base, dossier: Path | None) -> "Vault":
    """Return the folder of the backups of a base; raises ConfigError when nobody says which, or when work uses it."""
    from dematfin.store.saved.vault import Vault  # noqa: PLC0415 - heavy, and not needed to show a help text

    place = dossier or base.houses[0].settings().sauvegarde.dossier
    if place is None:
        message = 'Où sont les sauvegardes ? Donnez leur dossier, ou écrivez dossier = "…" dans [sauvegarde].'
        raise ConfigError(message)
    return apart_from_work(Vault(place), base)


def apart_from_work(vault: "Vault", base: Base) -> "Vault":
    """Return a folder of backups; raises ConfigError when it meets one where work is done."""
    from dematfin.store.engine import is_postgresql  # noqa: PLC0415 - heavy, and not needed to show a help text

    vault.refuse_to_be_among(place for house in base.houses for place in house.settings().living_folders())
    if not is_postgresql(base.address):
        vault.refuse_to_be_among([Path(base.address)])
    return vault


def names_of_base(base: Base) -> tuple[str, ...]:
    """Return what a base is called among backups, then what it may have been called before."""
    from dematfin.store.saved.vault import names_of  # noqa: PLC0415 - heavy, and not needed to show a help text

    sirets = [house.siret for house in base.houses]
    _, *shared = names_of(sirets[0], base.address)
    return (sirets[0], *shared) if len(sirets) == 1 else (*shared, *sirets)


def owner_of(base: Base) -> "Owner":
    """Return whose the backups of a base are."""
    from dematfin.store.saved.rotation import Owner  # noqa: PLC0415 - heavy, and only here

    return Owner(names=names_of_base(base), sirets={house.siret for house in base.houses})


def _all_saved(known: list[Base], dossier: Path | None, configuration: Path) -> Iterator[int]:
    """Save the bases, those of one folder together; yield the exit code of each."""
    folders: dict[Path, tuple[Vault, list[Base]]] = {}
    for base in known:
        try:
            vault = vault_of(base, dossier)
        except DematfinError as error:
            yield _told(base, error)
        else:
            folders.setdefault(vault.root, (vault, []))[1].append(base)
    for vault, some in folders.values():
        try:
            with vault.writing():
                for base in some:
                    yield from _saved(vault, base, configuration)
        except DematfinError as error:
            complain(str(error))
            yield error.exit_code


def _saved(vault: "Vault", base: Base, configuration: Path) -> Iterator[int]:
    """Save one base, let old backups go, copy one a week elsewhere; yield what went wrong."""
    from dematfin.store.saved.making import make  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.store.saved.rotation import rotate  # noqa: PLC0415 - idem
    from dematfin.wiring import open_clock  # noqa: PLC0415 - idem

    settings = base.houses[0].settings()
    clock, name = open_clock(settings), names_of_base(base)[0]
    try:
        made = make(vault, _source(base, name, configuration), clock.now())
        say(f"{_label(base)} : {_said(made)}", style="green")
        gone = rotate(vault, owner_of(base), settings.sauvegarde.here(), clock.local)
        if gone:
            say(f"  {counted(gone, 'sauvegarde')} de plus de {settings.sauvegarde.jours} jours : effacées.")
        _copied_elsewhere(made.backup, vault, base)
        if made.manifest.missing:
            raise DocumentError(_lacking(made))
    except DematfinError as error:
        yield _told(base, error)


def _copied_elsewhere(backup: "Backup", vault: "Vault", base: Base) -> None:
    from dematfin.store.saved.rotation import copy_elsewhere, rotate  # noqa: PLC0415 - heavy, and only here
    from dematfin.store.saved.vault import Vault  # noqa: PLC0415 - idem
    from dematfin.wiring import open_clock  # noqa: PLC0415 - idem

    settings = base.houses[0].settings()
    if settings.sauvegarde.ailleurs is None:
        return
    there, local = apart_from_work(Vault(settings.sauvegarde.ailleurs), base), open_clock(settings).local
    owner = owner_of(base)
    if copy_elsewhere(backup, vault, there, owner, local):
        say(f"  celle de la semaine : copiée aussi dans {there.root}.")
        with there.writing():
            rotate(there, owner, settings.sauvegarde.elsewhere(), local)


def _source(base: Base, name: str, configuration: Path) -> "Source":
    from dematfin.config.carried import files_of  # noqa: PLC0415 - heavy, and only here
    from dematfin.store.saved.making import Source  # noqa: PLC0415 - idem
    from dematfin.wiring import open_documents  # noqa: PLC0415 - idem

    places = {house.siret: open_documents(house.settings(), house.folder) for house in base.houses}
    return Source(name=name, base=base.address, documents=places, configuration=files_of(configuration, base.houses))


def _said(made: "Made") -> str:
    manifest, new = made.manifest, made.brought
    events = sum(one.sequence for one in manifest.ends.values())
    printed = (str(one) if len(manifest.heads) == 1 else f"{siret} {one}" for siret, one in manifest.heads.items())
    return (
        f"sauvegardée dans {made.backup.folder} ; {counted(manifest.documents, 'document')} "
        f"({weight(manifest.size)}), dont {new.count} copiés maintenant, journal de "
        f"{counted(events, 'évènement')}, empreinte de tête {', '.join(printed)}."
    )


def _lacking(made: "Made") -> str:
    lost = made.manifest.missing
    return (
        f"{counted(len(lost), 'document')} que la base nomme ne se lisent plus ({lost[0][:12]}…). La sauvegarde est "
        "gardée, et dit lesquels (manifeste.json). Remettez-les d'une plus ancienne, et cherchez pourquoi."
    )


def _label(base: Base) -> str:
    return base.houses[0].label if len(base.houses) == 1 else f"{counted(len(base.houses), 'collectivité')} ensemble"


def _told(base: Base, error: DematfinError) -> int:
    complain(f"{_label(base)} : {error}")
    return error.exit_code
