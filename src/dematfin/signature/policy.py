"""Which policy a signature follows: the one that is configured, a former one, or none that is known."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from dematfin.domain.finding import Finding
from dematfin.signature.reading import Digest, Said
from dematfin.signature.settings import PolicySettings
from dematfin.signature.structure import remark, wrong
from dematfin.signature.vocabulary import SHA1, SHA256, VERSIONS, XAD

FORMER: Final = {
    Digest(algorithm, base64.b64decode(value)): name
    for algorithm, value, name in (
        (SHA1, "Jkdb+aba0Hz6+ZPKmKNhPByzQ+Q=", "celle d'avant 2018"),
        (SHA256, "pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=", "une version de transition (2018)"),
        (SHA256, "GbP1WjbTrHp6h9zlsz5RN7AqkJbnDNDOAQzgm1qzIJ4=", "d'origine inconnue"),  # pragma: allowlist secret
    )
}
"""Digests of policies seen in real flows: to be recognised, never to be written."""

REFUSED_SINCE: Final = datetime(2018, 9, 1, tzinfo=UTC)


def check(said: Said, expected: PolicySettings, name: str, *, leaving: bool) -> Iterator[Finding]:
    """Yield what is wrong with the policy of a signature; a flow that is `leaving` follows the configured one."""
    if leaving:
        yield from _customs(said, name)
    wanted = Digest(SHA256, base64.b64decode(expected.empreinte))
    if said.policy == expected.oid and said.policy_digest == wanted:
        return
    former = FORMER.get(said.policy_digest)
    if former is None:
        yield wrong(
            "SIG-POLITIQUE",
            f"{name} : la politique annoncée ({said.policy}) n'est pas celle de la DGFiP. Faites signer de nouveau, "
            "ou mettez [signature.politique] à jour si la DGFiP en a publié une nouvelle.",
        )
        return
    told = (
        f"{name} : la politique de signature est {former}. Hélios n'admet que la nouvelle depuis le 1er septembre "
        "2018 : un flux à transmettre doit être signé de nouveau."
    )
    in_its_time = said.signed_at < REFUSED_SINCE and not leaving
    yield remark("SIG-POLITIQUE", told) if in_its_time else wrong("SIG-POLITIQUE", told)


def _customs(said: Said, name: str) -> Iterator[Finding]:
    """Tell what real flows contain, and the policy or a TdT asks otherwise."""
    if said.xades != VERSIONS[XAD]:
        yield remark(
            "SIG-XADES",
            f"{name} : signé en XAdES {said.xades}, la politique demande 1.2.2. Hélios en a accepté ; s'il refuse ce "
            "flux, réglez l'outil qui signe sur XAdES 1.2.2.",
        )
    if not said.target.startswith("#"):
        yield remark(
            "SIG-XADES",
            f"{name} : la signature se désigne sans « # ». S²LOW ne saurait pas y lire la date de signature ; s'il "
            "refuse ce flux, voyez le fournisseur de l'outil qui signe.",
        )
