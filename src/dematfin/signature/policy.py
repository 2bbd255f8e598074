"""Which policy a signature follows: the one that is configured, a former one, or none that is known."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from dematfin.domain.finding import Finding
from dematfin.signature.reading import Digest, Said
from dematfin.signature.settings import PolicySettings
from dematfin.signature.structure import remark, wrong
from dematfin.signature.vocabulary import SHA1, SHA256

FORMER: Final = {
    Digest(SHA1, base64.b64decode("Jkdb+aba0Hz6+ZPKmKNhPByzQ+Q=")): "celle d'avant 2018",
    Digest(
        SHA256, base64.b64decode("pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=")
    ): "une version de transition (2018)",
    Digest(SHA256, base64.b64decode("GbP1WjbTrHp6h9zlsz5RN7AqkJbnDNDOAQzgm1qzIJ4=")): "une version d'origine inconnue",
}
"""Digests of policies seen in real flows: to be recognised, never to be written."""

REFUSED_SINCE: Final = datetime(2018, 9, 1, tzinfo=UTC)


def check(said: Said, expected: PolicySettings, name: str, *, leaving: bool) -> Iterator[Finding]:
    """Yield what is wrong with the policy of a signature; a flow that is `leaving` follows the configured one."""
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
        f"{name} : la politique de signature est {former}, remplacée le 1er septembre 2018. Un flux à transmettre "
        "doit être signé de nouveau."
    )
    yield (
        remark("SIG-POLITIQUE", told)
        if said.signed_at < REFUSED_SINCE and not leaving
        else wrong("SIG-POLITIQUE", told)
    )
