"""Aid on a case: planned, printed, handed out in one sitting, brought home, and the signed list filed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import aid, wording
from sopcases.cases.access import At, aid_gate, case_gate, log_read
from sopcases.cases.addresses import case_url, photo_link
from sopcases.cases.forms.aid import GiftRow, GiveForm, PackageForm, PlanForm, ReceiptsForm, VoidAidForm
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.step import able
from sopcases.cases.models import Aid, Relation
from sopcases.cases.page.chips import Chip
from sopcases.cases.page.reading import Reading
from sopcases.cases.printing import pdf_response, printed
from sopcases.cases.progress import Progress
from sopcases.cases.views.acts import Act, page_of
from sopcases.cases.views.many import answer_rows
from sopcases.cases.walk import Walk, walking
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.refusal import NotAllowed
from sopcases.sops import flow


def may_hand_out(at: At, officer: Officer) -> str | None:
    """Plan aid, hand it out, mend its records: who performs the step, or may record for others."""
    return aid.refuse(at.progress)


def aid_url(at: At) -> str:
    return case_url(at.case, "aid")


# --- the page


@case_gate
@require_safe
def overview(request: HttpRequest, at: At) -> HttpResponseBase:
    """Who gets what, who has received it, and what comes next."""
    progress = at.progress
    if aid.step_of(progress) is None:
        raise NotAllowed(aid.NO_STEP)
    log_read(request, "case.read", at)
    reading = Reading(progress)
    rows = aid.rows(progress)
    may = aid.refuse(progress) is None
    given = [row for row in rows if row.given_at]
    without = [s for s in aid.entitled(progress) if s.child_id not in {row.child_id for row in rows}]
    acts = list(_acts(at, rows, bool(without))) if may else []
    context = {
        "identity": reading.identity,
        "rows": [_line(reading, row, may) for row in rows],
        "planned": aid.totals(rows),
        "given": aid.totals(given),
        "waiting": [s.child.called for s in aid.waiting(progress, rows)],
        "acts": acts,
        "print_url": case_url(at.case, "aid_list") if rows else "",
        "refusal_text": "" if may else aid.refuse(progress),
    }
    return render(request, "cases/aid.html", context)


def _acts(at: At, rows: list[Aid], without: bool):
    """What can be done, the first as the primary action: address and label."""
    open_ = any(row.given_at is None for row in rows)
    if open_:
        yield case_url(at.case, "aid_give"), "Catat penyerahan bersama"
        yield case_url(at.case, "aid_home"), "Catat yang diantar ke rumah"
    if aid.unreported(at.progress, rows):
        yield case_url(at.case, "aid_report"), "Unggah tanda terima yang sudah ditandatangani"
    if without or not open_:
        yield case_url(at.case, "aid_plan"), "Rencanakan bantuan"


def _line(reading: Reading, row: Aid, may: bool) -> dict:
    case = reading.case
    received = ""
    if row.given_at:
        who = f"{row.received_by} ({row.relation})" if row.relation else row.received_by
        place = ", diantar ke rumah" if row.at_home else ""
        received = f"{wording.moment(row.given_at)}{place}; {who}, {row.get_receipt_display().lower()}"
    return {
        "called": reading.called(row.child_id),
        "kind": row.kind,
        "amount": aid.amount(row),
        "value": aid.rupiah(row.value),
        "source": row.source,
        "chip": Chip("Diserahkan", "done") if row.given_at else Chip("Direncanakan", "waiting"),
        "received": received,
        "photo": photo_link(row.photo, 1) if row.photo else None,
        "change_url": case_url(case, "aid_change", aid=row.pk) if may and not row.given_at else "",
        "void_url": case_url(case, "aid_void", aid=row.pk) if may else "",
    }


# --- planning


def _plan_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> PlanForm:
    rows = aid.rows(at.progress)
    last = rows[-1] if rows else None
    initial = {"source": last.source, "unit": last.unit} if last else {}
    return PlanForm(
        data,
        entitled=aid.entitled(at.progress),
        planned={row.child_id for row in rows},
        initial=initial,
        **kwargs,
    )


plan = page_of(
    Act(
        name="plan",
        title=lambda at: "Rencanakan bantuan",
        text=lambda at: (
            "Bantuan yang sama bagi anak yang dipilih. Yang berbeda bagi satu anak dapat diubah kemudian."
        ),
        submit="Simpan rencana",
        done="Rencana bantuan tersimpan.",
        form=_plan_form,
        do=lambda walk, at, form: aid.plan(walk, form.cleaned_data["children"], form.package),
        url=aid_url,
        why_not=lambda at: (
            None if aid.entitled(at.progress) else "Belum ada anak yang dinyatakan layak menerima bantuan."
        ),
    ),
    case_gate,
    may_hand_out,
)


def _change_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> PackageForm:
    row = at.aid
    initial = {"kind": row.kind, "unit": row.unit, "source": row.source, "value": f"{row.value}"}
    initial["amount"] = f"{row.amount.normalize():f}".replace(".", ",")
    return PackageForm(data, initial=initial, **kwargs)


def _why_not_change(at: At) -> str | None:
    if at.aid.voided_at is not None:
        return aid.VOIDED
    return aid.GIVEN if at.aid.given_at else None


change = page_of(
    Act(
        name="change",
        title=lambda at: f"Ubah rencana bantuan {at.aid.child.initials}",
        text=lambda at: "Hanya bantuan bagi anak ini yang berubah.",
        submit="Simpan",
        done="Rencana bantuan diubah.",
        form=_change_form,
        # The version is compared on the row itself, under its lock.
        do=lambda walk, at, form: aid.change(walk, at.aid.pk, form.cleaned_data["version"], form.package),
        url=aid_url,
        why_not=_why_not_change,
        version=lambda at: at.aid.version,
    ),
    aid_gate,
    may_hand_out,
)


def _void_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> VoidAidForm:
    return VoidAidForm(data, **kwargs)


void = page_of(
    Act(
        name="void",
        title=lambda at: f"Batalkan catatan bantuan {at.aid.child.initials}",
        text=lambda at: "Catatan ini tetap tersimpan dengan tanda dibatalkan, dan tidak terhitung lagi.",
        submit="Batalkan catatan",
        done="Catatan bantuan dibatalkan.",
        form=_void_form,
        do=lambda walk, at, form: aid.void(
            walk, at.aid.pk, form.cleaned_data["reason"], again=form.cleaned_data["again"] == "again"
        ),
        url=aid_url,
        why_not=lambda at: aid.VOIDED if at.aid.voided_at is not None else None,
        danger=True,
    ),
    aid_gate,
    may_hand_out,
)


# --- handing out


class _Giving:
    """The table of those who have not received yet."""

    def __init__(self, request: HttpRequest, at: At, at_home: bool):
        self.request, self.at, self.at_home = request, at, at_home
        self.reading = Reading(at.progress)
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        self.form = GiveForm(sent[0], initial={"at": now_to_the_minute()})
        self.rows = [self._row(row, *sent) for row in self._open(at.progress)]

    def _open(self, progress: Progress) -> list[Aid]:
        return [row for row in aid.rows(progress) if row.given_at is None]

    def _row(self, row: Aid, data=None, files=None) -> GiftRow:
        guardian = self._guardians().get(row.child_id, ("", ""))
        return GiftRow(data, files, aid=row, called=self.reading.called(row.child_id), guardian=guardian)

    def _guardians(self) -> dict[int, tuple[str, str]]:
        """Child → the adult who is likely to receive for him, and in what relation: nothing typed twice."""
        if not hasattr(self, "_known"):
            found = Relation.objects.filter(child__in=list(self.reading.children), adult__isnull=False)
            self._known = {
                r.child_id: (r.adult.name, r.get_kind_display())
                for r in found.select_related("adult").order_by("-id")
            }
        return self._known

    @property
    def here(self) -> str:
        return case_url(self.at.case, "aid_home" if self.at_home else "aid_give")

    def act(self, good: list[GiftRow]) -> str:
        with walking(self.at.case, self.request.officer) as walk:
            aid.give(walk, [row.gift for row in good], self.form.cleaned_data["at"], at_home=self.at_home)
        messages.success(self.request, f"Penyerahan {len(good)} bantuan tersimpan.")
        return aid_url(self.at)

    def show(self, status: int, kept: list[GiftRow]) -> HttpResponseBase:
        typed = {row.key: row for row in kept}
        rows = [typed.get(row.pk) or self._row(row) for row in self._open(self.at.progress)]
        context = {
            "identity": self.reading.identity,
            "form": self.form,
            "forms_with_errors": [row for row in kept if row.errors],
            "rows": [(row, aid.amount(row.aid), aid.rupiah(row.aid.value)) for row in rows],
            "at_home": self.at_home,
            "back": aid_url(self.at),
            "photos_again": bool(self.request.FILES) and bool(kept),
        }
        return render(self.request, "cases/aid_give.html", context, status=status)


def _giving(at_home: bool, name: str):
    def view(request: HttpRequest, at: At) -> HttpResponseBase:
        page = _Giving(request, at, at_home)
        if request.method == "GET" and not page.rows:
            raise NotAllowed("Tidak ada bantuan yang masih harus diserahkan.")
        log_read(request, "case.read", at)
        return answer_rows(request, page.form, page.rows, page.act, page.show, page.here)

    view.__name__ = name
    view.__doc__ = "Aid brought home." if at_home else "Aid handed out in one sitting."
    return case_gate(may=may_hand_out)(require_http_methods(["GET", "POST"])(view))


give = _giving(False, "give")
home = _giving(True, "home")


# --- paper


@case_gate
@require_safe
def receipts(request: HttpRequest, at: At) -> HttpResponseBase:
    """The list to be signed, as PDF: those who have not received yet; with `semua`, or when all have, all."""
    progress = at.progress
    rows = aid.rows(progress)
    if not rows:
        raise NotAllowed(
            aid.NO_STEP if aid.step_of(progress) is None else "Belum ada bantuan yang direncanakan."
        )
    open_ = [row for row in rows if row.given_at is None]
    if open_ and "semua" not in request.GET:
        rows = open_
    log_read(request, "aid.read", at)
    reading = Reading(progress)
    case, agency = at.case, progress.agency
    title = "Tanda Terima Bantuan"
    context = {
        "facts": [
            ("Penanganan", f"{case.sop.noun} {case.number}"),
            ("Wilayah", case.area.name if case.area else ""),
            ("Sumber", wording.joined(list(dict.fromkeys(row.source for row in rows)))),
            ("Hari, tanggal", "." * 40),
            ("Tempat", "." * 40),
        ],
        "rows": [
            (reading.called(row.child_id), row.kind, aid.amount(row), aid.rupiah(row.value)) for row in rows
        ],
        "totals": aid.totals(rows),
        "city": agency.city,
    }
    content = printed("print/receipts.html", agency, title, context, key=f"{case.number} {request.at:%Y%m%d}")
    return pdf_response(content, f"tanda-terima-{case.number}")


def _report_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> ReceiptsForm:
    step = aid.step_of(at.progress)
    people = {pk: label for pk, (_, label) in able(at.progress, step, at.case.event_at).items()}
    me = request.user.pk
    mine = [me] if at.progress.hat(step.positions(flow.PERFORMS)) else []
    waiting = aid.unreported(at.progress, aid.rows(at.progress))
    initial = {"acted_by": [u for u in mine if u in people]}
    return ReceiptsForm(data, files, waiting=waiting, people=people, initial=initial, **kwargs)


def _report(walk: Walk, at: At, form: ReceiptsForm) -> None:
    data = form.cleaned_data
    who = User.objects.filter(pk__in=data["acted_by"], agency_id=at.case.agency_id)
    aid.report(walk, data["file"], data["children"], acted_by=who, number=data["number"], dated=data["dated"])


report = page_of(
    Act(
        name="report",
        title=lambda at: "Unggah tanda terima yang sudah ditandatangani",
        text=lambda at: (
            "Satu dokumen untuk semua anak yang dipilih. Langkah penyaluran bantuan selesai bagi mereka, "
            "pada waktu masing-masing menerima."
        ),
        submit="Unggah dan selesaikan",
        done="Tanda terima tersimpan; langkah penyaluran selesai bagi anak yang dipilih.",
        form=_report_form,
        do=_report,
        url=aid_url,
        why_not=lambda at: (
            None
            if aid.unreported(at.progress, aid.rows(at.progress))
            else "Tidak ada penerima yang masih menunggu tanda terima."
        ),
        files=True,
    ),
    case_gate,
    may_hand_out,
)
