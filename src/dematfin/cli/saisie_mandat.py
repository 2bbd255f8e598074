"""`mandat saisir`: a mandat that pays no invoice is typed in one command, with what justifies it."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from dematfin.acts import mandat_entry as acts
from dematfin.acts.mandat_entry import Entered
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, sit
from dematfin.cli.files import content
from dematfin.cli.french import FrenchCommand
from dematfin.cli.mandats import show_lines
from dematfin.cli.output import say
from dematfin.cli.pieces import Nature
from dematfin.cli.ventilation import line
from dematfin.cli.visas import DATES
from dematfin.domain.finding import blocking
from dematfin.domain.mandat.annexe_i import RULES
from dematfin.domain.mandat.entry import MandatEntry, Purpose
from dematfin.domain.mandat.kind import PaymentMode
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.money import french
from dematfin.steps.keeping import Given


class Mode(StrEnum):
    """How it is paid, or was, as agents say it."""

    VIREMENT = "virement"
    GROS_MONTANT = "gros-montant"
    ETRANGER = "etranger"
    INTERNE = "interne"
    PRELEVEMENT = "prelevement"
    CARTE = "carte"
    CHEQUE = "cheque"
    NUMERAIRE = "numeraire"


MODES: Final = {
    Mode.VIREMENT: PaymentMode.TRANSFER,
    Mode.GROS_MONTANT: PaymentMode.LARGE_TRANSFER,
    Mode.ETRANGER: PaymentMode.ABROAD,
    Mode.INTERNE: PaymentMode.INTERNAL,
    Mode.PRELEVEMENT: PaymentMode.DIRECT_DEBIT,
    Mode.CARTE: PaymentMode.OUTSIDE,
    Mode.CHEQUE: PaymentMode.CHEQUE,
    Mode.NUMERAIRE: PaymentMode.CASH,
}
LACKS: Final = {rule.id: rule.lacks for rule in RULES}
Section = StrEnum("Section", {"F": "F", "I": "I"})

Kind = Annotated[Purpose, typer.Option("--type", metavar="TYPE", help=f"Un de : {', '.join(Purpose)}.")]
Budget = Annotated[str, typer.Option("--budget", metavar="CODE", help="Budget qui paie.")]
Creditor = Annotated[str, typer.Option("--tiers", metavar="TIERS", help="Référence du tiers, son SIRET ou son SIREN.")]
Total = Annotated[str, typer.Option("--montant", metavar="EUROS", help="Somme due, par exemple 1500,00.")]
Label = Annotated[
    str, typer.Option("--objet", metavar="TEXTE", help="Ce que le bénéficiaire lira, 100 signes au plus.")
]
Files = Annotated[
    list[Path],
    typer.Option("--piece", metavar="FICHIER", help="PDF ou image qui le justifie. Répétable."),
]
Natures = Annotated[
    list[Nature],
    typer.Option("--nature-piece", metavar="NATURE", help=f"De chaque pièce, dans l'ordre : {', '.join(Nature)}."),
]
Account = Annotated[str, typer.Option("--nature", metavar="COMPTE", help="Compte par nature ; sinon de l'engagement.")]
Fonction = Annotated[str | None, typer.Option("--fonction", metavar="CODE", help="Fonction ; vide pour aucune.")]
Operation = Annotated[str | None, typer.Option("--operation", metavar="CODE", help="Opération.")]
Part = Annotated[Section | None, typer.Option("--section", metavar="F|I", help="Fonctionnement ou investissement.")]
Lines = Annotated[
    list[str] | None,
    typer.Option("--ligne", metavar="CHAMPS", help="nature=65748,montant=70 : comme mandat ventiler. Répétable."),
]
Order = Annotated[str, typer.Option("--engagement", metavar="NUMÉRO", help="Engagement dont il prend.")]
Year = Annotated[int | None, typer.Option("--exercice", metavar="ANNÉE", min=2000, max=2099, help="À dire en janvier.")]
Regie = Annotated[str, typer.Option("--regie", metavar="NUMÉRO", help="Régie, avec --type regie.")]
PaidOn = Annotated[
    datetime | None,
    typer.Option("--paye-le", metavar="JJ/MM/AAAA", formats=DATES, help="Jour où l'argent est parti, s'il l'est."),
]
How = Annotated[Mode | None, typer.Option("--mode", metavar="MODE", help=f"Un de : {', '.join(Mode)}.")]
Sure = Annotated[bool, typer.Option("--confirme", help="La même somme est bien due une seconde fois.")]


def register(mandats: typer.Typer) -> None:
    """Add this command to the family of mandats."""
    mandats.command("saisir", cls=FrenchCommand)(enter)


def enter(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    type_: Kind,
    budget: Budget,
    tiers: Creditor,
    montant: Total,
    objet: Label,
    piece: Files,
    nature_piece: Natures,
    configuration: Configuration = DEFAULT,
    nature: Account = "",
    fonction: Fonction = None,
    operation: Operation = None,
    section: Part = None,
    ligne: Lines = None,
    engagement: Order = "",
    exercice: Year = None,
    regie: Regie = "",
    paye_le: PaidOn = None,
    mode: How = None,
    confirme: Sure = False,
    essai: Rehearsal = False,
) -> None:
    """Saisit un mandat sans facture, avec ses pièces : subvention, régie d'avances, loyer, indemnité…"""
    said: dict[str, Any] = {"purpose": type_, "budget": budget, "tiers": tiers, "label": objet, "regie": regie}
    said |= {"amount": euros(montant, "--montant"), "base": _base(nature, fonction, operation, section)}
    said |= {"lines": tuple(map(line, ligne or ())), "engagement": engagement, "exercice": exercice}
    said |= {"paid_on": paye_le.date() if paye_le else None, "mode": MODES[mode] if mode else None}
    entry = MandatEntry(**said, confirmed=confirme)
    given = _given(piece, nature_piece)
    desk = sit(configuration)
    _tell((acts.rehearse if essai else acts.enter)(desk.app, desk.who, entry, given), rehearsed=essai)


def _base(nature: str, fonction: str | None, operation: str | None, section: Section | None) -> Asked:
    for name, code in (("--nature", nature), ("--fonction", fonction), ("--operation", operation)):
        if code and not (code.isascii() and code.isdigit()):
            message = f"« {code[:40]} » : des chiffres sont attendus."
            raise typer.BadParameter(message, param_hint=name)
    investment = None if section is None else section is Section.I
    return Asked(nature=nature or None, fonction=fonction, operation=operation, investment=investment)


def _given(files: list[Path], natures: list[Nature]) -> tuple[Given, ...]:
    if len(files) != len(natures):
        message = (
            f"donnez la nature de chaque pièce, dans l'ordre : {len(files)} --piece, {len(natures)} --nature-piece."
        )
        raise typer.BadParameter(message, param_hint="--nature-piece")
    return tuple(
        Given(name=file.name, data=content(file), kind=PieceKind(nature.upper()))
        for file, nature in zip(files, natures, strict=True)
    )


def _tell(entered: Entered, *, rehearsed: bool) -> None:
    mandat = entered.mandat
    said = f"{french(mandat.amount)} pour {mandat.tiers.name}, exercice {mandat.exercice}"
    say(f"Essai, rien n'est fait. Serait saisi : {said}." if rehearsed else f"Mandat {mandat.id} : {said}.")
    show_lines(mandat)
    held = blocking(entered.lacking)
    for one in entered.lacking:
        told = f"il manquerait {LACKS[one.code]}." if rehearsed else one.sentence
        say(f"{'✗' if one in held else '!'} {told}", style="yellow")
    if not rehearsed:
        say("La prochaine préparation (bordereau preparer) le met en bordereau, à faire signer comme les autres.")
        say(f'Saisi à tort : dematfin mandat annuler {mandat.id} --motif "…"')
