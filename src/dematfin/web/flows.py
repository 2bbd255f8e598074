"""Flows and verdicts: what is in flight, one flow with what Hélios answered, one mandat with what became of it."""

from starlette.responses import Response

from dematfin.acts import consult, flow_story, latest, timeline, verdict
from dematfin.domain.event import Subject
from dematfin.domain.mandat.attempt import ATTEMPT
from dematfin.web.visit import Visit


def show_all(visit: Visit) -> Response:
    """List what is in flight, then the flows, the last first."""
    return visit.page(
        "tous-les-flux.html",
        in_flight=flow_story.in_flight(visit.app, visit.who),
        flows=latest.flows(visit.app, visit.who),
    )


def show(visit: Visit) -> Response:
    """Show one flow: what it carries, how it left, what was answered."""
    story = flow_story.story(visit.app, visit.who, str(visit.request.path_params["flux"]))
    return visit.page("flux.html", story=story, judged=story.judged, names=_names(visit), ATTEMPT=ATTEMPT)


def show_mandat(visit: Visit) -> Response:
    """Show one mandat: its verdict, why, who must act."""
    found = verdict.follow(visit.app, visit.who, str(visit.request.path_params["mandat"]))
    thread = timeline.about(visit.app, visit.who, Subject.MANDAT, found.mandat.id)
    return visit.page("mandat.html", found=found, thread=thread, names=_names(visit))


def _names(visit: Visit) -> dict[str, str]:
    return {one.id: one.name for one in consult.people(visit.app)}
