"""What the pages of letters show, built once: the letter, its facts, its acts and what may be done now."""

from dataclasses import dataclass

from django.urls import reverse

from sopcases.cases import nik
from sopcases.cases.hands import SIGNER
from sopcases.cases.wording import joined, moment
from sopcases.letters import pdf, sheet
from sopcases.letters.changes import Change, changes
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models import Letter
from sopcases.letters.states import EDITABLE, ENDED, IN_CHAIN, INKED, LetterState, Track
from sopcases.letters.words import day_text, one_line
from sopcases.people.authority import Officer

TONES = {
    LetterState.DRAFT: "neutral",
    LetterState.PROPOSED: "waiting",
    LetterState.RETURNED: "late",
    LetterState.INITIALLED: "waiting",
    LetterState.READY: "active",
    LetterState.DECIDED: "waiting",
    LetterState.SIGNED: "done",
    LetterState.SENT: "done",
    LetterState.PRINTABLE: "active",
    LetterState.AWAITING: "waiting",
    LetterState.COMPLETE: "done",
    LetterState.VOID: "stopped",
    LetterState.REPLACED: "stopped",
}


@dataclass(frozen=True)
class Chip:
    """A state by word and tone (parts/chip.html)."""

    label: str
    tone: str
    icon: str = ""


@dataclass(frozen=True)
class Deed:
    """Something this officer may do now."""

    url: str
    label: str
    why: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the timeline (parts/timeline.html)."""

    sentence: str
    by: str
    when: str
    reason: str


def letter_url(letter: Letter, name: str = "letter") -> str:
    """The address of a letter's page, or of an act on it."""
    return reverse(f"letters:{name}", kwargs={"letter": letter.pk})


def chip(letter: Letter) -> Chip:
    """The state; of a letter with several paraf also how many of them stand."""
    return Chip(f"{letter.get_state_display()} {letter.progress}".strip(), TONES[letter.state])


def body(letter: Letter, officer: Officer) -> str:
    """The letter as HTML: the frozen copy, or as it stands."""
    return nik.opened(letter.body or sheet.body_html(sheet.build(letter, officer.at)))


def face(letter: Letter) -> str:
    return pdf.face(letter)


# What may be done, the next act first; each with the predicate that the verb refuses with.
DEEDS = (
    ("initial", "Paraf & teruskan", Letter.why_not_initial, "SOP: disposisi."),
    (
        "certify",
        "Tanda tangani secara elektronik",
        Letter.why_not_certify,
        "Periksa naskahnya, lalu ketik frasa sandi Anda.",
    ),
    ("decide", "Tanda tangani", Letter.why_not_decide, "Periksa naskahnya, lalu putuskan."),
    ("propose", "Ajukan", Letter.why_not_propose, "Periksa naskahnya, lalu ajukan untuk diparaf."),
    (
        "fix",
        "Tetapkan naskah",
        Letter.why_not_fix,
        "Setelah ditetapkan, naskah dicetak dan tidak dapat diubah.",
    ),
    ("spoken", "Catat persetujuan lisan", Letter.why_not_note_approval, ""),
    ("number", "Catat nomor", Letter.why_not_number, "Tulis nomor yang diberikan bagian umum."),
    ("scan", "Unggah naskah bertanda tangan", Letter.why_not_file_signed_scan, "Pindai atau foto naskahnya."),
    ("complete", "Unggah naskah bertanda tangan", Letter.why_not_complete, "Pindai atau foto naskahnya."),
    ("send", "Catat pengiriman", Letter.why_not_send, "Tulis kapan, kepada siapa, dan bagaimana dikirim."),
    (
        "file_receipt",
        "Unggah tanda terima",
        Letter.why_not_file_receipt,
        "Pindai atau foto tanda terima, atau lembar kedua yang kembali.",
    ),
    ("return", "Kembalikan dengan catatan", Letter.why_not_return, ""),
    ("edit", "Ubah naskah", Letter.why_not_edit, ""),
    ("serve", "Pakai juga untuk penanganan lain", Letter.why_not_serve, ""),
    ("void", "Batalkan surat", Letter.why_not_void, ""),
    ("replace", "Ganti dengan surat baru", Letter.why_not_replace, ""),
)
MINE = {"initial", "certify", "decide"}
"""While one of these is asked of him, no other letter is."""
PRIMARY = {"initial", "certify", "decide", "propose", "fix", "number", "scan", "complete", "send"}


@dataclass(frozen=True)
class Mended:
    """What a letter that was sent back says now (parts/mended.html): by whom and why it was returned, and
    what changed; `rows` empty where nothing did."""

    by: str
    when: str
    reason: str
    proposed: bool
    rows: tuple[Change, ...]


@dataclass(frozen=True)
class Following:
    """The next letter that waits for this officer's paraf or signature."""

    url: str
    label: str
    about: str


@dataclass(frozen=True)
class LetterPage:
    """A letter's page."""

    title: str
    chip: Chip
    face: str
    body: str
    next: Deed | None
    others: tuple[Deed, ...]
    waits: str
    following: Following | None
    notice: str
    mended: Mended | None
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    may_print: bool
    pdf_url: str
    scan_url: str
    receipt_url: str
    replaced_by: str
    replaces: str


def letter_page(letter: Letter, officer: Officer) -> LetterPage:
    """Everything on the page, in a constant number of queries."""
    allowed = [
        (name, Deed(letter_url(letter, name), label, why))
        for name, label, why_not, why in DEEDS
        if why_not(letter, officer) is None
    ]
    lapsed = letter.lapsed(officer.day)
    # Others may propose, fix or send it too, but only its authors are asked to.
    asked = PRIMARY if officer.user.pk in letter.author_ids else PRIMARY - {"propose", "fix", "send"}
    if letter.turn_id:
        asked = asked - {"scan"}  # it may have come signed in ink already, but what it waits for is a paraf
    first = next(((n, d) for n, d in allowed if n in asked), None)
    if lapsed:
        first = next(((n, d) for n, d in allowed if n == "replace"), None)
    after = None if MINE & {name for name, _ in allowed} else following(letter, officer)
    if after and first and first[0] == "scan" and letter.signer_id == officer.user.pk:
        first = None  # he has decided: his clerk has the ink to file, and the next letter has only him
    newer = Letter.objects.filter(paper__replaces=letter.paper_id).values_list("pk", flat=True).first()
    older = letter.paper.replaces_id and Letter.objects.filter(paper=letter.paper.replaces_id).first()
    return LetterPage(
        title=f"{letter.paper.kind} {letter.number}".strip(),
        chip=chip(letter),
        face=face(letter),
        body=body(letter, officer),
        next=first and first[1],
        others=tuple(deed for name, deed in allowed if not first or name != first[0]),
        waits="" if first else waits_for(letter, officer),
        following=after,
        notice=lapsed or "",
        mended=mended(letter),
        facts=tuple((label, value) for label, value in facts(letter) if value),
        lines=tuple(lines(letter)),
        may_print=letter.why_not_print_out(officer) is None,
        pdf_url=letter_url(letter, "pdf"),
        scan_url=letter_url(letter, "signed") if letter.paper.file else "",
        receipt_url=letter_url(letter, "receipt") if letter.receipt else "",
        replaced_by=reverse("letters:letter", kwargs={"letter": newer}) if newer else "",
        replaces=letter_url(older) if older else "",
    )


def following(letter: Letter, officer: Officer) -> Following | None:
    """The letter to read after this one: of those that cannot go on without him, the longest waiting."""
    waiting = Letter.objects.waiting_for(officer).filter(waits__in=["initial", "sign"])
    found = waiting.exclude(pk=letter.pk).first()
    return found and Following(letter_url(found), str(found), found.label)


def waits_for(letter: Letter, officer: Officer) -> str:
    """Whom the letter waits for, by position and by the names of those who hold it today."""
    kind = letter.paper.kind
    if letter.turn_id or letter.state == LetterState.READY:
        what, position = ("paraf", letter.turn) if letter.turn_id else ("tanda tangan", kind.signer)
        if position is None:
            return f"Menunggu {what}, tetapi jabatan {SIGNER} belum ditetapkan"
        day = officer.day
        able = letter.holders_of(position.pk, day) if letter.turn_id else letter.signatories_on(day)
        names = list(dict.fromkeys(str(a.user) for a in able))
        return f"Menunggu {what} {position}" + (
            f": {joined(names)}" if names else ", yang hari ini tidak ada pemegangnya"
        )
    spoken = "Disetujui lisan; menunggu " if letter.approved_by_word else "Menunggu "
    return {
        LetterState.DRAFT: "Belum diajukan pengonsepnya",
        LetterState.RETURNED: f"Menunggu perbaikan {letter.drafted_by}",
        LetterState.INITIALLED: "Menunggu nomor dari bagian umum",
        LetterState.DECIDED: f"{spoken}naskah bertanda tangan basah diunggah",
        LetterState.PRINTABLE: "Menunggu dicetak dan ditandatangani para pihak",
        LetterState.AWAITING: "Menunggu naskah bertanda tangan para pihak",
    }.get(letter.state, "")


def mended(letter: Letter) -> Mended | None:
    """What changed since the letter was last sent back: between its last two proposals, or in the draft."""
    proposals = [act for act in letter.rounds if act.act == "proposed"]
    returns = [act for act in letter.rounds if act.act == "returned"]
    proposed = letter.state in (*IN_CHAIN, LetterState.READY)
    if letter.track != Track.LETTER or not returns or not (proposed or letter.state in EDITABLE):
        return None
    before = proposals[-2 if proposed else -1 :][:1]
    if not before or before[0].pk > returns[-1].pk or "content" not in before[0].data:
        return None
    back = returns[-1]
    return Mended(
        by=f"{back.by}, {back.acting_title}",
        when=moment(back.at),
        reason=back.reason,
        proposed=proposed,
        rows=changes(LAYOUTS[letter.layout], before[0].data["content"], letter.content),
    )


def signing_title(letter: Letter, officer: Officer) -> str:
    """Under which title the officer would sign the letter now."""
    mine = (s.acting_title for s in letter.signatories_on(officer.day) if s.user_id == officer.user.pk)
    return next(mine, "penanda tangan")


def facts(letter: Letter):
    """The key facts of a letter."""
    yield "Nomor", letter.number or ("" if letter.state in ENDED else "Belum bernomor")
    yield "Tanggal surat", day_text(letter.dated) if letter.dated else ""
    yield "Perihal", letter.label
    yield "Dikonsep oleh", str(letter.drafted_by)
    for given in letter.initials:
        when = f", {moment(given.at)}" if given.at else ", pada naskah"
        yield "Diparaf oleh", f"{given.name}, {given.title}{when}"
    if letter.initialled_by and not letter.initials:
        yield "Diparaf oleh", f"{letter.initialled_by}, {letter.initialled_title}"
    if letter.signer_id:
        word = "Disetujui lisan oleh" if letter.heard_by else "Diputuskan oleh"
        done = "Ditandatangani oleh" if letter.state in INKED else word
        yield done, f"{letter.signer_name}, {one_line(letter.signer_title)}"
    if letter.heard_by:
        yield "Persetujuan lisan", f"{moment(letter.decided_at)}, didengar {letter.heard_by}"
    elif letter.track == Track.LETTER:
        yield "Penanda tangan", str(letter.paper.kind.signer or "Belum ditetapkan")
    if letter.backend:
        yield "Sertifikat", letter.certificate
    yield "Tanggal tanda tangan", day_text(letter.signed_on) if letter.signed_on else ""
    if letter.sent_on:
        yield "Dikirim", f"{day_text(letter.sent_on)}, {letter.get_sent_how_display()}"
        yield "Dikirim kepada", letter.sent_to
        yield "Tanda terima", receipt_text(letter)
    yield "Sidik digital (SHA-256)", letter.sha256
    yield "Alasan pembatalan", letter.paper.void_reason


def receipt_text(letter: Letter) -> str:
    """How far the receipt of a letter that was sent is."""
    if not letter.receipt:
        return "Belum ada"
    return f"Diterima {day_text(letter.received_on)}" if letter.received_on else "Tersimpan"


def lines(letter: Letter):
    """What was done with the letter, newest first."""
    for act in letter.acts.select_related("by").order_by("-id"):
        yield Line(act.get_act_display(), f"oleh {act.by}, {act.acting_title}", moment(act.at), act.reason)
