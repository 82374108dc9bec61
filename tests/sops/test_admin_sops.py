"""The admin pages of SOPs: a draft is edited, checked and put in force; in force it is only read."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sopcases.people.models import Entry, Position
from sopcases.refusal import Conflict
from sopcases.sops import revising, sheet, sopfile
from sopcases.sops.models import Output, PaperKind, Performer, Revision, Sop, Step
from tests.people.test_admin_people import change_url, changed, fields, list_url
from tests.sops.test_revising import unratified


@pytest.fixture
def ani(client, world):
    client.force_login(world.ani)
    return client


def begin(world, day: str) -> dict:
    """What is sent to put a draft in force: ratified by the Kepala Dinas."""
    return {"day": day, "signer": world.budi.pk, "reason": APPROVED["reason"]}


@pytest.fixture
def draft(world):
    """Revision 2 of the Bayi SOP, a draft."""
    return revising.new_revision(world.revision(), world.officer("ani"))


APPROVED = {"official": "Dr. Budi Hartono, Kepala Dinas", "reason": "Keputusan Nomor 12"}


def act(revision, name) -> str:
    return reverse(f"admin:sops_revision_{name}", args=[revision.pk])


# In force ---------------------------------------------------------------------------------------------


def test_a_revision_in_force_is_read_only_down_to_its_steps(ani, world):
    revision = world.revision()
    before = sopfile.dump(revision)
    for row in (revision, revision.steps.first()):
        page = ani.get(change_url(row))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert "<textarea" not in page.content.decode() and "<select" not in page.content.decode()
        assert ani.post(change_url(row), {"name": "Lain", "activity": "Lain"}).status_code == 403
        delete = reverse(f"admin:sops_{row._meta.model_name}_delete", args=[row.pk])
        assert ani.post(delete, {"post": "yes"}).status_code == 403

    assert sopfile.dump(world.revision()) == before
    assert "Buat revisi baru" in ani.get(change_url(revision)).content.decode()


def test_a_new_revision_is_a_copy_made_by_post(ani, world):
    revision = world.revision()
    url = act(revision, "revisi-baru")

    assert "disalin menjadi draf" in ani.get(url).content.decode()
    assert revision.sop.revisions.count() == 1
    response = ani.post(url)

    draft = revision.sop.revisions.get(no=2)
    assert response.url == change_url(draft)
    assert draft.state == "draft"
    assert sopfile.dump(draft) == unratified(revision)
    assert Entry.objects.latest("id").verb == "sop.revisi_dibuat"


def test_no_second_draft_beside_an_open_one(ani, draft, world):
    response = ani.post(act(world.revision(), "revisi-baru"))

    assert response.status_code == 422
    assert "Revisi 2 masih berupa draf" in response.content.decode()


def test_acts_that_the_state_does_not_allow_are_not_there(ani, world, draft):
    assert ani.get(act(world.revision(), "berlakukan")).status_code == 404
    assert ani.post(act(world.revision(), "berlakukan"), begin(world, "2026-01-01")).status_code == 409
    assert ani.get(act(draft, "cabut")).status_code == 404


def test_withdrawing_asks_for_a_reason(ani, world):
    url = act(world.revision(), "cabut")
    revision = world.revision()

    assert "reason" in ani.post(url, {"reason": ""}).context["form"].errors
    assert ani.post(url, {**APPROVED, "reason": "Diganti aturan baru"}).status_code == 302
    revision.refresh_from_db()
    assert revision.state == "withdrawn"


# A draft -----------------------------------------------------------------------------------------------


def test_a_drafts_page_lists_what_keeps_it_from_being_put_in_force(ani, draft):
    assert "dapat diberlakukan" in ani.get(change_url(draft)).content.decode()
    Performer.objects.filter(step__revision=draft, step__key="4").delete()
    Step.objects.filter(revision=draft, key="6").update(time="secepatnya")

    page = ani.get(change_url(draft)).content.decode()

    assert "Belum dapat diberlakukan" in page
    assert "Langkah 4: tidak ada pelaksana." in page
    assert "Langkah 6:" in page and "secepatnya" in page


def test_putting_in_force_names_what_is_wrong_and_changes_nothing(ani, draft, world):
    Step.objects.filter(revision=draft, key="5").update(after=["9"])

    response = ani.post(act(draft, "berlakukan"), begin(world, "2026-01-05"))

    assert response.status_code == 422
    assert "Langkah 5: urutan berputar kembali ke langkah ini sendiri." in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert world.revision().no == 1


def test_putting_in_force_replaces_the_old_revision(ani, draft, world):
    response = ani.post(act(draft, "berlakukan"), begin(world, "2026-01-05"))

    assert response.status_code == 302
    now = world.revision()
    assert (now.pk, now.in_force_from, bool(now.checksum)) == (draft.pk, date(2026, 1, 5), True)
    assert draft.sop.revisions.get(no=1).state == "replaced"


@pytest.mark.parametrize("day", ["0024-03-04", "1989-12-31", "2204-03-04"])
def test_a_mistyped_year_is_not_sealed(ani, draft, world, day):
    answer = ani.post(act(draft, "berlakukan"), begin(world, day))
    assert "Tahun tanggal berlaku harus antara 1990 dan " in answer.context["form"].errors["day"][0]
    draft.refresh_from_db()
    assert (draft.state, draft.in_force_from) == ("draft", None)


def test_date_official_and_reason_are_asked_for(ani, draft, world):
    asked = {"official", "reason"}
    missing = set(ani.post(act(draft, "berlakukan"), {}).context["form"].errors)
    assert missing == {"day", "signer", "reason"}
    for row, name in ((draft, "diperiksa"), (world.revision(), "cabut")):
        assert set(ani.post(act(row, name), {}).context["form"].errors) == asked


def test_a_day_to_come_schedules_and_can_be_called_back(ani, draft, world):
    year = timezone.now().year + 2
    answer = ani.post(act(draft, "berlakukan"), begin(world, f"{year}-01-05"), follow=True)
    page = answer.content.decode()
    assert f"Revisi 2 dijadwalkan dari 5 Januari {year}." in page
    assert "Batalkan jadwal" in page and "Dr. Budi Hartono, M.A.P., Kepala Dinas" in page
    assert "Naskah resmi: menunggu tanda tangan" in page
    assert world.revision().no == 1

    page = ani.post(act(draft, "batalkan-jadwal"), APPROVED, follow=True).content.decode()
    assert "Jadwal revisi 2 dibatalkan." in page and "dapat diberlakukan" in page


def test_a_scheduled_revision_whose_day_came_stands_as_in_force(ani, draft, world):
    """The stored state is older than the day: page, list and acts go by the day."""
    early = world.officer("ani", world.now)
    revising.put_in_force(draft, early, date(2026, 3, 3), **APPROVED)

    page = ani.get(change_url(draft)).content.decode()
    assert "berlaku dan tidak dapat diubah" in page
    assert "Cabut" in page and "Batalkan jadwal" not in page
    assert "Diganti" in ani.get(list_url(Revision)).content.decode()
    assert ani.get(act(draft, "batalkan-jadwal")).status_code == 404
    assert ani.post(act(draft, "cabut"), APPROVED).status_code == 302


def test_the_drafts_header_and_steps_are_edited_on_one_page(ani, draft, world):
    response = changed(
        ani,
        change_url(draft),
        **{
            "name": "Bayi-Balita Terlantar (baru)",
            "legal_basis": "UU 35/2014\r\nPerda 2/2015",
            "routes": "temuan: Temuan\r\nserahan: Serahan",
            "steps-0-order": "30",
            "steps-0-time_reading": "20 menit",
            "notes-0-quotes": "kutipan satu\r\nberbaris dua\r\n\r\nkutipan dua",
        },
    )

    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert draft.name == "Bayi-Balita Terlantar (baru)"
    assert draft.legal_basis == ["UU 35/2014", "Perda 2/2015"]
    assert [route["key"] for route in draft.routes] == ["temuan", "serahan"]
    assert draft.steps.last().time_reading == "20 menit"
    assert draft.notes.first().quotes == ["kutipan satu\nberbaris dua", "kutipan dua"]
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject_id) == ("sop.diubah", draft.pk)


def test_the_cells_of_the_sheet_are_put_right_on_a_draft(ani, world):
    """The scan of the street SOP lost the day of its ratification and a line of its head."""
    draft = revising.new_revision(world.revision("anak-jalanan"), world.officer("ani"))
    before = dict(draft.sheet)
    page = ani.get(change_url(draft)).content.decode()
    assert "04 Maret 20 AINTAH 4" in page and "Yang tidak terbaca dapat diisi" in page

    response = changed(
        ani,
        change_url(draft),
        cell_ratified_on="04 Maret 2024",
        cell_effective_on="05 Maret 2024",
        cell_warnings="Jangan menunda\r\n\r\nJaga rahasia",
        cell_unit="",
    )

    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    mended = {
        "ratified_on": "04 Maret 2024",
        "effective_on": "05 Maret 2024",
        "warnings": ["Jangan menunda", "Jaga rahasia"],
        "unit": None,
    }
    assert draft.sheet == before | mended
    printed = sheet.build(Revision.objects.as_on(world.now.date()).get(pk=draft.pk)).header
    assert ("Tanggal Pengesahan", "04 Maret 2024") in printed.facts
    assert ("Peringatan", ("Jangan menunda", "Jaga rahasia")) in printed.blocks
    assert Entry.objects.latest("id").verb == "sop.diubah"


def test_two_who_mend_the_cells_at_once_do_not_overwrite_each_other(ani, draft):
    shown = fields(ani.get(change_url(draft)))
    assert changed(ani, change_url(draft), cell_title="BAYI DAN BALITA").status_code == 302
    late = ani.post(change_url(draft), shown | {"cell_unit": "Dinas"})
    assert "sudah diubah orang lain" in late.content.decode()
    draft.refresh_from_db()
    assert draft.sheet["title"] == "BAYI DAN BALITA" and draft.sheet["unit"] != "Dinas"


def test_a_cell_of_another_shape_or_name_is_kept_as_it_is(ani, draft):
    odd = draft.sheet | {"unit": ["a", "b"], "related": "satu", "cap": "basah", "records": ["a\nb"]}
    Revision.objects.filter(pk=draft.pk).update(sheet=odd)
    assert "basah" in ani.get(change_url(draft)).content.decode()
    assert changed(ani, change_url(draft), cell_title="BAYI").status_code == 302
    draft.refresh_from_db()
    assert draft.sheet == odd | {"title": "BAYI"}


def test_an_untouched_page_saves_without_changing_a_word(ani, draft):
    before = sopfile.to_yaml(sopfile.dump(draft))
    rows = [draft, *draft.steps.all()]

    for row in rows:
        response = changed(ani, change_url(row))
        assert response.status_code == 302, (row, response.context["errors"])

    fresh = Revision.objects.select_related("sop__agency").get(pk=draft.pk)
    assert sopfile.to_yaml(sopfile.dump(fresh)) == before


@pytest.mark.parametrize(("slug", "agency"), [("anak-jalanan", "tanjungpinang")])
def test_an_untouched_page_of_the_other_sop_keeps_it_too(ani, world, slug, agency):
    draft = revising.new_revision(world.revision(slug), world.officer("ani"))
    before = sopfile.to_yaml(sopfile.dump(draft))

    for row in [draft, *draft.steps.all()]:
        assert changed(ani, change_url(row)).status_code == 302

    fresh = Revision.objects.select_related("sop__agency").get(pk=draft.pk)
    assert sopfile.to_yaml(sopfile.dump(fresh)) == before


def test_a_step_is_added_and_removed_on_the_drafts_page(ani, draft):
    data = fields(ani.get(change_url(draft)))
    count = int(data["steps-TOTAL_FORMS"])
    new = {"order": "99", "key": "10", "number": "10.", "activity": "Melapor", "time": "1 hari"}
    data |= {f"steps-{count}-{name}": value for name, value in new.items()}
    data |= {"steps-TOTAL_FORMS": str(count + 1), "steps-8-DELETE": "on"}

    response = ani.post(change_url(draft), data)

    assert response.status_code == 302, response.context["errors"]
    assert [s.key for s in draft.steps.all()] == [*"12345678", "10"]


def test_a_step_is_edited_with_its_performers_requirements_and_outputs(ani, draft, world):
    step = draft.steps.get(key="5")
    kasi = Position.objects.get(agency=world.home, name="Kasi")
    response = changed(
        ani,
        change_url(step),
        **{
            "after": "3, 4",
            "routes": ["temuan"],
            "time_reading": "2 hari",
            "performers-0-position": kasi.name,
            "requirements-1-optional": "on",
            "outputs-0-stage": "20",
        },
    )

    assert response.status_code == 302, response.context["errors"]
    step.refresh_from_db()
    assert (step.after, step.routes, step.time_reading) == (["3", "4"], ["temuan"], "2 hari")
    assert step.performers.get().position == kasi
    assert [r.optional for r in step.requirements.all()] == [False, True]
    assert step.outputs.get().stage == 20
    assert Entry.objects.latest("id").subject_id == draft.pk


def test_positions_and_papers_are_typed_by_name_or_alias(ani, draft, world):
    step = draft.steps.get(key="5")
    kind = PaperKind.objects.create(
        agency=world.home, name="Surat Uji", aliases=["SU", "Surat Coba"], origin="incoming"
    )

    response = changed(ani, change_url(step), **{"requirements-1-kind": " surat  coba "})

    assert response.status_code == 302, response.context["errors"]
    assert step.requirements.last().kind == kind
    page = ani.get(change_url(step)).content.decode()
    assert 'value="Surat Uji"' in page and '<option value="Surat Coba">Surat Uji</option>' in page


def test_an_unknown_name_is_refused_with_the_nearest_one(ani, draft, world):
    step = draft.steps.get(key="5")

    response = changed(ani, change_url(step), **{"performers-0-position": "Pekos"})

    assert response.status_code == 200
    assert "“Pekos” tidak dikenal. Maksudnya “Peksos”?" in response.content.decode()
    assert 'value="Pekos"' in response.content.decode()


def test_a_name_of_another_agency_is_unknown(ani, draft, world):
    stranger = Position.objects.exclude(agency=world.home).exclude(
        name__in=Position.objects.filter(agency=world.home).values("name")
    )
    step = draft.steps.get(key="5")

    response = changed(ani, change_url(step), **{"performers-0-position": stranger.first().name})

    assert "tidak dikenal" in response.content.decode()


def test_a_step_is_moved_by_a_button_and_what_was_typed_is_saved(ani, draft):
    data = fields(ani.get(change_url(draft)))
    fifth = draft.steps.get(key="5")

    response = ani.post(change_url(draft), {**data, "name": "Nama baru", "_move": f"{fifth.pk}:up"})

    assert response.url == f"{change_url(draft)}#steps-group"
    assert [s.key for s in draft.steps.all()] == ["1", "2", "3", "5", "4", "6", "7", "8", "9"]
    draft.refresh_from_db()
    assert draft.name == "Nama baru"


@pytest.mark.parametrize(("key", "way"), [("1", "up"), ("9", "down"), ("5", "sideways")])
def test_at_the_edge_a_step_stays(draft, key, way):
    revising.move_step(draft.steps.get(key=key), way)

    assert [s.key for s in draft.steps.all()] == list("123456789")


def test_a_step_in_force_is_not_moved(world):
    with pytest.raises(Conflict):
        revising.move_step(world.revision().steps.get(key="5"), "up")


def test_each_row_tells_who_and_what(ani, draft):
    page = ani.get(change_url(draft)).content.decode()

    assert "Peksos melaksanakan" in page
    assert "<strong>Kelengkapan:</strong> Surat Perintah Tugas" in page


@pytest.mark.parametrize(("typed", "stored"), [("", None), ("-", []), ("3, 4", ["3", "4"])])
def test_the_order_of_steps_is_typed(ani, draft, typed, stored):
    step = draft.steps.get(key="5")
    changed(ani, change_url(step), after=typed)

    step.refresh_from_db()
    assert step.after == stored


def test_the_time_field_shows_how_it_is_read(ani, draft):
    step = draft.steps.get(key="4")
    assert "3 jam kerja" in ani.get(change_url(step)).content.decode()
    Step.objects.filter(pk=step.pk).update(time="3 Jam-jaman")
    assert "Tidak terbaca:" in ani.get(change_url(step)).content.decode()


def test_pointers_lead_only_into_the_same_revision(ani, draft, world):
    step = draft.steps.get(key="3")
    old = world.revision().steps.get(key="2").outputs.get()
    page = ani.get(change_url(step))
    formset = next(
        f.formset for f in page.context["inline_admin_formsets"] if f.formset.prefix == "requirements"
    )

    offered = set(formset.forms[0].fields["from_output"].queryset)
    assert offered == set(Output.objects.filter(step__revision=draft))
    response = changed(ani, change_url(step), **{"requirements-0-from_output": old.pk})
    assert response.status_code == 200 and response.context["errors"]


def test_an_edit_makes_a_checked_revision_a_draft_again(ani, draft):
    assert ani.post(act(draft, "diperiksa"), APPROVED).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "checked"

    assert changed(ani, change_url(draft.steps.first()), remark="baru").status_code == 302

    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_draft_can_be_deleted_with_all_its_parts(ani, draft):
    response = ani.post(reverse("admin:sops_revision_delete", args=[draft.pk]), {"post": "yes"})

    assert response.status_code == 302
    assert not Revision.objects.filter(pk=draft.pk).exists()
    assert Entry.objects.latest("id").verb == "sop.dihapus"


def test_a_new_sop_begins_as_an_empty_draft(ani, world):
    ani.post(
        reverse("admin:sops_sop_add"),
        {"slug": "lansia", "noun": "Kasus lansia", "code": "LAN", "opening": "child"},
    )
    sop = Sop.objects.get(slug="lansia")
    response = ani.post(reverse("admin:sops_revision_add"), {"sop": sop.pk, "name": "Lansia Terlantar"})

    assert response.status_code == 302, response.context["errors"]
    revision = Revision.objects.get(sop=sop)
    assert (sop.agency, revision.no, revision.state) == (world.home, 1, "draft")
    assert "SOP belum mempunyai langkah." in ani.get(change_url(revision)).content.decode()


def test_how_cases_are_numbered_is_fixed_once_the_sop_was_in_force(ani, world):
    sop = world.revision().sop
    changed(ani, change_url(sop), code="XXX", noun="Lain")
    sop.refresh_from_db()
    assert (sop.code, sop.noun) == ("BBT", "Kasus bayi")


# Files -------------------------------------------------------------------------------------------------


def test_a_revision_comes_as_a_file_and_goes_back_as_a_draft(ani, world):
    revision = world.revision()
    response = ani.get(act(revision, "ekspor"))
    assert response["Content-Disposition"] == 'attachment; filename="bayi-balita-terlantar-1.yaml"'
    assert response.content.decode() == sopfile.exported(revision)

    upload = SimpleUploadedFile("sop.yaml", response.content)
    sent = ani.post(reverse("admin:sops_revision_unggah"), {"file": upload})

    assert sent.url == change_url(revision.sop.revisions.get(no=2))


def test_a_bad_file_is_refused_with_its_line(ani, world):
    upload = SimpleUploadedFile("sop.yaml", b"slug: a\nname: [b\n")
    response = ani.post(reverse("admin:sops_revision_unggah"), {"file": upload})

    assert response.status_code == 422
    assert "bukan YAML yang benar" in response.content.decode()
    assert Revision.objects.count() == 3


# The other agency ------------------------------------------------------------------------------------------


def test_acts_and_files_of_another_agency_are_not_there(ani, world):
    theirs = world.revision("anak-terlantar-luar-panti")
    for name in ("revisi-baru", "cabut", "ekspor"):
        assert ani.get(act(theirs, name)).status_code == 404
        assert ani.post(act(theirs, name), {"reason": "x"}).status_code == 404
        assert ani.get(act(world.revision(), name)).status_code == 200
    assert world.revision("anak-terlantar-luar-panti").state == "in_force"


def test_choices_in_a_steps_inlines_are_the_own_agencys(ani, draft, world):
    page = ani.get(change_url(draft.steps.get(key="5")))
    offered = {f.formset.prefix: f.formset.forms[0].fields for f in page.context["inline_admin_formsets"]}

    assert set(offered["performers"]["position"].queryset) == set(Position.objects.filter(agency=world.home))
    assert set(offered["outputs"]["kind"].queryset) == set(PaperKind.objects.filter(agency=world.home))


def test_sops_of_another_agency_cannot_be_given_a_revision(ani, world):
    theirs = world.revision("anak-terlantar-luar-panti").sop
    response = ani.post(reverse("admin:sops_revision_add"), {"sop": theirs.pk, "name": "Pinjaman"})

    assert response.status_code == 200
    assert theirs.revisions.count() == 1


def test_an_officer_who_is_no_admin_reaches_no_act(client, world):
    client.force_login(world.budi)
    for name in ("revisi-baru", "cabut", "ekspor"):
        assert client.post(act(world.revision(), name), {"reason": "x"}).status_code in (302, 403)
    assert world.revision().state == "in_force"
    assert Revision.objects.count() == 3


# Cost ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Revision, Step, PaperKind, Sop], ids=lambda m: m.__name__)
def test_lists_cost_the_same_at_any_length(ani, world, model, django_assert_num_queries):
    ani.get(list_url(model))
    with CaptureQueriesContext(connection) as before:
        ani.get(list_url(model))
    revising.new_revision(world.revision(), world.officer("ani"))
    revising.new_revision(world.revision("anak-jalanan"), world.officer("ani"))
    for n in range(3):
        PaperKind.objects.create(agency=world.home, name=f"Jenis {n}", origin="incoming")
        Sop.objects.create(agency=world.home, slug=f"sop-{n}", noun="x", code="X", opening="child")
    with django_assert_num_queries(len(before)):
        ani.get(list_url(model))


def test_no_page_needs_an_inline_script_or_style(ani, world, draft):
    for url in (
        change_url(draft),
        change_url(draft.steps.first()),
        change_url(world.revision()),
        act(draft, "berlakukan"),
        reverse("admin:sops_revision_unggah"),
        list_url(Revision),
    ):
        page = ani.get(url).content.decode()
        assert (
            "style=" not in page and "<style" not in page and "<script>" not in page and "onclick" not in page
        )


def test_the_drafts_page_and_a_steps_page_cost_the_same_at_any_length(ani, draft, django_assert_num_queries):
    step = draft.steps.get(key="5")
    for url in (change_url(draft), change_url(step)):
        ani.get(url)
        with CaptureQueriesContext(connection) as before:
            ani.get(url)
        copies = [
            Step(revision=draft, key=f"n{n}{step.key}", order=50 + n, activity="Baru") for n in range(3)
        ]
        Step.objects.bulk_create(copies)
        for part in step.performers.all():
            Performer.objects.bulk_create(
                [Performer(step=c, position=part.position, part=part.part) for c in copies]
            )
        kind, _ = PaperKind.objects.get_or_create(agency=draft.sop.agency, name="Uji", origin="incoming")
        step.requirements.get_or_create(kind=kind)
        with django_assert_num_queries(len(before)):
            ani.get(url)
        draft.steps.filter(order__gte=50).delete()
