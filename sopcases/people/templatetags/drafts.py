"""`{% unsent %}`: above a form, what its reader left unsent on this very page."""

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format

from sopcases.people import drafts
from sopcases.people.once import FIELD

register = template.Library()


@register.inclusion_tag("people/parts/unsent.html", takes_context=True)
def unsent(context: Context) -> dict:
    """Asks the database only where the page holds a form with a one-time key, and shows it empty."""
    request, form = context.get("request"), context.get("form")
    found = {"request": request, "csrf_token": context.get("csrf_token"), "drafts": [], "resumed": None}
    if FIELD not in getattr(form, "fields", ()) or not request.user.is_authenticated:
        return found
    if resumed := drafts.resumed(request):
        version = form.fields.get("version")
        now = "" if version is None or version.initial is None else str(version.initial)
        stale = version is not None and now != form.data.get("version", "")
        return found | {"resumed": resumed, "when": _when(resumed.draft.saved_at, request.at), "stale": stale}
    if request.method != "GET":
        return found
    rows = [(_when(one.draft.saved_at, request.at), one) for one in drafts.latest_for(request)]
    return found | {"drafts": rows}


def _when(saved: datetime, now: datetime) -> str:
    """ "hari ini 10.32", "Senin 23 November 10.32"."""
    local = timezone.localtime(saved)
    if local.date() == timezone.localtime(now).date():
        return f"hari ini {local:%H.%M}"
    return f"{date_format(local, 'l j F')} {local:%H.%M}"
