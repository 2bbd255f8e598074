"""xmlsec1, which knows nothing of us: a second judge of digests, values and chains."""

import subprocess
from pathlib import Path
from typing import Final

from lxml import etree

from signature.town import DS, Town

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller:PES_Aller"


def xmlsec1(town: Town, signed: Path, number: int) -> subprocess.CompletedProcess[str]:
    """Have a stranger verify the signature of rank `number`; without a rank it would look at the first one only."""
    where = f"(//*[local-name()='Signature' and namespace-uri()='{DS[1:-1]}'])[{number}]"
    ids = [part for name in ("Bordereau", "SignedProperties", ALLER) for part in ("--id-attr:Id", name)]
    trust = ["--trusted-pem", str(town.folder / "racine.pem"), "--untrusted-pem", str(town.folder / "ac.pem")]
    when = ["--verification-gmt-time", f"{town.now:%Y-%m-%d %H:%M:%S}"]
    options = ["--enabled-reference-uris", "same-doc", "--enabled-key-data", "x509"]
    command = ["xmlsec1", "--verify", *options, "--node-xpath", where, *ids, *trust, *when, str(signed)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def holds(town: Town, signed: Path) -> bool:
    """Say whether xmlsec1 finds every signature of a flow good, and there is one."""
    count = len(list(etree.parse(signed).iter(f"{DS}Signature")))
    said = [xmlsec1(town, signed, number).stderr for number in range(1, count + 1)]
    return bool(said) and all("OK\nSignedInfo References (ok/all): 2/2" in one for one in said)
