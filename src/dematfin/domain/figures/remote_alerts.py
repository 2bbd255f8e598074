"""What a bought i-Parapheur needs somebody for."""

from collections.abc import Iterable, Iterator
from datetime import date

from dematfin.domain.visa.remote import NOT_FOUND, RemoteFolder, RemoteState


def of_remotes(folders: Iterable[RemoteFolder], today: date) -> Iterator[str]:
    """Yield a sentence for each folder that does not go its way."""
    for one in folders:
        if sentence := _of(one, today):
            yield f"Facture {one.invoice_id} (dossier {one.id}) : {sentence}"


def _of(one: RemoteFolder, today: date) -> str:
    match one.state:
        case RemoteState.TO_SEND if one.trouble:
            return f"elle n'est pas partie dans l'i-Parapheur. {one.trouble}"
        case RemoteState.WITHDRAWING if one.trouble:
            return f"elle n'a pas pu être retirée de l'i-Parapheur, faites-l'y rejeter. {one.trouble}"
        case RemoteState.STORED if one.trouble:
            return f"elle est décidée ici, mais n'a pas pu être close dans l'i-Parapheur. {one.trouble}"
        case RemoteState.SENT:
            return _of_one_there(one, today)
        case _:
            return ""


def _of_one_there(one: RemoteFolder, today: date) -> str:
    if one.status == NOT_FOUND:
        return "quelqu'un l'a supprimée de l'i-Parapheur. Reprenez-la (facture reprendre) : elle y retournera."
    if one.trouble:
        return f"elle est dans l'i-Parapheur et n'a pas pu en revenir. {one.trouble}"
    if today >= one.alert_on:
        return f"elle est dans l'i-Parapheur depuis le {one.made_on:%d/%m/%Y} (« {one.status} »). Relancez le service."
    return ""
