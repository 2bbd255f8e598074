"""What people do in the i-Parapheur's own pages: tests ask for it under `/__sandbox__/`."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.setup import SIGNATORY, Setup, Step
from dematfin.sandbox.iparapheur.signing import opened, sign
from dematfin.sandbox.iparapheur.state import FINISHED, IN_CIRCUIT, REJECTED, Folders


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The actors of the circuits."""

    setup: Setup
    folders: Folders

    def act(self, what: str, body: dict[str, Any]) -> None:
        """Do what is asked; ValueError when the pages would not let it be done."""
        key = str(body.get("dossier"))
        folder = self.folders.get(key)
        if folder is None:
            raise ValueError(key)
        with self.folders.base.change():
            match what:
                case "visa":
                    self._visa(folder, body)
                case "sign":
                    self._sign(folder, body)
                case "reject":
                    self._reject(folder, body)
                case "annotate":
                    self.folders.log(key, self._who(folder, body), "Lu", str(body.get("annotation", "")))
                case "annex":
                    data = base64.b64decode(str(body["donnees"]))
                    self.folders.attach(key, str(body["nom"]), str(body.get("media", "application/pdf")), data)
                case "delete":
                    self.folders.delete(key)
                case _:
                    raise ValueError(what)

    def _visa(self, folder: Any, body: dict[str, Any]) -> None:
        key, steps = folder["id"], self._steps(folder)
        self._check_in_circuit(folder)
        for name, value in dict(body.get("metadonnees", {})).items():
            self.folders.say(key, name, str(value))
        last = folder["rang"] + 1 == len(steps)
        if last and (lost := set(self._subtype(folder).au_visa) - self.folders.metadata(key).keys()):
            raise ValueError(min(lost))
        self.folders.log(key, self._who(folder, body), "Vise", str(body.get("annotation", "")))
        if last:
            self.folders.log(key, self.setup.bureau, "Archive", "Circuit terminé, dossier archivable")
            self.folders.put(key, FINISHED, folder["rang"])
        else:
            self.folders.put(key, IN_CIRCUIT, folder["rang"] + 1)
            arrive(self.folders, key, steps[folder["rang"] + 1])

    def _sign(self, folder: Any, body: dict[str, Any]) -> None:
        """Sign a flow, well or as `trouble` says."""
        self._check_in_circuit(folder)
        if not self._subtype(folder).signs or self.setup.signataire is None:
            raise ValueError(folder["sous_type"])
        trouble, key = str(body.get("trouble", "")), folder["id"]
        who = _stranger() if trouble == "inconnu" else opened(self.setup.signataire.read_bytes())
        (main,) = self.folders.documents(key, main=True)
        data = sign(main["donnees"], who, datetime.now(UTC))
        self.folders.rewrite(key, TROUBLES.get(trouble, bytes)(data))
        self.folders.log(key, self._who(folder, body), "Signe", str(body.get("annotation", "")))
        self.folders.log(key, self.setup.bureau, "Archive", "Circuit terminé, dossier archivable")
        self.folders.put(key, FINISHED, folder["rang"])

    def _reject(self, folder: Any, body: dict[str, Any]) -> None:
        self._check_in_circuit(folder)
        self.folders.log(folder["id"], self._who(folder, body), self._refusal(folder), str(body.get("annotation", "")))
        self.folders.put(folder["id"], REJECTED, folder["rang"])

    def _refusal(self, folder: Any) -> str:
        return "RejetSignataire" if self._steps(folder)[folder["rang"]].role == SIGNATORY else "RejetVisa"

    def _check_in_circuit(self, folder: Any) -> None:
        if folder["place"] != IN_CIRCUIT:
            raise ValueError(folder["place"])

    def _who(self, folder: Any, body: dict[str, Any]) -> str:
        return str(body.get("acteur", self._steps(folder)[folder["rang"]].nom))

    def _steps(self, folder: Any) -> Any:
        return self._subtype(folder).etapes

    def _subtype(self, folder: Any) -> Any:
        return self.setup.subtype(folder["type"], folder["sous_type"])


def arrive(folders: Folders, key: str, step: Step) -> None:
    """Write down that a folder lies on a desk."""
    status, what = ("NonLu", "signature") if step.role == SIGNATORY else ("EnCoursVisa", "Visa")
    folders.log(key, step.bureau, status, f"Dossier déposé sur le bureau {step.bureau} pour {what}")


def _stranger() -> pki.Identity:
    """Return somebody whom no authority of ours knows, under the mayor's name."""
    return pki.make(pki.MAYOR, pki.make(replace(pki.ROOT, bits=2048)))


def _byte(data: bytes) -> bytes:
    """Change one character of the first document that travels in a flow."""
    place = data.index(b">", data.index(b"<Fichier")) + 2
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


def _blanks(data: bytes) -> bytes:
    return data.replace(b"</Bordereau>", b"</Bordereau>\n")


TROUBLES: Final[dict[str, Callable[[bytes], bytes]]] = {"octet": _byte, "blancs": _blanks}
"""What a careless place does to a flow, beside signing it."""
