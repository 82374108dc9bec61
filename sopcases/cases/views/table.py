"""The table of children of a case: typed, pasted or uploaded, checked, and saved row by row."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import roster, taking
from sopcases.cases.access import At, case_gate, log_read, may_touch
from sopcases.cases.addresses import case_url
from sopcases.cases.children import estimated_birth, said_how
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.table import KEY, LARGEST, FoundForm, RowForm, new_key
from sopcases.cases.models import Case, Category, Relation
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.taking import Arrival, Guardian, How, Match, Option, Taken
from sopcases.cases.walk import walking
from sopcases.people import drafts
from sopcases.people.access import officers
from sopcases.people.authority import local_day
from sopcases.people.files import send_file
from sopcases.people.models import Submission
from sopcases.people.once import FIELD
from sopcases.refusal import NotAllowed, Refused

START, MORE = 8, 5
PHOTO_ROWS = 100
"""In a longer table photos are added on the child's page: a browser sends a part for every empty field."""
NOTHING = "Belum ada baris yang diisi. Isi paling sedikit satu baris."
FULL = f"Tabel ini paling banyak memuat {roster.ROW_LIMIT} baris. Simpan dahulu yang sudah ada."
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BIRTH_SAID = "Tanggal lahir menurut daftar"
MODES = {"nik": "numeric", "phone": "tel", "sibling": "numeric"}
"""Which keys a phone shows."""


@dataclass(frozen=True)
class Cell:
    """A field of a row as the template writes it."""

    field: str
    name: str
    id: str
    label: str
    value: str
    mode: str
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A row of the table as the template writes it."""

    no: int
    key: str
    key_name: str
    cells: tuple[Cell, ...]
    photo: Cell | None
    photo_lost: bool
    choice: Cell
    chosen: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Saved:
    """A row saved earlier on this page."""

    no: int
    child_id: int | None
    called: str
    how: str
    url: str


class _Table:
    """One showing of the table, and what its buttons do."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at = request, at
        self.progress = at.progress
        self.sent = request.method == "POST"
        self.data: dict[str, str] = {name: request.POST[name] for name in request.POST}
        self.before = self._before()
        self.taken: dict[int, Taken] = {}
        self.matches: dict[int, Match] = {}
        self.told: tuple[str, ...] = ()
        self.refusal = ""
        self.judged = False
        numbers = {int(found[1]) for name in self.data if (found := KEY.fullmatch(name))}
        self.numbers = sorted(n for n in numbers if 0 < n <= LARGEST)[: roster.ROW_LIMIT]
        if not self.sent:
            self._add(START)
        self.found = FoundForm(
            self.data if self.sent else None,
            earliest=at.case.event_at,
            latest=request.at,
            initial={"found_at": self._found_at()},
        )

    # --- what came

    def _before(self) -> dict[int, tuple[int | None, str]]:
        """Rows that this page has saved before: number → child, and what became of it."""
        inside = {s.child_id for s in self.progress.stays}
        found = {}
        for text in self.request.POST.getlist("saved"):
            parts = text.split(":", 2)
            if len(parts) == 3 and all(p.isascii() and p.isdigit() and len(p) < 18 for p in parts[:2]):
                no, child = int(parts[0]), int(parts[1])
                if child == 0 or child in inside:
                    found[no] = (child or None, parts[2][:60])
        return found

    def _found_at(self):
        """When the finding step was done, if that is written down; else now."""
        finder = self.progress.plan.finder
        done = self.progress.current(Spot(finder.key)) if finder and not finder.per_child else None
        return done.acted_at if done and done.acted_at else now_to_the_minute()

    @cached_property
    def forms(self) -> dict[int, RowForm]:
        on = local_day(self.progress.agency, self.request.at)
        return {
            no: RowForm(self.data, self.request.FILES, no=no, on=on, categories=self.categories)
            for no in self.numbers
        }

    @cached_property
    def categories(self) -> QuerySet[Category]:
        """What the office's recaps count by; read once where a row names one or the page is shown."""
        return self.progress.agency.categories.all()

    @property
    def given(self) -> list[RowForm]:
        return [form for form in self.forms.values() if form.given]

    @property
    def _next(self) -> int:
        return max([*self.numbers, *self.before, 0]) + 1

    def _add(self, count: int) -> list[int]:
        """New empty rows at the end."""
        if len(self.numbers) + count > roster.ROW_LIMIT:
            raise Refused(FULL)
        first = self._next
        new = list(range(first, first + count))
        self.numbers += new
        self.data |= {f"r{no}-key": new_key() for no in new}
        self.__dict__.pop("forms", None)
        return new

    # --- the buttons

    def more(self) -> None:
        self._add(MORE)

    def read(self) -> None:
        """Put what was pasted or uploaded into empty rows, and check everything."""
        if self.request.POST.get("action") == "paste":
            found = roster.read_text(self.request.POST.get("paste", ""))
        else:
            file = self.request.FILES.get("file")
            if file is None:
                raise Refused("Belum ada berkas yang dipilih. Pilih berkas XLSX atau CSV.")
            found = roster.read_file(file.name, file.read(roster.FILE_LIMIT + 1))
        self._fill(found)
        self.data["paste"] = ""
        self.check()

    def _fill(self, found: roster.Roster) -> None:
        empty = [no for no, form in self.forms.items() if not form.given]
        short = len(found.rows) - len(empty)
        places = empty + (self._add(short) if short > 0 else [])
        places = places[: len(found.rows)]
        where: dict[str, int] = {}
        for row, no in zip(found.rows, places, strict=True):
            where.setdefault(str(row.no), no)
        for row, no in zip(found.rows, places, strict=True):
            cells = {**row.cells, "sibling": self._moved(row.cells["sibling"], where)}
            self.data |= {f"r{no}-{name}": value for name, value in cells.items()}
        read = f"{len(found.rows)} baris dibaca, belum disimpan. Periksa isinya, lalu simpan."
        self.told = (read, *(self._renumbered(sentence, where) for sentence in found.told))
        self.__dict__.pop("forms", None)

    @staticmethod
    def _moved(sibling: str, where: dict[str, int]) -> str:
        """A number of the sheet as the number of the table's row; a wrong one stays, and is refused."""
        return str(where.get(sibling, sibling))

    @staticmethod
    def _renumbered(sentence: str, where: dict[str, int]) -> str:
        head, _, tail = sentence.partition(":")
        word, _, no = head.partition(" ")
        return f"{word} {where[no]}:{tail}" if word == "Baris" and no in where else sentence

    def check(self) -> None:
        """Look at every row, and look for children on file, without saving anything."""
        arrivals = self._arrivals()
        self.matches = taking.matches(self.progress, arrivals)

    @property
    def faulty(self) -> bool:
        return bool(self.found.errors) or any(form.errors for form in self.given)

    def save(self) -> HttpResponseBase:
        if not self.given and not self.before:
            self.refusal = NOTHING
            return self.show(422)
        arrivals = self._arrivals()
        if self.found.is_valid() and arrivals:
            with walking(self.at.case, self.request.officer) as walk:
                before = {no: child for no, (child, _) in self.before.items()}
                result = taking.take_in(walk, arrivals, self.found.cleaned_data["found_at"], before)
            self.matches = result.matches
            self.taken = {one.no: one for one in result.taken}
            for no, (name, sentence) in result.refused.items():
                self.forms[no].add_error(name, f"Baris {no}: {sentence}")
        if self.found.errors or any(form.no not in self.taken for form in self.given):
            self.before |= {no: (one.child_id, one.how) for no, one in self.taken.items()}
            self.numbers = [form.no for form in self.given if form.no not in self.taken]
            return self.show(422)
        self._done()
        messages.success(self.request, self._summary())
        return redirect(case_url(self.at.case))

    def _done(self) -> None:
        """The page has nothing left to save: its draft goes, and is not kept anew by a tab still open."""
        key = self.found.cleaned_data[FIELD]
        sent = {"user": self.request.user, "at": self.request.at, "location": case_url(self.at.case)}
        Submission.objects.get_or_create(key=key, defaults=sent)
        drafts.drop(self.request.user, str(key))

    def _summary(self) -> str:
        hows = [how for _, how in self.before.values()] + [one.how for one in self.taken.values()]
        sentences = {
            "{} anak ditambahkan ke penanganan ini.": hows.count(How.NEW) + hows.count(How.SAME),
            "{} anak dicatat terjangkau kembali.": hows.count(How.MET),
            "{} baris sudah tercatat sebelumnya.": hows.count(How.BEFORE) + hows.count(How.HERE),
        }
        return " ".join(text.format(count) for text, count in sentences.items() if count)

    # --- rows as they are taken in

    def _arrivals(self) -> list[Arrival]:
        """The rows that are right in themselves; the others bear their errors."""
        self.judged = True
        self._refuse_twins()
        day = local_day(self.progress.agency, self._day_source())
        return [self._arrival(form, day) for form in self.given if form.is_valid()]

    def _day_source(self):
        return self.found.cleaned_data["found_at"] if self.found.is_valid() else self.request.at

    def _refuse_twins(self) -> None:
        """The same named child on two rows is a slip of the hand."""
        seen: dict[str, int] = {}
        for form in self.given:
            if not form.is_valid() or not form.raw("name"):
                continue
            first = seen.setdefault(taking.mark(form.cells()), form.no)
            if first != form.no:
                form.add_error(
                    "name",
                    f"Baris {form.no}: sama dengan baris {first}. Kosongkan salah satunya, "
                    "atau isi keterangan yang membedakannya.",
                )

    def _arrival(self, form: RowForm, day) -> Arrival:
        data = form.cleaned_data
        facts = form.child_facts()
        if data["birth"]:
            facts |= {"birth_from": data["birth"], "birth_until": data["birth"], "birth_how": BIRTH_SAID}
        elif data["age"]:
            first, last = estimated_birth(day, *data["age"])
            facts |= {
                "birth_from": first,
                "birth_until": last,
                "birth_how": said_how(day, *data["age"], ""),
            }
        guardian = None
        if data["adult"]:
            kind = form.relation_kind
            word = data["relation"] if kind == Relation.Kind.OTHER else ""
            guardian = Guardian(data["adult"], kind, data["phone"], word)
        return Arrival(
            no=form.no,
            key=data["key"],
            mark=taking.mark(form.cells()),
            facts=facts,
            guardians=(guardian,) if guardian else (),
            where=data["where"],
            note=data["note"],
            photo=data["photo"],
            sibling=data["sibling"],
            choice=data["choice"],
        )

    # --- the page

    def show(self, status: int) -> HttpResponse:
        progress = self.progress
        if self.sent and not self.judged:
            drafts.unjudged(self.found)
        if self.taken:  # what was saved is read anew
            case = Case.objects.select_related("agency", "sop", "revision__sop", "area").get(
                pk=self.at.case.pk
            )
            progress = Progress(case, self.request.officer)
        reading = Reading(progress)
        shown = [self.forms[no] for no in self.numbers]
        context = {
            "identity": reading.identity,
            "form": self.found,
            "forms_with_errors": [f for f in shown if self.judged and f.given and f.errors],
            "refusal": self.refusal,
            "told": self.told,
            "saved": [
                Saved(
                    no,
                    child,
                    reading.called(child) or "Anak yang pernah ditangani",
                    how,
                    case_url(self.at.case, "child", child=child) if child else "",
                )
                for no, (child, how) in sorted(self.before.items())
            ],
            "lines": [self._line(form) for form in shown],
            "asking": any(match.options for no, match in self.matches.items() if no in self.numbers),
            "photos": len(self.numbers) <= PHOTO_ROWS,
            "categories": self.categories,
            "paste": self.data.get("paste", ""),
            "row_limit": roster.ROW_LIMIT,
            "blank_url": case_url(self.at.case, "blank"),
        }
        return render(self.request, "cases/table.html", context, status=status)

    def _line(self, form: RowForm) -> Line:
        errors = form.errors if self.judged and form.given else {}
        cells = [self._cell(form, field, errors) for field in roster.FIELDS]
        photo = len(self.numbers) <= PHOTO_ROWS
        match = self.matches.get(form.no, Match())
        choice = self._cell(form, "choice", errors)
        return Line(
            no=form.no,
            key=self.data.get(f"r{form.no}-key") or new_key(),
            key_name=f"r{form.no}-key",
            cells=tuple(cells),
            photo=self._cell(form, "photo", errors) if photo else None,
            photo_lost=f"r{form.no}-photo" in self.request.FILES,
            choice=choice,
            chosen=choice.value or next((o.value for o in match.options if o.here), ""),
            options=match.options,
        )

    def _cell(self, form: RowForm, field: str, errors) -> Cell:
        name = form.add_prefix(field)
        return Cell(
            field=field,
            name=name,
            id=f"id_{name}",
            label=form.fields[field].label,
            value=form.raw(field),
            mode=MODES.get(field, ""),
            errors=tuple(str(e) for e in errors.get(field, ())),
        )


@case_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, at: At) -> HttpResponseBase:
    """Many children at once. Good rows are saved; the others come back as they were typed."""
    closed = at.progress.refuse_running()
    if request.method == "GET" and closed is not None:
        raise NotAllowed(closed)
    log_read(request, "case.read", at)
    page = _Table(request, at)
    if request.method == "GET" or drafts.resumed(request):
        return page.show(200)
    try:
        if closed is not None:
            raise Refused(closed)
        match request.POST.get("action"):
            case "more":
                page.more()
            case "paste" | "upload":
                page.read()
            case "check":
                page.check()
            case _:
                return page.save()
    except NotAllowed:
        raise
    except Refused as refused:
        page.refusal = str(refused)
    return page.show(422 if page.refusal or (page.judged and page.faulty) else 200)


@officers
@require_safe
def template_xlsx(request: HttpRequest) -> HttpResponse:
    """The template to fill, as a workbook."""
    names = request.officer.agency.categories.values_list("name", flat=True)
    content = roster.template_xlsx(request.at, list(names))
    return send_file(content, SHEET_TYPE, 'attachment; filename="contoh-tabel-anak.xlsx"')


@officers
@require_safe
def template_csv(request: HttpRequest) -> HttpResponse:
    """The template to fill, as CSV."""
    return send_file(roster.template_csv(), "text/csv", 'attachment; filename="contoh-tabel-anak.csv"')
