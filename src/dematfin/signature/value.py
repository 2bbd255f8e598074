"""Digests and value of a signature, recomputed; for a bordereau, signxml judges too.

signxml holds several copies of what it verifies: the bordereau alone is given to it (the exclusive canonical form owes
nothing to what is around), and never a whole flow with its documents.
"""

import base64
import hashlib
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

from dematfin.domain.finding import Finding
from dematfin.errors import SignatureError
from dematfin.ports.signature import Scope
from dematfin.signature.canonical import canonical
from dematfin.signature.conformity import data_reference, properties_reference
from dematfin.signature.flow import Flow
from dematfin.signature.reading import Said
from dematfin.signature.structure import Signed, wrong
from dematfin.support.xml import parser

REFERENCES = 2


def check(flow: Flow, signed: Signed, said: Said) -> Iterator[Finding]:
    """Yield what proves that something else was signed; the signature is taken out of the tree."""
    try:
        properties, info = canonical(said.properties), canonical(said.signed_info)
        verified = library_verdict(signed, said.certificate) if signed.scope is Scope.BORDEREAU else None
        signed.element.remove(signed.signature)
        covered = base64.b64decode(flow.digest(signed.element))
    except SignatureError as error:
        yield wrong("SIG-XML", str(error))
        return
    if covered != data_reference(said).digest.value:
        yield wrong(
            "SIG-VALEUR",
            f"{signed.name} : ce n'est pas le contenu qui a été signé. Ne le transmettez pas, reprenez "
            "le fichier signé d'origine.",
        )
    elif hashlib.sha256(properties).digest() != properties_reference(said).digest.value or not _holds(said, info):
        yield wrong(
            "SIG-VALEUR",
            f"{signed.name} : la signature n'est pas celle du titulaire du certificat, ou ce qu'elle dit "
            "(date, lieu, qualité) a changé. Faites signer de nouveau.",
        )
    elif verified is not None and verified != [canonical(signed.element), properties]:
        yield wrong("SIG-VALEUR", f"{signed.name} : la signature couvre autre chose que ce bordereau.")


def library_verdict(signed: Signed, certificate: x509.Certificate) -> list[bytes]:
    """Return what signxml says was signed; nothing when it refuses."""
    config = SignatureConfiguration(
        location="./",
        expect_references=REFERENCES,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        ignore_ambiguous_key_info=True,  # the certificate alone counts, here as by hand
        verification_time=certificate.not_valid_before_utc,  # the dates are judged apart, at the date of signature
    )
    try:
        results = XMLVerifier().verify(
            etree.tostring(signed.element, with_tail=False),
            x509_cert=certificate,
            id_attribute="Id",
            expect_config=config,
            parser=parser(),
            validate_schema=False,  # the grammar has judged, and lets through a policy hash without its padding
        )
    except (SignXMLException, etree.LxmlError, ValueError):
        return []
    return [one.signed_data for one in results] if isinstance(results, list) else []


def _holds(said: Said, info: bytes) -> bool:
    key = said.certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(said.value, info, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
