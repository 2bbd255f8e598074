"""Where a bundle of proof is written."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dematfin.domain.head import Head
from dematfin.domain.proof.shelf import Enclosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The proof of one invoice, ready to be written.

    Attributes:
        made_at: in the time zone of the collectivité; made_by: name of the person who asked for it.
        events: how many the whole journal has; head: its last seal, which `journal verifier --empreinte` knows again.
    """

    invoice_id: str
    collectivite: str
    made_at: datetime
    made_by: str
    events: int
    head: Head
    files: Sequence[Enclosed]


class ProofFolders(Protocol):
    """Writes a bundle as a folder, with its manifest and what verifies it."""

    def made(self, target: Path, bundle: Bundle) -> AbstractContextManager[str]:
        """Lend the SHA-256 of the manifest while the folder is complete but has not its name yet.

        It takes its name if all goes well meanwhile; else nothing is left of it.

        Raises:
            DocumentError: a document is not there any more, the place is taken, or cannot be written.
        """
        ...
