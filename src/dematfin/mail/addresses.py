"""Addresses of mails: the plain form only, which no header and no command of SMTP can misread."""

import re
from typing import Final

LONGEST: Final = 254
PLAIN: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)


def is_address(text: str) -> bool:
    """Say whether a text is an address that we send to.

    >>> is_address("paul.ecoles@valbrume.fr"), is_address("paul@valbrume.fr\\r\\nBcc: tous@ailleurs.fr")
    (True, False)
    """
    return len(text) <= LONGEST and PLAIN.fullmatch(text) is not None
