"""Vérifie une signature XAdES d'un flux PES avec la bibliothèque standard et le programme openssl. Va avec verifier.py.

Chaque constat est un triplet : vrai, faux ou None (hors de portée) ; ce qui est vérifié ; ce qui est refusé.
"""

import base64
import hashlib
import os
import re
import subprocess
import tempfile
from datetime import datetime, timezone

DS = "{http://www.w3.org/2000/09/xmldsig#}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
CERTIFICATE = f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate"
KEY = "-----BEGIN PUBLIC KEY-----"


def check(one, chains):
    """Constate ce que la signature désigne et ce qu'elle couvre, puis son certificat ; s'arrête quand rien n'a de sens.

    `chains` donne, par empreinte de certificat, le fichier des autorités qui l'ont délivré.
    """
    info = one.tree.find(DS + "SignedInfo")
    infos = [part for part in one.parts if part.name == DS + "SignedInfo"]
    properties = [part for part in one.parts if part.name != DS + "SignedInfo"]
    whole = len(infos) == len(properties) == 1 and bool(one.holder.id and properties[0].id)
    if not whole:
        yield False, "", "la signature n'a pas exactement un contenu et des propriétés signées"
        return
    wanted = {f"#{one.holder.id}": [ENVELOPED, EXCLUSIVE], f"#{properties[0].id}": [EXCLUSIVE]}
    references = info.findall(DS + "Reference")
    found = {node.get("URI"): node for node in references}
    ways = {uri: [way.get("Algorithm") for way in node.iter(DS + "Transform")] for uri, node in found.items()}
    used = [node.get("Algorithm") for node in info.iter() if node.tag.endswith("Method")]
    formed = ways == wanted and used == [EXCLUSIVE, RSA, SHA256, SHA256] and len(references) == len(wanted)
    wrong = "la signature désigne autre chose que l'élément qui la porte, ou sous une autre forme"
    yield formed, "la signature désigne l'élément qui la porte, sous la forme prévue", wrong
    if formed:
        told = ((one.holder, "le contenu"), (properties[0], "ce que dit le signataire (date, lieu, qualité)"))
        for part, words in told:
            same = _decoded(found[f"#{part.id}"].findtext(DS + "DigestValue")) == part.hash.digest()
            yield same, f"{words} n'a pas changé depuis la signature", f"{words} a changé depuis la signature"
        yield from _certificate(one.tree, "".join(infos[0].kept), chains)


def _certificate(tree, signed, chains):
    der = _decoded(tree.findtext(CERTIFICATE))
    method, announced = tree.find(".//{*}CertDigest")
    digest = hashlib.sha1 if method.get("Algorithm", "").endswith("#sha1") else hashlib.sha256
    wrong = "le certificat joint à la signature n'est pas celui que le signataire a annoncé"
    same = digest(der).digest() == _decoded(announced.text)
    yield same, "le certificat est celui que le signataire a annoncé", wrong
    with tempfile.TemporaryDirectory() as folder:
        pem = "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n"
        _write(folder, "certificat.pem", pem.encode())
        _write(folder, "dit", signed.encode())
        _write(folder, "valeur", _decoded(tree.findtext(DS + "SignatureValue")))
        yield from _value(tree, folder)
        yield _chain(tree, chains.get(hashlib.sha256(der).hexdigest()), folder)


def _value(tree, folder):
    _, shown = _openssl(folder, "x509", "-in", "certificat.pem", "-noout", "-text", "-pubkey")
    _write(folder, "cle.pem", (KEY + shown.partition(KEY)[2]).encode())
    good, why = _openssl(folder, "dgst", "-sha256", "-verify", "cle.pem", "-signature", "valeur", "dit")
    ok = f"la signature est celle du titulaire du certificat, qui la date du {_time(tree)}"
    yield good, ok, f"la signature n'est pas celle du titulaire du certificat ({why[:60]})"
    yield "Non Repudiation" in shown, "ce certificat sert à signer", "ce certificat ne sert pas à signer"


def _chain(tree, chain, folder):
    if not chain:
        return None, "le dossier n'a pas les autorités de ce certificat : rien ne dit qui l'a délivré", ""
    good, why = _openssl(folder, "verify", "-attime", str(seconds(_time(tree))), "-CAfile", chain, "certificat.pem")
    ok = "ce certificat était valable ce jour-là, délivré par les autorités jointes"
    return good, ok, f"ce certificat n'était pas valable ce jour-là, ou d'autres l'ont délivré ({why[-60:]})"


def _time(tree):
    return tree.findtext(".//{*}SigningTime").strip()


def seconds(text):
    """Rend l'instant d'un xs:dateTime en secondes entières ; UTC quand il ne dit pas son fuseau."""
    read = datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    return int((read if read.tzinfo else read.replace(tzinfo=timezone.utc)).timestamp())


def _openssl(folder, *arguments):
    """Appelle openssl, qui ne se fie qu'à ce qui lui est donné ; rend son verdict et ce qu'il dit."""
    environment = {**os.environ, "SSL_CERT_DIR": folder, "SSL_CERT_FILE": os.path.join(folder, "aucun"), "LC_ALL": "C"}
    done = subprocess.run(["openssl", *arguments], capture_output=True, env=environment, cwd=folder, check=False)
    return done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace").strip()


def _write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as sink:
        sink.write(data)


def _decoded(text):
    """Lit du base64 comme les outils l'écrivent : avec des sauts de ligne, ou sans son remplissage."""
    text = "".join((text or "").split())
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
