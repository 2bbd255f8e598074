"""A TdT in memory, and a DGFiP behind it that accepts and pays what it is sent, unless told otherwise."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.errors import AlreadyThere, Refused
from dematfin.pes.aller import read_aller
from dematfin.ports.transmitter import Progress, ReturnItem

ACQUIT = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0"


@dataclass
class FakeTdt:
    """Implements Transmitter.

    Attributes:
        received: the bytes of each deposit, by its number.
        refused: numbers of the bordereaux that the entry gate refuses.
        rejected: numbers of the mandats that the comptable rejects.
        no_retour: the comptable keeps what he has to say.
        pieces: why each refused PJ is; the others are accepted. None: the gate says nothing of any.
    """

    received: dict[str, bytes] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    pieces: dict[str, str] | None = None
    no_retour: bool = False
    unread: dict[str, bytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    folder: Path = Path()

    refuses_twins = True
    name = "TdT d'essai"
    certificate_expires_on: date | None = None

    def send(self, flow: Path, nomfic: str) -> str:
        data = flow.read_bytes()
        if data in self.received.values():
            message = f"Le TdT a déjà reçu exactement le flux {nomfic}"
            raise AlreadyThere(message)
        key = str(len(self.received) + 1)
        self.received[key] = data
        self.unread[key] = self._retour(key)
        return key

    def find(self, flow: Path, nomfic: str) -> str:
        data = flow.read_bytes()
        return next((key for key, known in self.received.items() if known == data), "")

    def confirm(self, remote_id: str, flow: Path, nomfic: str) -> bool:
        if remote_id not in self.received:
            message = f"Le TdT n'a pas de dépôt « {remote_id} »"
            raise Refused(message)
        return self.received[remote_id] == flow.read_bytes()

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...] | None:
        return tuple(Held(remote_id=key, nomfic=self._read(key).nomfic, phase=Phase.ANSWERED) for key in self.received)

    def recover(self, remote_id: str, target: Path) -> bool:
        if remote_id in self.received:
            target.write_bytes(self.received[remote_id])
        return remote_id in self.received

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        flow = self._read(remote_id)
        elements = "".join(self._verdict(sheet.exercice, sheet.number) for sheet in flow.bordereaux)
        if self.pieces is not None:
            elements += "".join(_of_piece(key, self.pieces.get(key, "")) for key in flow.carried)
        text = f"<p:PES_ACQUIT xmlns:p='{ACQUIT}'>{_envelope(nomfic)}<ACQUIT>{elements}</ACQUIT></p:PES_ACQUIT>"
        return Progress(phase=Phase.ANSWERED, acquit=text.encode())

    def returns(self) -> tuple[ReturnItem, ...]:
        if self.no_retour:
            return ()
        return tuple(ReturnItem(remote_id=key, name=f"retour {key}") for key in self.unread)

    def fetch(self, item: ReturnItem) -> bytes:
        return self.unread.get(item.remote_id) or self._retour(item.remote_id)

    def acknowledge(self, item: ReturnItem) -> None:
        self.unread.pop(item.remote_id, None)
        self.read.append(item.remote_id)

    def _read(self, key: str) -> ReadFlow:
        path = self.folder / f"{key}.xml"
        path.write_bytes(self.received[key])
        return read_aller(path)

    def _verdict(self, exercice: int, number: int) -> str:
        state = "0" if number in self.refused else "1"
        error = "" if state == "1" else '<Erreur><NumAnoAck V="1"/><LibelleAnoAck V="1971 - Compte"/></Erreur>'
        return (
            f'<ElementACQUIT><DomaineAck V="5"/><EtatAck V="{state}"/><ExerciceBord V="{exercice}"/>'
            f'<NumBord V="{number}"/>{error}</ElementACQUIT>'
        )

    def _retour(self, key: str) -> bytes:
        """Write what the comptable does of each mandat of an accepted bordereau."""
        flow = self._read(key)
        sheets = ""
        for sheet in flow.bordereaux:
            if sheet.number in self.refused:
                continue
            block = f'<Exer V="{sheet.exercice}"/><TypBord V="{sheet.kind}"/><IdBord V="{sheet.number}"/>'
            pieces = "".join(self._piece(mandat.number, str(mandat.amount)) for mandat in sheet.mandats)
            sheets += f"<Bordereau><BlocBordereau>{block}</BlocBordereau>{pieces}</Bordereau>"
        head = f'{_envelope(key)}<EnTetePES><IdColl V="{flow.siret}"/><CodBud V="{flow.cod_bud}"/></EnTetePES>'
        return f"<PES_Retour>{head}<PES_DepenseRetour>{sheets}</PES_DepenseRetour></PES_Retour>".encode()

    def _piece(self, number: int, amount: str) -> str:
        if number in self.rejected:
            self.rejected.discard(number)
            return f'<Piece><InfoPiece><IdPce V="{number}"/><EtatPce V="04"/><ObsEtat V="02"/></InfoPiece></Piece>'
        line = f'<BlocLignePiece><InfoLignePiece><MtHT V="{amount}"/></InfoLignePiece></BlocLignePiece>'
        paid = f'<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-30"/><MtPay V="{amount}"/></PaiementEmargement>'
        info = f'<InfoPiece><IdPce V="{number}"/><EtatPce V="05"/></InfoPiece>'
        return f"<Piece>{info}<LigneDePiece>{line}{paid}</LigneDePiece></Piece>"


def _of_piece(key: str, reason: str) -> str:
    error = f'<Erreur><NumAnoAck V="ERREUR_AUTRE"/><LibelleAnoAck V="{reason}"/></Erreur>' if reason else ""
    state = "0" if reason else "1"
    verdict = f'<DomaineAck V="4"/><EtatAck V="{state}"/><IdUnique V="{key}"/>'
    return f"<ElementACQUIT>{verdict}{error}</ElementACQUIT>"


def _envelope(nomfic: str) -> str:
    return f'<Enveloppe><Parametres><NomFic V="{nomfic}"/></Parametres></Enveloppe>'
