"""Absences: who sits at my desks while I am away."""

from starlette.responses import Response

from dematfin.acts import absences, consult
from dematfin.domain.parties.person import Act
from dematfin.errors import RuleError
from dematfin.web.forms import needed_day, text, texts
from dematfin.web.visit import Visit, status_of


def show(visit: Visit) -> Response:
    """Show the absences that are active or to come, and the form of a new one."""
    return _page(visit)


def declare(visit: Visit) -> Response:
    """Write an absence down."""
    form = visit.form
    try:
        asked = absences.Absence(
            absent=text(form, "absent") or visit.who.id,
            substitute=text(form, "remplacant"),
            starts_on=needed_day(form, "du", "Premier jour"),
            ends_on=needed_day(form, "au", "Dernier jour"),
            desks=frozenset(texts(form, "bureau")),
            reason=text(form, "motif"),
            decree=text(form, "arrete")[:200],
        )
        made = absences.delegate(visit.app, visit.who, asked)
    except RuleError as error:
        return _page(visit, error)
    return visit.go("/absences", f"Absence enregistrée du {made.starts_on:%d/%m/%Y} au {made.ends_on:%d/%m/%Y}.")


def end(visit: Visit) -> Response:
    """End an absence early."""
    absences.end(visit.app, visit.who, str(visit.request.path_params["delegation"]))
    return visit.go("/absences", "Cette absence est finie : le remplaçant n'a plus aucun droit dès aujourd'hui.")


def _page(visit: Visit, error: RuleError | None = None) -> Response:
    people = {one.id: one for one in consult.people(visit.app)}
    entitled = [one for one in people.values() if one.may(Act.VISA)]
    typed = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    return visit.page(
        "absences.html",
        status_of(error) if error else 200,
        absences=absences.absences(visit.app, visit.who),
        names={key: one.name for key, one in people.items()},
        entitled=sorted(entitled, key=lambda one: one.name),
        may_declare=visit.who.may(Act.DELEGATE),
        administers=visit.who.may(Act.ADMINISTER),
        typed=typed,
        ticked=texts(visit.form, "bureau"),
        error=str(error or ""),
    )
