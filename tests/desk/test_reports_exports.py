"""Reports as files: asked for, made in slices, left and come back to, downloaded; and what is in them."""

import csv
import io
import re
import tracemalloc
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone
from pypdf import PdfReader

from sopcases.desk.models import Export, ExportPages, ExportPart
from sopcases.desk.reports import files, making
from sopcases.desk.reports.cases import CaseRegister
from sopcases.desk.reports.files import Document
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.people.models import Appointment, Area, Entry, Position, User
from sopcases.refusal import Refused
from tests.cases.front_door import hidden
from tests.cast import appoint

pytestmark = pytest.mark.django_db

CASES, CHILDREN, RECAP = "/laporan/register/kasus/", "/laporan/register/anak/", "/laporan/rekap/"
FORMULA = '=HYPERLINK("http://contoh";"klik")'


@pytest.fixture
def ask(world, sign_in):
    """`ask("budi", CASES, "xlsx", nama="on")`: the export that the page's form asked for."""

    def send(name: str, page: str, ending: str, **asked) -> Export:
        client = sign_in(name)
        answer = client.post("/laporan/unduhan/baru/", hidden(client.get(page)) | {"bentuk": ending} | asked)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        return Export.objects.get(pk=answer.url.split("/")[-2])

    return send


@pytest.fixture
def content(sign_in):
    """`content("budi", export)`: the file as he downloads it."""

    def fetch(name: str, export: Export) -> bytes:
        answer = sign_in(name).get(f"/laporan/unduhan/{export.pk}/berkas/")
        assert answer.status_code == 200
        return answer.content

    return fetch


def named_case(world, name="Melati Putri"):
    case = world.case(children=0, place="Pelabuhan")
    with world.walk(case, "sari") as walk:
        walk.join(world.child(name))
    return case


def cells(xlsx: bytes, sheet="Data") -> list[list]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(xlsx))[sheet]]


def lines(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))


def printed(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


# --- what is in them


def test_a_spreadsheet_holds_dates_as_dates_and_numbers_as_numbers(world, ask, content):
    case = named_case(world)
    head, row, *_ = cells(content("budi", ask("budi", CASES, "xlsx")))
    told = dict(zip(head, row, strict=True))
    assert told["Nomor"] == case.number
    assert told["Dilaporkan"] == datetime(2026, 3, 2) and told["Ditutup"] is None
    assert told["Jumlah anak"] == 1 and type(told["Jumlah anak"]) is int
    about = dict(cells(content("budi", Export.objects.get()), "Keterangan"))
    assert about["Keadaan per"] == "2 Maret 2026"
    assert "sebagaimana tercatat" in about["Dihitung"]


@pytest.mark.parametrize("ending", ["xlsx", "csv", "pdf"])
def test_a_file_shows_initials_unless_names_were_asked_for(world, ask, content, ending):
    named_case(world)
    read = printed if ending == "pdf" else lambda raw: str((cells if ending == "xlsx" else lines)(raw))
    plain = read(content("budi", ask("budi", CHILDREN, ending)))
    assert "M. P." in plain and "Melati" not in plain
    assert "Melati" in read(content("budi", ask("budi", CHILDREN, ending, nama="on")))
    assert list(Export.objects.order_by("pk").values_list("named", flat=True)) == [False, True]


def test_what_looks_like_a_formula_stays_text(world, ask, content):
    for sign in "=+-@":
        named_case(world, sign + FORMULA[1:])
    book = openpyxl.load_workbook(io.BytesIO(content("budi", ask("budi", CHILDREN, "xlsx", nama="on"))))
    found = [cell for row in book["Data"].iter_rows(min_row=2, max_col=1) for cell in row]
    assert {cell.value[0] for cell in found} == set("=+-@")
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in found) and not any(cell.hyperlink for cell in found)
    rows = lines(content("budi", ask("budi", CHILDREN, "csv", nama="on")))[1:5]
    assert {row[0][:2] for row in rows} == {"'=", "'+", "'-", "'@"}


def test_csv_is_for_excel_and_its_head_is_the_first_line(world, ask, content):
    named_case(world)
    raw = content("budi", ask("budi", CHILDREN, "csv"))
    assert raw.startswith(b"\xef\xbb\xbfAnak;Jenis kelamin;")
    head, row, empty, *about = lines(raw)
    assert dict(zip(head, row, strict=True))["Masuk"] == "2026-03-02"
    assert empty == [] and ["Keadaan per", "2 Maret 2026"] in about


def test_the_recap_as_a_file_is_the_page(world, ask, content, sign_in):
    world.case(children=2)
    shown = sign_in("budi").get(RECAP).context["report"].page.rows
    _, *rows = cells(content("budi", ask("budi", RECAP, "xlsx")))
    assert [tuple(row) for row in rows] == [row.cells for row in shown]
    text = printed(content("budi", ask("budi", RECAP, "pdf")))
    assert "REKAP PENANGANAN" in text and "Anak menurut kategori" in text


def test_a_narrowed_report_is_a_narrowed_file(world, ask, content, sign_in):
    first, second = named_case(world), world.case("anak-jalanan", by="dewi", children=0)
    export = ask("budi", f"{CASES}?sop={first.sop_id}", "csv")
    text = str(lines(content("budi", export)))
    assert first.number in text and second.number not in text
    assert export.parameters == {"sop": str(first.sop_id)}


def test_markup_in_a_name_prints_as_it_was_typed(world, ask, content):
    named_case(world, "<b>Melati</b>")
    assert "<b>Melati</b>" in printed(content("budi", ask("budi", CHILDREN, "pdf", nama="on")))


# --- made in slices


@pytest.fixture
def slow(monkeypatch):
    """A slice holds two rows, and a request makes none: everything is left to those who come back."""
    monkeypatch.setattr(making, "SLICE", 2)
    monkeypatch.setattr("sopcases.desk.reports.export_views.AT_ONCE", -1)


def test_left_and_come_back_to(world, ask, content, sign_in, slow, monkeypatch):
    made = [named_case(world).number for _ in range(5)]
    export = ask("budi", CASES, "csv")
    page = sign_in("budi").get(f"/laporan/unduhan/{export.pk}/").content.decode()
    assert '<progress class="report-progress" id="kemajuan" max="5" value="0">' in page
    monkeypatch.setattr("sopcases.desk.reports.export_views.AT_ONCE", 0.0005)
    client, seen = sign_in("budi"), []
    for _ in range(4):
        answer = client.post(f"/laporan/unduhan/{export.pk}/", headers={"accept": "application/json"}).json()
        seen.append((answer["done"], answer["open"]))
    assert seen == [(2, True), (4, True), (5, True), (5, False)]
    assert not ExportPart.objects.exists(), "what was gathered is forgotten once the file is there"
    assert [row[0] for row in lines(content("budi", export))[1:6]] == made[::-1]
    page = sign_in("budi").get(f"/laporan/unduhan/{export.pk}/").content.decode()
    assert "Berkas siap: 5 baris." in page
    assert f"/laporan/unduhan/{export.pk}/" in sign_in("budi").get("/laporan/unduhan/").content.decode()


def test_the_command_finishes_what_was_left(world, ask, content, slow, capsys):
    made = [named_case(world).number for _ in range(3)]
    export = ask("budi", CASES, "xlsx")
    assert making.make_all(world.now) == (1, [])
    assert making.make_all(world.now) == (0, []), "run twice, made once"
    assert [row[0] for row in cells(content("budi", export))[1:]] == made[::-1]
    call_command("make_exports")
    assert "0 berkas selesai disusun" in capsys.readouterr().out


def test_a_slice_that_two_gather_at_once_counts_once(world, ask, content, slow):
    made = [named_case(world).number for _ in range(5)]
    export = ask("budi", CASES, "csv")
    by = world.officer("budi")
    making.work(export, by)
    making.work(export, by)  # as the page knew it before the other was done
    export.refresh_from_db()
    assert (export.done, ExportPart.objects.count()) == (2, 1)
    making.go_on(export, by, 60)
    assert [row[0] for row in lines(content("budi", export))[1:6]] == made[::-1]


def test_killed_while_the_file_was_written(world, ask, content, slow, monkeypatch):
    named_case(world)
    export = ask("budi", CASES, "csv")
    write = files.write

    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        making.go_on(export, world.officer("budi"), 60)
    monkeypatch.setattr(files, "write", write)
    export.refresh_from_db()
    assert export.state == Export.State.WRITING and not export.file
    assert making.go_on(export, world.officer("budi"), 60).open, "whoever began may still be at it"
    world.wait(minutes=6)
    assert making.go_on(export, world.officer("budi"), 60).state == Export.State.READY
    assert len(lines(content("budi", export))) > 1


def test_what_came_after_it_was_asked_for_is_not_in_it(world, ask, content, slow):
    first = named_case(world)
    export = ask("budi", CASES, "csv")
    world.wait(minutes=1)
    second = named_case(world)
    making.go_on(export, world.officer("budi"), 60)
    text = str(lines(content("budi", export)))
    assert first.number in text and second.number not in text


def test_two_ask_for_the_same(world, ask, content):
    named_case(world)
    mine, hers = ask("budi", CASES, "csv"), ask("dewi", CASES, "csv")
    assert mine.pk != hers.pk and mine.file.name != hers.file.name
    assert lines(content("budi", mine))[:2] == lines(content("dewi", hers))[:2]


def test_sent_twice_it_is_asked_for_once(world, sign_in):
    named_case(world)
    client = sign_in("budi")
    form = hidden(client.get(CASES)) | {"bentuk": "csv"}
    urls = {client.post("/laporan/unduhan/baru/", form).url for _ in range(2)}
    assert len(urls) == Export.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"bentuk": "exe"}, {"laporan": "apa"}, {"per": "besok"}])
def test_what_cannot_be_asked_for(world, sign_in, wrong):
    client = sign_in("budi")
    form = hidden(client.get(RECAP)) | {"bentuk": "csv", "laporan": "recap"} | wrong
    assert client.post("/laporan/unduhan/baru/", form).status_code == 422
    assert not Export.objects.exists()


def test_too_long_for_paper_or_for_any_file(world, monkeypatch):
    for _ in range(3):
        named_case(world)
    by = world.officer("budi")
    monkeypatch.setattr(making, "PRINTED", 2)
    with pytest.raises(Refused, match=r"terlalu panjang untuk dicetak \(3; paling banyak 2 baris\)"):
        making.ask(CaseRegister(by, {}), "pdf", by)
    making.ask(CaseRegister(by, {}), "csv", by)
    monkeypatch.setattr(making, "LARGEST", 2)
    with pytest.raises(Refused, match=r"terlalu panjang untuk satu berkas \(3\)"):
        making.ask(CaseRegister(by, {}), "csv", by)


# --- whose, and how long


def test_only_who_asked_for_it_has_it(world, ask, sign_in):
    named_case(world)
    export = ask("sari", CASES, "csv")
    for name, status in (("sari", 200), ("budi", 404), ("dewi", 404), ("tono", 404)):
        for path in ("", "berkas/"):
            assert sign_in(name).get(f"/laporan/unduhan/{export.pk}/{path}").status_code == status


def test_who_holds_a_position_with_and_without_an_area_takes_a_file_along(world, ask, content):
    area = Area.objects.get(agency=world.home, name="Bukit Bestari")
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    appoint(world.sari, peksos, first=date(2026, 1, 5))
    Appointment.objects.filter(user=world.sari, valid_from=date(2026, 1, 5)).update(area=area)
    case = named_case(world)
    export = ask("sari", CASES, "csv")
    assert export.hats == [[peksos.pk, None], [peksos.pk, area.pk]]
    assert case.number in content("sari", export).decode()


@pytest.mark.parametrize("ready", [True, False])
def test_a_role_taken_away_takes_the_file_away(world, ask, sign_in, ready, monkeypatch):
    named_case(world)
    if not ready:
        monkeypatch.setattr("sopcases.desk.reports.export_views.AT_ONCE", -1)
    export = ask("sari", CASES, "csv")
    Appointment.objects.filter(user=world.sari).update(valid_until=date(2026, 3, 2))
    appoint(world.sari, Position.objects.get(agency=world.home, name="Petugas"), first=date(2026, 3, 3))
    world.wait(days=1)
    monkeypatch.setattr(making, "KEPT", timedelta(days=9))
    for path in ("", "berkas/"):
        assert sign_in("sari").get(f"/laporan/unduhan/{export.pk}/{path}").status_code == 404
    making.make_all(world.now)
    export.refresh_from_db()
    assert export.state == (Export.State.READY if ready else Export.State.FAILED)
    assert ready or export.reason == making.NOT_HIS


def test_a_disabled_user_gets_nothing_made(world, ask, slow):
    named_case(world)
    export = ask("sari", CASES, "csv")
    User.objects.filter(pk=world.sari.pk).update(is_active=False)
    making.make_all(world.now)
    export.refresh_from_db()
    assert export.state == Export.State.FAILED and not export.file


def test_files_are_forgotten_after_two_days_and_the_row_stays(
    world, ask, sign_in, django_capture_on_commit_callbacks
):
    named_case(world)
    export = ask("budi", CASES, "csv")
    storage, name = export.file.storage, export.file.name
    assert storage.exists(name)
    assert making.forget(world.now) == 0
    world.wait(days=2)
    assert sign_in("budi").get(f"/laporan/unduhan/{export.pk}/berkas/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert making.forget(world.now) == 1
    assert not storage.exists(name)
    export.refresh_from_db()
    assert (export.state, export.rows) == (Export.State.EXPIRED, 1)
    page = sign_in("budi").get(f"/laporan/unduhan/{export.pk}/").content.decode()
    assert "Berkas ini sudah dihapus" in page


def test_a_file_that_was_touched_is_not_given_out(world, ask, sign_in):
    named_case(world)
    export = ask("budi", CASES, "csv")
    with export.file.storage.open(export.file.name, "wb") as stored:
        stored.write(b"lain")
    assert sign_in("budi").get(f"/laporan/unduhan/{export.pk}/berkas/").status_code == 422
    assert Entry.objects.filter(verb="export.damaged", subject_id=export.pk).exists()


def test_who_took_what_along_is_written_down_without_a_name(world, ask, content, sign_in):
    named_case(world)
    export = ask("budi", CHILDREN, "xlsx", nama="on")
    answer = sign_in("budi").get(f"/laporan/unduhan/{export.pk}/berkas/")
    name = f"buku-register-anak-2026-03-02-{export.pk}.xlsx"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    entries = Entry.objects.filter(subject="desk.export", subject_id=export.pk).order_by("id")
    assert [e.verb for e in entries] == ["export.asked", "export.made", "export.downloaded"]
    assert {e.actor_id for e in entries} == {world.budi.pk}
    assert entries[1].data == {
        "report": "register_children",
        "format": "xlsx",
        "parameters": {},
        "named": True,
        "rows": 1,
    }
    assert "Melati" not in str([e.data for e in entries])


# --- ten thousand rows


class Long(CaseRegister):
    """A register of ten thousand rows that are made up as they are asked for."""

    slug = "register_cases"
    units = 10_000

    def slice(self, after: str, size: int) -> Slice:
        begin = int(after or 0)
        day = date(2026, 1, 1)
        rows = (
            Row((f"BBT-2026-{no:05}", "SOP", day, day, "Bulik", 1, "A. B.", "Selesai", day))
            for no in range(begin, min(begin + size, self.units))
        )
        following = str(begin + size) if begin + size < self.units else ""
        return Slice(tuple(rows), following, size)


class Book(Long):
    """A book of twelve hundred rows, some as tall as the children of a round, one taller than a page."""

    units = 1_200
    tall = {199: 12, 200: 12, 398: 320, 399: 3}

    def slice(self, after: str, size: int) -> Slice:
        found = super().slice(after, size)
        rows = []
        for row in found.rows:
            no = int(row.cells[0].rpartition("-")[2])
            names = ", ".join(f"N{no:05}x{child}" for child in range(self.tall.get(no, 1)))
            rows.append(Row((*row.cells[:6], names, *row.cells[7:])))
        return Slice(tuple(rows), found.after, found.units)


@pytest.fixture
def book(world, monkeypatch) -> Export:
    """A long book asked for on paper, nothing of it made yet."""
    monkeypatch.setitem(making.REPORTS, "register_cases", Book)
    by = world.officer("budi")
    return making.ask(Book(by, {}), "pdf", by)


def test_a_long_book_is_printed_whole_its_pages_numbered_through(world, book, content):
    by, seen = world.officer("budi"), []
    while book.open:
        book = making.work(book, by)
        seen.append(book.progress)
    assert seen == sorted(seen) and len(set(seen)) >= 8, "the bar moves with each part"
    assert not ExportPart.objects.exists() and not ExportPages.objects.exists()
    raw = content("budi", book)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages]
    text = "".join(pages)
    assert re.findall(r"BBT-2026-\d{5}", text) == [f"BBT-2026-{no:05}" for no in range(1_200)]
    for no, names in Book.tall.items():
        joined_up = re.sub(r"\s", "", text)
        assert [joined_up.count(f"N{no:05}x{child}") for child in range(names)].count(0) == 0
    assert [re.search(r"Halaman (\d+) dari (\d+)", page).groups() for page in pages] == [
        (str(no), str(len(pages))) for no in range(1, len(pages) + 1)
    ]
    assert [page.count("BUKU REGISTER KASUS") for page in pages] == [1] + [0] * (len(pages) - 1)
    rows = [len(re.findall(r"BBT-2026-", page)) for page in pages]
    assert all("Dilaporkan" in page for page, many in zip(pages, rows, strict=True) if many > 1)
    assert sum(many < 14 for many in rows[1:-1]) == 3, "only around the tallest: the parts show no seam"
    root = PdfReader(io.BytesIO(raw)).root_object
    assert "/OutputIntents" in root and b'pdfaid:conformance="B"' in root["/Metadata"].get_object().get_data()


def test_a_part_that_two_draw_at_once_stands_once(world, book, content):
    by = world.officer("budi")
    while book.state == Export.State.GATHERING:
        book = making.work(book, by)
    stale = Export.objects.get(pk=book.pk)
    after = making.work(book, by)
    making.work(stale, by)  # as the page knew it before the other was done
    assert ExportPages.objects.count() == 1
    assert Export.objects.get(pk=book.pk).printed == after.printed > 0


def test_killed_while_a_part_was_drawn(world, book, monkeypatch):
    by, draw = world.officer("budi"), files.print_part

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "print_part", killed)
    with pytest.raises(KeyboardInterrupt):
        making.go_on(book, by, 60)
    monkeypatch.setattr(files, "print_part", draw)
    book.refresh_from_db()
    assert (book.state, book.printed) == (Export.State.WRITING, 0)
    assert making.work(book, by).printed == 0, "whoever began may still be at it"
    world.wait(minutes=6)
    assert making.work(book, world.officer("budi")).printed > 150


def peak_of(ending: str, rows: int, tmp_path) -> int:
    """Bytes held at most while a file of so many rows is written, rows gathered apart."""
    columns = (*CaseRegister.columns, Column("Umur", 8, Kind.SHARE))
    row = Row(("BBT-2026-1", "SOP", *[date(2026, 1, 1)] * 2, "Bulik", 1, "A. B.", "Selesai", None, 0.5))
    told = Document(None, "Uji", columns, (row for _ in range(rows)), (), (), False, timezone.now())
    with (tmp_path / f"x.{ending}").open("wb+") as out:
        tracemalloc.start()
        files.write(told, ending, out)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_length_costs_no_memory(ending, tmp_path):
    short, long = peak_of(ending, 1_000, tmp_path), peak_of(ending, 10_000, tmp_path)
    assert long < short + 2_000_000, (short, long)


def test_ten_thousand_rows_whole_and_in_order(world, monkeypatch, content):
    monkeypatch.setitem(making.REPORTS, "register_cases", Long)
    by = world.officer("budi")
    export = making.go_on(making.ask(Long(by, {}), "xlsx", by), by, 600)
    book = openpyxl.load_workbook(io.BytesIO(export.file.read()), read_only=True)
    numbers = [row[0] for row in book["Data"].iter_rows(min_row=2, max_col=1, values_only=True)]
    assert numbers == [f"BBT-2026-{no:05}" for no in range(10_000)]
