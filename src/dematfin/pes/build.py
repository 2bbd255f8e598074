"""Writing a PES_Aller, one mandat and one document at a time, never the whole flow in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from lxml import etree

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.domain.finding import Finding
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import FlowPlan, MandatReference
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import FlowRejected
from dematfin.pes.ahead import in_turn
from dematfin.pes.complete import complete
from dematfin.pes.invoice_numbers import short_numbers
from dematfin.pes.mandat import Surroundings, mandat_element
from dematfin.pes.names import file_names
from dematfin.pes.pieces_jointes import EXPENSE, encoded, media_type
from dematfin.pes.rules import judge
from dematfin.pes.style import Style
from dematfin.pes.text import fit
from dematfin.pes.validate import Schemas
from dematfin.pes.values import add, amount, node

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
PROLOG: Final = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
"""At byte 0, in this form: a TdT looks for the encoding in the first 50 characters."""
HOSPITALS: Final = ("M21", "M22")
"""Nomenclatures that need FinJur; with any other Hélios rejects the flow for it."""
EXPENSES: Final = "01"
DEFAULT: Final = Style()


class Writer:
    """Implements ports.flow.FlowWriter."""

    def __init__(
        self,
        open_document: Callable[[DocumentRef], BinaryIO],
        schemas: Schemas,
        release: str,
        style: Style = DEFAULT,
    ) -> None:
        """Prepare to write; `release` is the version of dematfin, told to Hélios."""
        self._open = open_document
        self._schemas = schemas
        self._release = release
        self._style = style

    def check(self, mandat: Mandat, budget: Budget) -> None:
        """Write a mandat for nobody: what of it cannot be written is refused now."""
        if mandat.triplet not in self._schemas.expected.triplets:
            message = (
                f"Mandat {mandat.id} : la combinaison {'/'.join(mandat.triplet)} (bordereau, type, nature) n'est pas "
                "de celles que votre comptable accepte. S'il l'accepte, ajoutez-la à « triplets » dans [pes], puis "
                "recommencez."
            )
            raise FlowRejected(message)
        numbers, _ = short_numbers((mandat,), self._style.numbers)
        mandat_element(mandat, Surroundings(budget=budget, names={}, numbers=numbers, style=self._style))

    def build(self, plan: FlowPlan, target: Path) -> tuple[str, ...]:
        """Write the flow of a plan, unsigned; InfoDematerialisee tells now whether it will be signed."""
        numbers, remarks = short_numbers(plan.mandats, self._style.numbers)
        around = Surroundings(
            budget=plan.budget,
            names=file_names(plan.references, plan.mandats),
            numbers=numbers,
            style=self._style,
        )
        with target.open("wb") as sink:
            sink.write(PROLOG)
            with etree.xmlfile(sink, encoding="ISO-8859-1") as xml:
                root = etree.QName(ALLER, "PES_Aller")
                with xml.element(root, nsmap={"n": ALLER}, Id=f"ID_{plan.nomfic}"):
                    xml.write(self._envelope(plan), _header(plan))
                    if plan.sheets:
                        with xml.element("PES_DepenseAller"):
                            _expenses(xml, plan, around)
                    if plan.carried:
                        with xml.element("PES_PJ"):
                            self._documents(xml, sink, plan, around)
        return remarks

    def complete(self, flow: Path, completion: Completion, target: Path) -> None:
        """Write an editor's flow with what a completion adds, every other byte as it was."""
        complete(flow, completion, target, self._open)

    def problems(self, flow: Path, known: frozenset[str]) -> tuple[Finding, ...]:
        """Judge a file: its schemas first, then the rules that Hélios adds."""
        return judge(flow, self._schemas, known=known)

    def _envelope(self, plan: FlowPlan) -> Any:
        envelope = etree.Element("Enveloppe")
        add(node(envelope, "Parametres"), Version="2", TypFic="PESALR1", NomFic=plan.nomfic)
        add(node(envelope, "Emetteur"), Sigle="DEMATFIN", Adresse=f"dematfin {self._release}")
        add(node(envelope, "Recepteur"), Sigle="HELIOS")
        return envelope

    def _documents(self, xml: Any, sink: BinaryIO, plan: FlowPlan, around: Surroundings) -> None:
        header = etree.Element("EnTetePES_PJ")
        add(header, IdVer="1")
        xml.write(header)
        with in_turn(self._open, plan.travelling) as documents:
            for piece, source in documents:
                with xml.element("PJ"):
                    with xml.element("Contenu"), xml.element("Fichier", MIMEType=media_type(piece)):
                        xml.flush()
                        _write_content(sink, source, piece)
                    xml.write(*_described(piece, around.names[piece.id], plan.late.get(piece.id, ())))


def _write_content(sink: BinaryIO, source: BinaryIO, piece: Piece) -> None:
    """Beside the XML writer: base64 has nothing to escape, and would pass through it three times."""
    for text in encoded(source, piece):
        sink.write(text)


def element_id(bordereau: Bordereau) -> str:
    """Return the xs:ID that the signature of a bordereau refers to, e.g. `B2026T01N0000042`."""
    return f"B{bordereau.exercice}T{bordereau.kind}N{bordereau.number:07d}"


def _expenses(xml: Any, plan: FlowPlan, around: Surroundings) -> None:
    header = etree.Element("EnTeteDepense")
    add(header, IdVer="2", InfoDematerialisee="1" if around.style.paperless else "0")
    xml.write(header)
    for bordereau, mandats in plan.sheets:
        with xml.element("Bordereau", Id=element_id(bordereau)):
            xml.write(_block(bordereau, mandats))
            for mandat in mandats:
                xml.write(mandat_element(mandat, around))


def _header(plan: FlowPlan) -> Any:
    header = etree.Element("EnTetePES")
    budget = plan.budget
    add(
        header,
        DteStr=plan.built_on.isoformat(),
        IdPost=budget.post,
        IdColl=budget.siret,
        FinJur=budget.finess if budget.nomenclature.upper().startswith(HOSPITALS) else "",
        CodCol=budget.cod_col,
        CodBud=budget.cod_bud,
        LibelleColBud=fit(budget.label, 38),
    )
    return header


def _block(bordereau: Bordereau, mandats: tuple[Mandat, ...]) -> Any:
    """TVA is told where a line tells one."""
    block = etree.Element("BlocBordereau")
    apart = any(line.tva is not None for mandat in mandats for line in mandat.lines)
    add(
        block,
        Exer=str(bordereau.exercice),
        IdBord=str(bordereau.number),
        DteBordEm=bordereau.emitted_on.isoformat(),
        TypBord=bordereau.kind,
        NbrPce=str(len(mandats)),
        MtCumulAnnuel=amount(bordereau.cumul),
        MtBordHT=amount(bordereau.total - bordereau.tva),
        MtBordTVA=amount(bordereau.tva if apart else None),
    )
    return block


def _described(piece: Piece, name: str, late: tuple[MandatReference, ...]) -> Any:
    described = etree.Element("PJ")
    add(
        described,
        IdUnique=piece.id,
        NomPJ=name,
        TypePJ=EXPENSE,
        Description=fit(piece.description, 250) or name,
    )
    for one in late:
        add(
            node(described, "RefCompta"),
            Domaine=EXPENSES,
            Exercice=str(one.exercice),
            TypeObjet=one.kind,
            Identifiant=str(one.number),
        )
    return described
