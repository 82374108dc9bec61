"""How a form of a case is answered: done once and led on, or shown again with all that was typed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from sopcases.people import drafts
from sopcases.people.once import once, sent_before
from sopcases.refusal import Conflict, NotAllowed, Refused

RACE = "Orang lain menyimpan hal yang sama pada saat yang sama."


def answer(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[], Any],
    show: Callable[[int], HttpResponse],
    here: str,
    others: tuple[forms.Form, ...] = (),
) -> HttpResponseBase:
    """GET shows the form; a valid POST does `act` once and goes where it says.

    A draft taken up again fills the form without judging it.

    A refusal is shown on the form (422) and changes nothing; a conflict of two editors gets a page of its own
    that keeps what was typed (409); who may not act gets the sentence (403). `others` are forms sent along.
    """
    if request.method != "POST":
        return show(200)
    if drafts.resumed(request):
        for part in (form, *others):
            drafts.unjudged(part)
        return show(200)
    # All of them, so that every mistake shows at once.
    if all([form.is_valid(), *[other.is_valid() for other in others]]):
        try:
            return once(request, act)
        except NotAllowed:
            raise
        except Conflict as conflict:
            return conflict_page(request, form, conflict, here)
        except Refused as refusal:
            form.add_error(None, list(refusal.sentences))
        except IntegrityError:
            return conflict_page(request, form, Conflict(RACE), here)
    elif (led := sent_before(request)) is not None:
        # Its first sending changed what it is judged by: led on as if it were still good.
        return redirect(led)
    return show(422)


def conflict_page(request: HttpRequest, form: forms.Form, conflict: Conflict, here: str) -> HttpResponse:
    """What two editors meet on: nothing saved, nothing typed lost."""
    rows = [
        {"label": field.label, "value": _said(field), "url": ""}
        for field in form.visible_fields()
        if not isinstance(field.field, forms.FileField)
    ]
    context = {"typed": rows, "url": here, "sentences": conflict.sentences}
    return render(request, "409.html", context, status=409)


def _said(field: forms.BoundField) -> str:
    """What was typed or chosen, in words."""
    value = field.value()
    values = value if isinstance(value, list | tuple) else [value]
    choices = {str(k): str(v) for k, v in getattr(field.field, "choices", ())}
    return ", ".join(choices.get(str(v), str(v)) for v in values if v not in (None, ""))


def same_version(form: forms.Form, version: int) -> None:
    """Raises Conflict when the row changed since the form was shown."""
    if form.cleaned_data["version"] != version:
        raise Conflict("Penanganan ini baru saja diubah oleh petugas lain.")
