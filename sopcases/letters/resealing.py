"""Every stored NIK under the newest key, so that an old key can be thrown away.

A NIK is sealed with its child, and in the letters that tell it: in what was written, what was frozen, and
what each act kept. Nothing else changes in a row, its version neither: who is editing it is not disturbed.
"""

import json
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models import QuerySet

from sopcases.cases import nik
from sopcases.cases.models import Child
from sopcases.letters.models import Letter, LetterAct

AT_ONCE = 500
"""Rows locked together."""
PLACES = ((Letter, "content"), (Letter, "body"), (LetterAct, "data"))
"""Where letters tell a NIK: a text, or JSON."""


def reseal() -> int:
    """Seal with the newest key what older ones sealed; answers in how many rows. Safe to end and begin again.

    Raises ImproperlyConfigured at the first NIK that no key opens; what was resealed before stays so.
    """
    changed = 0
    for rows in _parts(Child.objects.exclude(nik_encrypted="").only("nik_encrypted")):
        for child in rows:
            if not nik.is_newest(child.nik_encrypted):
                child.nik_encrypted = nik.seal(nik.open_(child.nik_encrypted))
                changed += _write(child, "nik_encrypted")
    for model, field in PLACES:
        as_json = isinstance(model._meta.get_field(field), models.JSONField)
        for rows in _parts(model.objects.only(field)):
            for row in rows:
                before = getattr(row, field)
                text = json.dumps(before) if as_json else before
                after = nik.resealed(text, _as_on_file)
                if after != text:
                    setattr(row, field, json.loads(after) if as_json else after)
                    changed += _write(row, field)
    return changed


def _parts(rows: QuerySet) -> Iterator[list]:
    """All rows, so many at once, locked until the next are asked for."""
    last = 0
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update().filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            if not found:
                return
            yield found
        last = found[-1].pk


def _write(row: models.Model, field: str) -> int:
    return type(row).objects.filter(pk=row.pk).update(**{field: getattr(row, field)})


def _as_on_file(number: str) -> str:
    """The token that stands with its child, so that a letter still says what its case says, else a new."""
    known = Child.objects.filter(nik_index=nik.index(number)).values_list("nik_encrypted", flat=True)
    return next((token for token in known if nik.is_newest(token)), None) or nik.seal(number)
