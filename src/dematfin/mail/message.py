"""A mail as its bytes travel: headers that no name can break, plain text and HTML."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from dematfin.domain.mail import Mail, one_line
from dematfin.errors import Refused
from dematfin.mail.addresses import is_address

TRAVELS: Final = SMTP.clone(cte_type="7bit")
"""Old servers on the way take no accent as it is."""
LONGEST_SUBJECT: Final = 200


def message_of(mail: Mail, sender: str, date: str) -> EmailMessage:
    """Return what is sent, or raise Refused when the address of its reader is none."""
    if not is_address(mail.address):
        message = f"l'adresse de {one_line(mail.name)} n'en est pas une : corrigez-la (personne ajouter … --courriel)."
        raise Refused(message)
    written = EmailMessage(policy=TRAVELS)
    written["From"] = Address(display_name="dematfin", addr_spec=sender)
    written["To"] = Address(display_name=one_line(mail.name), addr_spec=mail.address)
    written["Subject"] = one_line(mail.subject, LONGEST_SUBJECT)
    written["Date"] = date
    written["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    written.set_content(mail.text)
    written.add_alternative(mail.html, subtype="html")
    for one in mail.attachments:
        kind, _, form = one.media_type.partition("/")
        written.add_attachment(one.data, maintype=kind, subtype=form, filename=one_line(one.name))
    return written
