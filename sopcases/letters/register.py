"""Numbers of outgoing letters, taken under lock: no gap, no double, a void number never again.

Call inside the transaction of the act that needs the number, so that a refused act leaves none behind. The
year is that of the agency's own calendar day (`by.day`), so it turns at local midnight.
"""

import re

from django.db import transaction

from sopcases.letters.models.register import Counter, Number, Series
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Entry
from sopcases.refusal import Refused

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PLACEHOLDERS = ("klasifikasi", "urut", "unit", "tahun", "bulan_romawi")
VOID_STAYS = "nomor yang dibatalkan tidak dapat dipakai lagi"
RANGE = 500
"""Numbers reserved or entered in one act, at the most."""
SUFFIX = re.compile(r"[a-z]{1,2}|[0-9]{1,2}")
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


def read(series: Series, text: str) -> tuple[int, int, str] | None:
    """Year, sequence and suffix of a number as printed; None where it does not follow the pattern.

    Offices write spaces around the slashes ("462/ 18 /5.6.04/2024").
    """
    places = {
        "urut": r"(?P<seq>[0-9]{1,6})(?:\.(?P<suffix>[a-z]{1,2}|[0-9]{1,2}))?",
        "tahun": r"(?P<year>[0-9]{4})",
        "klasifikasi": re.escape(series.classification),
        "unit": re.escape(series.unit),
        "bulan_romawi": "[IVX]+",
    }
    parts = _PLACEHOLDER.split(re.sub(r"\s+", "", series.pattern))
    pattern = "".join(re.escape(part) if index % 2 == 0 else places[part] for index, part in enumerate(parts))
    try:
        found = re.fullmatch(pattern, re.sub(r"\s+", "", text))
    except re.error:  # the pattern names the sequence twice
        return None
    if found is None or int(found["seq"]) < 1:
        return None
    return int(found["year"]), int(found["seq"]), found["suffix"] or ""


def take(series: Series, year: int, by: Officer, letter=None) -> Number:
    """The next number of the series in the year, used by `letter`. Waits for other takers."""
    with transaction.atomic():
        return _write(series, year, _following(series, year, 1), by, Number.State.USED, letter=letter)[0]


def refuse_read(by: Officer) -> str | None:
    """The register of the whole office: for its own people, not for partners outside."""
    if any(not hat.external for hat in by.hats):
        return None
    return "Agenda surat hanya untuk pegawai kantor."


def refuse_keep(by: Officer) -> str | None:
    """Keeping the register: whoever may record for others, or may close a case."""
    if any((hat.may_record or hat.may_close) and not hat.external for hat in by.hats):
        return None
    return "Agenda surat dijaga oleh petugas pencatat."


def reserve(series: Series, year: int, by: Officer, *, reason: str, count: int = 1) -> list[Number]:
    """The next numbers, kept free for letters to come. Refused without a reason."""
    reason = _reason(reason, "Keterangan pencadangan nomor harus diisi.")
    if not 1 <= count <= RANGE:
        raise Refused(f"Cadangkan 1 sampai {RANGE} nomor sekaligus.")
    with transaction.atomic():
        return _write(series, year, _following(series, year, count), by, Number.State.RESERVED, reason)


def record_outside(
    series: Series,
    year: int,
    seq: int,
    by: Officer,
    *,
    reason: str,
    last: int | None = None,
    suffix: str = "",
) -> list[Number]:
    """Enter numbers that were used outside the application, from `seq` to `last`, so that none repeats them.

    Refused without a reason, or when the register already holds one of them.
    """
    reason = _reason(reason, "Keterangan pemakaian nomor di luar aplikasi harus diisi.")
    last = seq if last is None else last
    if not 1 <= seq <= last:
        raise Refused("Nomor urut terakhir tidak boleh mendahului yang pertama.")
    if last - seq >= RANGE:
        raise Refused(f"Catat paling banyak {RANGE} nomor sekaligus.")
    if suffix and last != seq:
        raise Refused("Nomor sisipan dicatat satu per satu.")
    with transaction.atomic():
        _locked(series, year)
        wanted = [(n, suffix) for n in range(seq, last + 1)]
        _refuse_known(series, year, wanted)
        return _write(series, year, wanted, by, Number.State.OUTSIDE, reason)


def insert(series: Series, year: int, seq: int, suffix: str, by: Officer, *, reason: str) -> Number:
    """A suffixed number ("11.b") beside one that the register holds, kept free for a letter to come."""
    reason = _reason(reason, "Keterangan penyisipan nomor harus diisi.")
    if not SUFFIX.fullmatch(suffix):
        raise Refused("Sisipan berupa satu atau dua huruf kecil atau angka, misalnya b.")
    with transaction.atomic():
        _locked(series, year)
        if not Number.objects.filter(series=series, year=year, seq=seq).exists():
            raise Refused(f"Nomor urut {seq} belum ada dalam agenda {year}; pakai nomor itu sendiri.")
        _refuse_known(series, year, [(seq, suffix)])
        return _write(series, year, [(seq, suffix)], by, Number.State.RESERVED, reason)[0]


def take_given(series: Series, text: str, by: Officer, letter) -> Number | None:
    """Enter the number that another office gave to a letter; None where it does not follow the pattern.

    Refused when it was voided, or is another letter's.
    """
    place = read(series, text)
    if place is None:
        return None
    year, seq, suffix = place
    with transaction.atomic():
        _locked(series, year)
        known = Number.objects.filter(series=series, year=year, seq=seq, suffix=suffix).first()
        if known is None:
            return _write(series, year, [(seq, suffix)], by, Number.State.USED, letter=letter, text=text)[0]
        if known.letter_id == letter.pk and known.state == Number.State.USED:
            return known
        if known.state in (Number.State.USED, Number.State.VOID):
            raise Refused(f"Nomor {known.text} sudah {known.get_state_display().lower()} menurut agenda.")
        return use_reserved(known, by, letter)


def promise(number: Number, by: Officer, letter) -> None:
    """Keep a reserved number for one letter: it takes this one when it is numbered."""
    with transaction.atomic():
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        if number.state != Number.State.RESERVED:
            raise Refused(f"Nomor {number.text} berstatus {number.get_state_display().lower()}.")
        if letter.number or letter.numbers.filter(state=Number.State.RESERVED).exclude(pk=number.pk).exists():
            raise Refused("Surat ini sudah mempunyai nomor.")
        if not letter.paper.kind.series.filter(pk=number.series_id).exists():
            raise Refused("Surat ini bernomor pada seri lain.")
        number.letter = letter
        number.save(update_fields=["letter"])
        journal.write(
            by,
            "number.promised",
            number,
            agency_id=number.series.agency_id,
            text=number.text,
            letter=letter.pk,
        )


def discard(number: Number, by: Officer, *, reason: str) -> None:
    """Void a number that no letter bears. A letter's own number goes with the letter."""
    with transaction.atomic():
        # A letter may have taken it since the page was shown.
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        if number.state == Number.State.USED:
            raise Refused("Nomor ini dipakai sebuah surat. Batalkan suratnya; nomornya ikut dibatalkan.")
        void(number, by, reason=reason)


def use_reserved(number: Number, by: Officer, letter) -> Number:
    """Give to a letter a number reserved for it, or entered before as used outside."""
    with transaction.atomic():
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        _step(number, Number.State.USED)
        number.letter, number.at, number.by = letter, by.at, by.user
        number.save(update_fields=["state", "letter", "at", "by"])
        journal.write(by, "number.used", number, agency_id=number.series.agency_id, text=number.text)
        return number


def void(number: Number, by: Officer, *, reason: str) -> None:
    """Take a number out of use for good; the line stays in the register."""
    reason = _reason(reason, "Alasan pembatalan nomor harus diisi.")
    with transaction.atomic():
        number.refresh_from_db(from_queryset=Number.objects.select_for_update())
        _step(number, Number.State.VOID)
        number.reason = reason
        number.save(update_fields=["state", "reason"])
        journal.write(by, "number.voided", number, agency_id=number.series.agency_id, text=number.text)


def unexplained(series: Series, year: int) -> list[tuple[int, int]]:
    """Ranges below the last number given that the register does not hold: there are none, unless somebody
    tampered with it."""
    counter = Counter.objects.filter(series=series, year=year).first()
    held = Number.objects.filter(series=series, year=year).values_list("seq", flat=True)
    missing = sorted(set(range(1, (counter.last if counter else 0) + 1)) - set(held))
    ranges: list[tuple[int, int]] = []
    for seq in missing:
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges


def _reason(text: str, sentence: str) -> str:
    text = text.strip()[:300]
    if not text:
        raise Refused(sentence)
    return text


def _following(series: Series, year: int, count: int) -> list[tuple[int, str]]:
    """The next free places of the sequence; what was entered ahead is stepped over."""
    counter = _locked(series, year)
    later = Number.objects.filter(series=series, year=year, suffix="", seq__gt=counter.last)
    ahead = set(later.values_list("seq", flat=True))
    found = []
    while len(found) < count:
        counter.last += 1
        if counter.last not in ahead:
            found.append((counter.last, ""))
    counter.save(update_fields=["last"])
    return found


def _refuse_known(series: Series, year: int, places: list[tuple[int, str]]) -> None:
    known = Number.objects.filter(series=series, year=year, seq__in=[seq for seq, _ in places])
    taken = sorted(set(known.values_list("seq", "suffix")) & set(places))
    if taken:
        names = ", ".join(_label(*place) for place in taken)
        raise Refused(f"Nomor urut {names} sudah ada dalam agenda {year}.")


def _label(seq: int, suffix: str) -> str:
    return f"{seq}.{suffix}" if suffix else str(seq)


def _locked(series: Series, year: int) -> Counter:
    """The counter row, made if missing, held until the transaction ends."""
    Counter.objects.get_or_create(series=series, year=year)
    return Counter.objects.select_for_update().get(series=series, year=year)


def _write(
    series: Series,
    year: int,
    places: list[tuple[int, str]],
    by: Officer,
    state: str,
    reason: str = "",
    letter=None,
    text: str = "",
) -> list[Number]:
    numbers = Number.objects.bulk_create(
        Number(
            series=series,
            year=year,
            seq=seq,
            suffix=suffix,
            text=text or compose(series, year=year, month=by.day.month, seq=seq, suffix=suffix),
            state=state,
            reason=reason,
            letter=letter,
            at=by.at,
            by=by.user,
        )
        for seq, suffix in places
    )
    Entry.objects.bulk_create(
        journal.line(by, f"number.{state}", number, agency_id=series.agency_id, text=number.text)
        for number in numbers
    )
    return numbers


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
