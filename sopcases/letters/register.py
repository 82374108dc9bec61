"""Numbers of outgoing letters, taken under lock: no gap, no double, a void number never again.

Call inside the transaction of the act that needs the number, so that a refused act leaves none behind. The
year is that of the agency's own calendar day (`by.day`), so it turns at local midnight.
"""

import re

from django.db import transaction

from sopcases.letters.models.register import Counter, Number, Series
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.refusal import Refused

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PLACEHOLDERS = ("klasifikasi", "urut", "unit", "tahun", "bulan_romawi")
VOID_STAYS = "nomor yang dibatalkan tidak dapat dipakai lagi"
_PLACEHOLDER = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def compose(series: Series, *, year: int, month: int, seq: int, suffix: str = "") -> str:
    """The number as printed, by the pattern of the series; "11.b" where a number was inserted."""
    values = {
        "klasifikasi": series.classification,
        "urut": f"{seq}.{suffix}" if suffix else str(seq),
        "unit": series.unit,
        "tahun": str(year),
        "bulan_romawi": ROMAN[month - 1],
    }
    return _PLACEHOLDER.sub(lambda match: values[match[1]], series.pattern)


def take(series: Series, year: int, by: Officer, letter=None) -> Number:
    """The next number of the series in the year, used by `letter`. Waits for other takers."""
    return _next(series, year, by, Number.State.USED, letter=letter)


def reserve(series: Series, year: int, by: Officer, *, reason: str) -> Number:
    """The next number, kept free for a letter to come. Refused without a reason."""
    if not reason.strip():
        raise Refused("Keterangan pencadangan nomor harus diisi.")
    return _next(series, year, by, Number.State.RESERVED, reason.strip())


def record_outside(
    series: Series, year: int, seq: int, by: Officer, *, reason: str, suffix: str = ""
) -> Number:
    """Enter a number that was used outside the application (or inserted as "11.b"), so that none repeats it.

    Refused without a reason, or when the register already holds it.
    """
    if not reason.strip():
        raise Refused("Keterangan pemakaian nomor di luar aplikasi harus diisi.")
    with transaction.atomic():
        _locked(series, year)
        if Number.objects.filter(series=series, year=year, seq=seq, suffix=suffix).exists():
            raise Refused(f"Nomor urut {seq}{'.' + suffix if suffix else ''} sudah ada dalam agenda {year}.")
        return _write(series, year, seq, suffix, Number.State.OUTSIDE, reason.strip(), by, None)


def use_reserved(number: Number, by: Officer, letter) -> Number:
    """Give a reserved number to a letter."""
    with transaction.atomic():
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        _step(number, Number.State.USED)
        number.letter, number.at, number.by = letter, by.at, by.user
        number.save(update_fields=["state", "letter", "at", "by"])
        journal.write(by, "number.used", number, agency_id=number.series.agency_id, text=number.text)
        return number


def void(number: Number, by: Officer, *, reason: str) -> None:
    """Take a number out of use for good; the line stays in the register."""
    if not reason.strip():
        raise Refused("Alasan pembatalan nomor harus diisi.")
    with transaction.atomic():
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        _step(number, Number.State.VOID)
        number.reason = reason.strip()[:300]
        number.save(update_fields=["state", "reason"])
        journal.write(by, "number.voided", number, agency_id=number.series.agency_id, text=number.text)


def _next(series, year, by, state, reason="", letter=None) -> Number:
    with transaction.atomic():
        counter = _locked(series, year)
        ahead = set(
            Number.objects.filter(series=series, year=year, suffix="", seq__gt=counter.last).values_list(
                "seq", flat=True
            )
        )
        counter.last += 1
        while counter.last in ahead:
            counter.last += 1
        counter.save(update_fields=["last"])
        return _write(series, year, counter.last, "", state, reason, by, letter)


def _locked(series: Series, year: int) -> Counter:
    """The counter row, made if missing, held until the transaction ends."""
    Counter.objects.get_or_create(series=series, year=year)
    return Counter.objects.select_for_update().get(series=series, year=year)


def _write(series, year, seq, suffix, state, reason, by, letter) -> Number:
    text = compose(series, year=year, month=by.day.month, seq=seq, suffix=suffix)
    number = Number.objects.create(
        series=series,
        year=year,
        seq=seq,
        suffix=suffix,
        text=text,
        state=state,
        reason=reason,
        letter=letter,
        at=by.at,
        by=by.user,
    )
    journal.write(by, f"number.{state}", number, agency_id=series.agency_id, text=text)
    return number


def _step(number: Number, state: str) -> None:
    if state not in Number.TRANSITIONS[number.state]:
        raise Refused(f"Nomor {number.text} berstatus {number.get_state_display().lower()}.")
    number.state = state


def guard(apps, schema_editor) -> None:
    """Migration step: let the database itself keep a void number void."""
    table = Number._meta.db_table
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {table}_void_stays BEFORE UPDATE ON {table} WHEN OLD.state = 'void' "
            f"BEGIN SELECT RAISE(ABORT, '{VOID_STAYS}'); END"
        )
        return
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION {table}_void_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{VOID_STAYS}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {table}_void_stays BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.state = 'void') EXECUTE FUNCTION {table}_void_stays()"
    )


def unguard(apps, schema_editor) -> None:
    table = Number._meta.db_table
    of_table = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_void_stays{of_table}")
