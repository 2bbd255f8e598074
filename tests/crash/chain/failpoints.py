"""The points of the rows of the table « Crash points and remedies », each under a short name.

`DEMATFIN_FAIL=after_tdt_post:kill python -m crash.chaine` plays them; any pattern of a point's own name does as well.
How: kill (kill -9), full (no room on the disk from there on), cut (the answer is lost), power (what was not synced is
lost), jump (the clock jumps).
"""

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from crash.chain.plan import BLACKOUT, CALL, CLOCK, DISK, NAMED, Blow, Named, Plan
from crash.chain.points import CUT, FULL, JUMP, KILL, POWER

AFTER_LIST, AFTER_DOWNLOAD, AFTER_STATUS = "after_chorus_list", "after_download_before_commit", "after_status_change"

FAILPOINTS: Final[Mapping[str, tuple[str, ...]]] = {
    AFTER_LIST: ("intake._announce écrire après", "intake.* source.changed après"),
    AFTER_DOWNLOAD: ("fetch.* source.fetch après", "fetch.* documents.put* après", "fetch.* écrire avant"),
    AFTER_STATUS: ("tell.* notice.publish après", "together.together écrire avant"),
    "scan_split": ("publish.* paper.split après", "publish.publish écrire *", "paper_intake.* folders.done avant"),
    "visa_hand_over": ("parapheur._send parapheur.submit après", "parapheur._send écrire *"),
    "numbering": ("number.* écrire *",),
    "signing": ("acts.sign.sign signer.* après", "acts.sign.sign documents.put_file après", "signatures.* écrire *"),
    "after_tdt_post": ("transmit.deposit transmitter.send après",),
    "acquit_download": ("follow_up.* transmitter.f* après", "receive.* écrire *", "acquits.* écrire *"),
    "disk_full": ("* avant",),
    "clock_jump": ("* écrire avant",),
    "power_loss": ("*",),
    "two_daemons": ("* bail * pris après",),
    "expired_certificate": ("acts.sign.sign signer.* avant", "* transmitter.* avant"),
}
"""By the row of the table."""
WAYS: Final = {KILL: NAMED, FULL: DISK, CUT: CALL, POWER: BLACKOUT, JUMP: CLOCK}
VARIABLE: Final = "DEMATFIN_FAIL"


class UnknownFailpoint(Exception):
    """No point has this name, or none is struck in this way."""


def check_rows(met: Mapping[str, tuple[str, ...]]) -> None:
    """Raise UnknownFailpoint when a row of the table stands for no point any more."""
    for name, patterns in FAILPOINTS.items():
        for one in patterns:
            if not any(fnmatchcase(point, one) for points in met.values() for point in points):
                raise UnknownFailpoint(name, one)


def asked(met: Mapping[str, tuple[str, ...]]) -> tuple[Plan, ...]:
    """Return the runs that the environment asks for; none when it asks for nothing."""
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        return ()
    name, _, how = wanted.rpartition(":")
    if how not in WAYS:
        raise UnknownFailpoint(wanted)
    found = tuple(named(met, name, WAYS[how]))
    if not found:
        raise UnknownFailpoint(wanted)
    return tuple(
        Plan(number=number, seed=1, part=one.part, fault=one.fault, blows=(Blow(how=how, at=one.name),), whole=True)
        for number, one in enumerate(found, start=1)
    )


def named(met: Mapping[str, tuple[str, ...]], name: str, fault: str) -> Iterator[Named]:
    """Yield the points that a short name, or a pattern, stands for."""
    patterns = FAILPOINTS.get(name, (name,))
    for part, points in met.items():
        for point in points:
            if any(fnmatchcase(point, one) for one in patterns):
                yield Named(part, fault, point)
