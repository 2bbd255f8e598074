"""The creditor of a mandat as a `Tiers`: who it is, where it is, where its money goes."""

from typing import Any, Final

from dematfin.domain.mandat.kind import TO_AN_ACCOUNT
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.pes.text import letters_and_digits
from dematfin.pes.values import add, node
from dematfin.pes.wording import Wording

PERSON: Final = "01"
MAIN_ADDRESS: Final = "1"
ABROAD: Final = "99999"
FRANCE: Final = frozenset({"", "100"})
NAME_LENGTH: Final = 38


def creditor(element: Any, wording: Wording) -> None:
    """Fill the Tiers of a line."""
    tiers = wording.mandat.tiers
    _identity(node(element, "InfoTiers"), tiers, wording)
    _address(node(element, "Adresse"), tiers.address, wording)
    if wording.mandat.mode in TO_AN_ACCOUNT:
        _account(node(element, "CpteBancaire"), tiers.account, wording)


def over_two(name: str, complement: str) -> tuple[str, str]:
    """Share a name out over Nom and ComplNom: what is longer than 38 characters goes on in the second.

    >>> over_two("SYNDICAT INTERCOMMUNAL DES EAUX DE LA HAUTE VALLEE", "Agence sud")
    ('SYNDICAT INTERCOMMUNAL DES EAUX DE LA', 'HAUTE VALLEE Agence sud')
    """
    if len(name) <= NAME_LENGTH:
        return name, complement
    end = name.rfind(" ", 0, NAME_LENGTH + 1)
    end = end if end > 0 else NAME_LENGTH
    return name[:end], f"{name[end:].strip()} {complement}".strip()


def _identity(info: Any, tiers: Tiers, wording: Wording) -> None:
    """A person, and nobody else, has a civilité and a first name; whoever has no identifier tells no kind of it."""
    identifier = letters_and_digits(tiers.identifier, 80)
    person = tiers.category == PERSON
    whole = wording.required("son nom", tiers.name, 4 * NAME_LENGTH)
    name, complement = over_two(whole, wording.exact("son complément de nom", tiers.complement, NAME_LENGTH))
    add(
        info,
        IdTiers=identifier,
        NatIdTiers=tiers.identifier_kind if identifier else "",
        RefTiers=wording.exact("sa référence", tiers.id, 30),
        CatTiers=tiers.category,
        NatJur=tiers.legal_nature,
        Civilite=wording.required("sa civilité", tiers.civility, 10) if person else "",
        Nom=name,
        ComplNom=wording.exact("son nom", complement, NAME_LENGTH),
        Prenom=wording.required("son prénom", tiers.first_name, NAME_LENGTH) if person else "",
    )


def _address(element: Any, address: Address, wording: Wording) -> None:
    """Abroad the postcode is 99999 and the foreign one stands before the town."""
    foreign = address.country not in FRANCE
    moved = f"{address.postcode} " if foreign and address.postcode != ABROAD else ""
    street = address.line2 or address.line3
    add(
        element,
        TypAdr=MAIN_ADDRESS,
        Adr1=wording.exact("son adresse", address.line1, 38),
        Adr2=wording.required("son adresse", street, 38),
        Adr3=wording.exact("son adresse", address.line3 if address.line2 else "", 38),
        CP=ABROAD if foreign else address.postcode,
        Ville=wording.required("sa ville", f"{moved}{address.town}", 38),
        CodRes="1" if foreign else "0",
        CodPays=address.country if foreign else "",
    )


def _account(element: Any, account: BankAccount, wording: Wording) -> None:
    add(
        element,
        BIC=account.bic,
        IBAN=account.iban,
        TitCpte=wording.required("le titulaire de son compte", account.holder, 32),
    )
