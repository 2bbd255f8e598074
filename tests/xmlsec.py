"""The judgement of xmlsec1 on each signature of a flow, as signature-helios wants it asked."""

import subprocess
from pathlib import Path
from typing import Final

from lxml import etree

from signature.town import DS, Town

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"


def verified(flow: Path, town: Town) -> tuple[bool, ...]:
    """Return, for each signature of a flow, whether it holds and its certificate leads to the town's root."""
    count = len(list(etree.parse(flow).iter(f"{DS}Signature")))
    return tuple(_holds(flow, town, number) for number in range(1, count + 1))


def _holds(flow: Path, town: Town, number: int) -> bool:
    signed_at = etree.parse(flow).xpath(f"(//*[local-name()='SigningTime'])[{number}]")[0].text
    signature = f"(//*[local-name()='Signature'])[{number}]"
    ids = ("--id-attr:Id", "Bordereau", "--id-attr:Id", f"{ALLER}:PES_Aller", "--id-attr:Id", "SignedProperties")
    trust = ("--trusted-pem", str(town.folder / "racine.pem"), "--untrusted-pem", str(town.folder / "ac.pem"))
    limits = ("--enabled-reference-uris", "same-doc", "--enabled-key-data", "x509")
    at = signed_at.replace("T", " ").replace("Z", "")
    judged = subprocess.run(
        ["xmlsec1", "--verify", *limits, "--node-xpath", signature, *ids, *trust, "--verification-gmt-time", at, flow],
        capture_output=True,
        text=True,
        check=False,
    )
    return judged.returncode == 0 and "SignedInfo References (ok/all): 2/2" in judged.stderr
