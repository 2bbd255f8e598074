"""What differs between two flows, in the words of whoever signs them: mandats, amounts, creditors, documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dematfin.domain.mandat import codes
from dematfin.domain.mandat.aller import ReadBordereau, ReadDocument, ReadFlow, ReadLine, ReadMandat, ReadTiers
from dematfin.domain.money import french
from dematfin.domain.parties.iban import mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs.

    Attributes:
        signature: it is the signature alone, which changes nothing of what is paid.
    """

    sentence: str
    signature: bool = False


def differences(first: ReadFlow, second: ReadFlow) -> tuple[Difference, ...]:
    """Return what the second flow says otherwise than the first."""
    said = [*_headers(first, second), *_bordereaux(first, second), *_documents(first, second)]
    if not said and first.shape != second.shape:
        said = ["Un détail diffère que cette comparaison ne nomme pas : comparez les deux fichiers eux-mêmes."]
    found = [Difference(sentence=sentence) for sentence in said]
    return (*found, *_signatures(first, second))


def _headers(first: ReadFlow, second: ReadFlow) -> Iterator[str]:
    yield from _changed("Nom du flux", first.nomfic, second.nomfic)
    yield from _changed("Budget (SIRET)", first.siret, second.siret)
    yield from _changed("Poste comptable", first.post, second.post)
    yield from _changed("Code collectivité et budget", _codes(first), _codes(second))
    yield from _changed("Date du flux", str(first.written_on), str(second.written_on))
    yield from _changed("Bordereaux dématérialisés", *(_yes(one.dematerialised) for one in (first, second)))
    yield from _changed("Autres domaines", ", ".join(first.others), ", ".join(second.others))


def _bordereaux(first: ReadFlow, second: ReadFlow) -> Iterator[str]:
    before, after = ({_key(one): one for one in flow.bordereaux} for flow in (first, second))
    for key in before | after:
        name = f"Bordereau n° {key[2]} de {key[0]}"
        if key not in after:
            yield f"{name} : il n'est plus là ({french(before[key].total)})."
        elif key not in before:
            yield f"{name} : il est ajouté ({french(after[key].total)})."
        else:
            yield from _sheet(name, before[key], after[key])


def _sheet(name: str, before: ReadBordereau, after: ReadBordereau) -> Iterator[str]:
    yield from _money(f"{name}, total annoncé", before.announced, after.announced)
    yield from _changed(f"{name}, date", str(before.emitted_on), str(after.emitted_on))
    yield from _changed(f"{name}, cumul annuel", str(before.cumul), str(after.cumul))
    olds, news = ({one.number: one for one in sheet.mandats} for sheet in (before, after))
    for number in sorted(olds.keys() | news.keys()):
        if number not in news:
            yield f"Mandat n° {number}{_to(olds[number])} : il n'est plus là ({french(olds[number].amount)})."
        elif number not in olds:
            yield f"Mandat n° {number}{_to(news[number])} : il est ajouté ({french(news[number].amount)})."
        else:
            yield from _mandat(f"Mandat n° {number}{_to(olds[number])}", olds[number], news[number])
    if len(before.mandats) != len(after.mandats) and olds.keys() == news.keys():
        yield f"{name} : un même numéro de mandat y est {len(after.mandats)} fois au lieu de {len(before.mandats)}."


def _mandat(name: str, before: ReadMandat, after: ReadMandat) -> Iterator[str]:
    if before == after:
        return
    yield from _money(f"{name}, montant", before.amount, after.amount)
    yield from _changed(f"{name}, type", _kind(before), _kind(after))
    yield from _changed(f"{name}, objet", before.label, after.label)
    yield from _changed(f"{name}, délai de paiement", _delay(before), _delay(after))
    yield from _changed(f"{name}, pièces", ", ".join(before.references), ", ".join(after.references))
    if len(before.lines) != len(after.lines):
        yield f"{name} : {len(after.lines)} lignes au lieu de {len(before.lines)}."
        return
    told = False
    for old, new in zip(before.lines, after.lines, strict=True):
        for sentence in _line(f"{name}, ligne {old.number}", old, new):
            told = True
            yield sentence
    if not told and _rest(before) != _rest(after):
        yield f"{name} : son service, son échéance ou ses numéros de ligne diffèrent."


def _line(name: str, before: ReadLine, after: ReadLine) -> Iterator[str]:
    yield from _changed(f"{name}, imputation", _account(before), _account(after))
    yield from _money(f"{name}, HT", before.ht, after.ht)
    yield from _money(f"{name}, TVA", before.vat, after.vat)
    yield from _changed(f"{name}, facture", before.invoice, after.invoice)
    yield from _changed(f"{name}, libellé du virement", " / ".join(before.labels), " / ".join(after.labels))
    yield from _changed(f"{name}, règlement", *(codes.words(codes.MODE, one.mode) for one in (before, after)))
    yield from _changed(f"{name}, marché", before.marche, after.marche)
    yield from _changed(f"{name}, pièce d'origine", " ".join(before.earlier), " ".join(after.earlier))
    if before.tiers and after.tiers:
        yield from _tiers(name, before.tiers, after.tiers)
    elif before.tiers != after.tiers:
        yield f"{name} : le créancier est {'ajouté' if after.tiers else 'retiré'}."


def _tiers(name: str, before: ReadTiers, after: ReadTiers) -> Iterator[str]:
    yield from _changed(f"{name}, créancier", before.name, after.name)
    yield from _changed(f"{name}, identifiant du créancier", before.identifier, after.identifier)
    yield from _changed(f"{name}, adresse", ", ".join(before.address), ", ".join(after.address))
    if before.account != after.account:
        old, new = (mask(one.account) if one.account else "aucun" for one in (before, after))
        yield f"{name} : LE COMPTE BANCAIRE CHANGE, {old} devient {new}."
    yield from _changed(f"{name}, titulaire du compte", before.holder, after.holder)
    yield from _changed(f"{name}, BIC", before.bic, after.bic)
    yield from _changed(f"{name}, nature du créancier", _nature(before), _nature(after))


def _documents(first: ReadFlow, second: ReadFlow) -> Iterator[str]:
    before, after = ({one.id: one for one in flow.documents} for flow in (first, second))
    for key in before | after:
        one = after.get(key) or before[key]
        name = f"Pièce jointe « {one.name} » ({key})"
        if key not in after:
            yield f"{name} : elle n'est plus portée par le flux."
        elif key not in before:
            yield f"{name} : elle est ajoutée."
        else:
            yield from _document(name, before[key], after[key])


def _document(name: str, before: ReadDocument, after: ReadDocument) -> Iterator[str]:
    if before.sha256 != after.sha256:
        yield f"{name} : son contenu est remplacé ({before.size} octets, puis {after.size})."
    yield from _changed(f"{name}, nom", before.name, after.name)
    yield from _changed(f"{name}, description", before.description, after.description)
    yield from _changed(f"{name}, type", f"{before.kind} {before.media_type}", f"{after.kind} {after.media_type}")
    yield from _changed(f"{name}, mandats désignés", ", ".join(before.accounts), ", ".join(after.accounts))


def _signatures(first: ReadFlow, second: ReadFlow) -> Iterator[Difference]:
    if first.signatures != second.signatures:
        yield Difference(
            sentence=f"Signatures : {first.signatures} dans le premier flux, {second.signatures} dans le second.",
            signature=True,
        )


def _changed(name: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"{name} : « {before or 'rien'} » devient « {after or 'rien'} »."


def _money(name: str, before: Decimal, after: Decimal) -> Iterator[str]:
    if before != after:
        yield f"{name} : {french(before)} devient {french(after)}."


def _key(sheet: ReadBordereau) -> tuple[int, str, int]:
    return sheet.exercice, sheet.kind, sheet.number


def _codes(flow: ReadFlow) -> str:
    return f"{flow.cod_col}/{flow.cod_bud}"


def _yes(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "oui" if value else "non"


def _to(mandat: ReadMandat) -> str:
    name = next((line.tiers.name for line in mandat.lines if line.tiers), "")
    return f" ({name})" if name else ""


def _kind(mandat: ReadMandat) -> str:
    return f"{codes.words(codes.PIECE, mandat.kind[0])}, {codes.words(codes.NATURE, mandat.kind[1])}"


def _delay(mandat: ReadMandat) -> str:
    one = mandat.delay
    return "" if one is None else f"du {one.starts_on} au {one.ends_on}, {one.days} jours, suivi : {_yes(one.followed)}"


def _rest(mandat: ReadMandat) -> tuple[object, ...]:
    return mandat.service, mandat.pay_on, tuple(line.number for line in mandat.lines)


def _account(line: ReadLine) -> str:
    return "/".join(filter(None, line.imputation))


def _nature(tiers: ReadTiers) -> str:
    return "/".join((*tiers.category, tiers.kind, tiers.reference))
