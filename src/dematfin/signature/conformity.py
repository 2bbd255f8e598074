"""Does what a signature says hold together? Its references, its algorithms, its certificate, its place and its role."""

import hashlib
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from dematfin.domain.finding import Finding
from dematfin.signature.names import issuer_name
from dematfin.signature.reading import Digest, Reference, Said
from dematfin.signature.structure import Signed, remark, wrong
from dematfin.signature.vocabulary import C14N, ENVELOPED, PROPERTIES_TYPES, RSA_SHA256, SHA1, SHA256

HASHES: Final = {SHA256: hashlib.sha256, SHA1: hashlib.sha1}
"""SHA-1 of the certificate alone: a widespread signing tool writes it beside SHA-256 everywhere else."""


def check(said: Said, signed: Signed) -> Iterator[Finding]:
    """Yield what a signature says that the policy does not allow."""
    yield from _designations(said, signed)
    yield from _algorithms(said, signed.name)
    yield from _certificate(said, signed.name)
    if not all((*said.place, said.role)):
        yield wrong(
            "SIG-QUALITE",
            f"{signed.name} : le lieu (ville, code postal, pays) ou la qualité du signataire manque. Complétez "
            "« ville », « code_postal », « pays » et « qualite », puis faites signer de nouveau.",
        )


def data_reference(said: Said) -> Reference:
    """Return the reference to what is signed: the other one designates the properties."""
    return next(one for one in said.references if one.uri != f"#{said.properties.get('Id')}")


def properties_reference(said: Said) -> Reference:
    """Return the reference to the signed properties."""
    return next(one for one in said.references if one.uri == f"#{said.properties.get('Id')}")


def _designations(said: Said, signed: Signed) -> Iterator[Finding]:
    """Exactly what is signed, in exactly one form: anything else is how a signature is made to cover nothing."""
    again = "Faites signer de nouveau."
    if not said.id or said.target.removeprefix("#") != said.id or not said.properties.get("Id"):
        yield wrong("SIG-FORME", f"{signed.name} : la signature et ses propriétés ne se désignent pas. {again}")
        return
    wanted = {
        f"#{signed.element.get('Id')}": (ENVELOPED, C14N),
        f"#{said.properties.get('Id')}": (C14N,),
    }
    if {one.uri: one.transforms for one in said.references} != wanted:
        yield wrong(
            "SIG-FORME", f"{signed.name} : la signature désigne autre chose que ce qu'elle doit couvrir. {again}"
        )
    elif said.references[0] != data_reference(said):
        yield wrong(
            "SIG-FORME",
            f"{signed.name} : la signature désigne ses propriétés avant le contenu, et S²LOW ne lit que la première "
            f"référence. {again}",
        )
    elif data_reference(said).type or properties_reference(said).type not in PROPERTIES_TYPES:
        yield wrong("SIG-FORME", f"{signed.name} : la signature annonce une référence d'un type inconnu. {again}")


def _algorithms(said: Said, name: str) -> Iterator[Finding]:
    used = [*said.methods, *(one.digest.algorithm for one in said.references)]
    if used == [C14N, RSA_SHA256, SHA256, SHA256]:
        return
    odd = next(one for one, good in zip(used, (C14N, RSA_SHA256, SHA256, SHA256), strict=True) if one != good)
    since = " Hélios refuse SHA-1 depuis le 1er septembre 2018." if "sha1" in odd else ""
    yield wrong(
        "SIG-FORME",
        f"{name} : l'algorithme « {odd} » n'est pas celui de la politique.{since} Faites signer de nouveau.",
    )


def _certificate(said: Said, name: str) -> Iterator[Finding]:
    der = said.certificate.public_bytes(Encoding.DER)
    hashed = HASHES.get(said.certificate_digest.algorithm)
    found = hashed and Digest(said.certificate_digest.algorithm, hashed(der).digest())
    if found != said.certificate_digest or said.serial != str(said.certificate.serial_number):
        yield wrong(
            "SIG-CERTIFICAT", f"{name} : le certificat joint n'est pas celui que le signataire a annoncé en signant."
        )
        return
    if said.certificate_digest.algorithm == SHA1:
        yield remark("SIG-CERTIFICAT", f"{name} : l'empreinte du certificat est en SHA-1. C'est toléré, pas conforme.")
    issuer = said.certificate.issuer
    if said.issuer.replace(" ", "") not in {_compact(issuer_name(issuer)), _compact(issuer.rfc4514_string())}:
        yield remark(
            "SIG-EMETTEUR",
            f"{name} : le nom de l'émetteur du certificat est écrit « {said.issuer[:80]} », Hélios attend "
            f"« {issuer_name(issuer)[:80]} ».",
        )


def _compact(text: str) -> str:
    return text.replace(" ", "")
