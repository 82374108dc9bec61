"""The admin pages of people: the own agency alone, nobody himself, no superusers, one-time passwords."""

from datetime import date
from io import BytesIO

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.fields.files import FieldFile
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from sopcases.cases.models import Category, Outcome
from sopcases.people.admin import AgencyAdmin, own
from sopcases.people.models import Agency, Appointment, Area, Delegation, Entry, Position, User
from sopcases.sops.models import PaperKind, Revision, Step
from sopcases.worktime.models import Holiday, WorkPeriod
from tests.cast import appoint, make_user


@pytest.fixture
def ani(client, world):
    """The admin of Tanjungpinang, signed in."""
    client.force_login(world.ani)
    return client


@pytest.fixture
def super_client(client, world):
    root = User.objects.create_superuser("root", password="x", name="Root")
    client.force_login(root)
    return client


def fields(response) -> dict:
    """What a browser would send back of an admin form."""
    form = response.context["adminform"].form
    found = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False and not isinstance(value, FieldFile):
            found[bound.html_name] = value
    for inline in response.context["inline_admin_formsets"]:
        for bound in [b for f in [inline.formset.management_form, *inline.formset.forms] for b in f]:
            if bound.value() is not None and bound.value() is not False:
                found[bound.html_name] = bound.value()
    return found


def changed(client, url, **new):
    """Open a change page, change some fields, send it."""
    page = client.get(url)
    assert page.status_code == 200
    return client.post(url, {**fields(page), **new})


def change_url(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_url(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


# Who may enter ----------------------------------------------------------------------------------------


def test_an_officer_who_is_no_admin_does_not_get_in(client, world):
    client.force_login(world.budi)

    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(list_url(Position), follow=True).status_code == 403


def test_a_stranger_is_asked_to_sign_in(client, world):
    response = client.get(list_url(Position))

    assert (response.status_code, response.url) == (302, f"/masuk/?next={list_url(Position)}")


def test_the_index_shows_what_an_admin_edits_and_nothing_of_cases(ani):
    page = ani.get("/admin/").content.decode()

    for word in ("jabatan", "pegawai", "penugasan jabatan", "revisi SOP", "hari libur", "jenis dokumen"):
        assert word.lower() in page.lower()
    assert "Grup" not in page
    assert "style=" not in page and "<script>" not in page


def test_no_case_child_or_paper_and_no_group_is_registered():
    of_cases = {model for model in admin.site._registry if model._meta.app_label == "cases"}

    assert of_cases == {Category, Outcome}, "lists of the office's own words"
    assert not {m for m in admin.site._registry if m._meta.app_label == "auth"}
    assert Group not in admin.site._registry
    for page in admin.site._registry.values():
        assert isinstance(page, AgencyAdmin), page


def test_no_number_of_a_row_leads_to_its_page(ani, world):
    case = world.case()
    number = ContentType.objects.get_for_model(case).pk

    assert ani.get(f"/admin/r/{number}/{case.pk}/").status_code == 404


def test_a_filter_by_relation_offers_only_own_rows():
    for page in admin.site._registry.values():
        for item in page.list_filter:
            related = page.model._meta.get_field(item[0] if isinstance(item, tuple) else item).is_relation
            assert not related or item[1] is admin.RelatedOnlyFieldListFilter, (page, item)


# Only the own agency ------------------------------------------------------------------------------------


def rows_of(world, slug):
    """One row of every kind that belongs to an agency."""
    agency = world.agencies[slug]
    Holiday.objects.create(agency=agency, date=date(2026, 1, 6), name=f"Hari {slug}", kind="libur_daerah")
    revision = Revision.objects.filter(sop__agency=agency).first()
    for head in Position.objects.filter(name="Kepala Dinas"):
        Delegation.objects.get_or_create(
            delegate=head.subordinates.order_by("id").first(),
            principal=head,
            valid_from=date(2026, 1, 6),
            basis="SK Uji",
        )
    return [
        agency,
        Area.objects.filter(agency=agency).first(),
        Position.objects.filter(agency=agency, name="Kepala Dinas").first(),
        User.objects.filter(agency=agency, is_staff=False).first(),
        Appointment.objects.filter(position__agency=agency).first(),
        Delegation.objects.get(delegate__agency=agency),
        WorkPeriod.objects.filter(agency=agency).first(),
        Holiday.objects.get(agency=agency, name=f"Hari {slug}"),
        PaperKind.objects.filter(agency=agency).first(),
        Outcome.objects.filter(agency=agency).first(),
        Category.objects.filter(agency=agency).first(),
        revision.sop,
        revision,
        revision.steps.first(),
    ]


def test_every_registered_model_is_tried(world):
    tried = {type(row) for row in rows_of(world, "lamandau")}

    assert set(admin.site._registry) - tried <= {
        model for model in admin.site._registry if model._meta.app_label in ("letters", "desk")
    }


def test_pages_of_own_rows_open_and_those_of_another_agency_do_not(ani, world):
    for mine, theirs in zip(rows_of(world, "tanjungpinang"), rows_of(world, "lamandau"), strict=True):
        for page in ("change", "history", "delete"):
            name = f"admin:{mine._meta.app_label}_{mine._meta.model_name}_{page}"
            opened = ani.get(reverse(name, args=[mine.pk]))
            closed = ani.get(reverse(name, args=[theirs.pk]))
            # Django's admin sends home, with a sentence, who asks for a row that is not his to see.
            assert opened.status_code == 200 or page == "delete", (mine, page)
            assert closed.status_code in (302, 403) and closed.get("Location", "/admin/") == "/admin/", name
            assert str(theirs) not in closed.content.decode()


def test_lists_hold_only_own_rows(ani, world):
    for theirs in rows_of(world, "lamandau"):
        response = ani.get(list_url(type(theirs)))
        assert response.status_code == 200
        shown = list(response.context["cl"].queryset)
        assert shown, theirs
        assert theirs not in shown


def test_search_finds_only_own_rows(ani, world):
    assert "Budi Hartono" in ani.get(list_url(User), {"q": "Budi"}).content.decode()
    assert list(ani.get(list_url(User), {"q": "Tono Stranger"}).context["cl"].queryset) == []


def test_passwords_cannot_be_guessed_through_a_filter(ani, world):
    response = ani.get(list_url(User), {"password__startswith": "md5"})

    assert response.status_code in (302, 400)


def test_choices_are_the_own_agencys(ani, world):
    page = ani.get(reverse("admin:people_position_add"))
    offered = set(page.context["adminform"].form.fields["superior"].queryset)

    assert offered == set(Position.objects.filter(agency=world.home))


def test_autocomplete_offers_only_own_rows(ani, world):
    def asked(field):
        data = {"app_label": "people", "model_name": "appointment", "field_name": field, "term": ""}
        answer = ani.get(reverse("admin:autocomplete"), data)
        assert answer.status_code == 200
        return {int(row["id"]) for row in answer.json()["results"]}

    assert asked("user") == set(world.home.users.values_list("pk", flat=True))
    assert asked("position") == set(world.home.positions.values_list("pk", flat=True))


def test_a_row_of_another_agency_cannot_be_sent(ani, world):
    theirs = Position.objects.filter(agency=world.agencies["lamandau"]).first()
    response = ani.post(
        reverse("admin:people_position_add"),
        {"name": "Baru", "superior": theirs.pk, "agency": theirs.agency_id},
    )

    assert response.status_code == 200
    assert "superior" in response.context["adminform"].form.errors
    assert not Position.objects.filter(name="Baru").exists()


def test_a_new_row_belongs_to_the_own_agency_whatever_is_sent(ani, world):
    ani.post(
        reverse("admin:people_area_add"), {"name": "Kampung Baru", "agency": world.agencies["lamandau"].pk}
    )

    assert Area.objects.get(name="Kampung Baru").agency == world.home


def test_a_name_taken_is_a_sentence_and_no_crash(ani, world):
    response = ani.post(
        reverse("admin:people_area_add"), {"name": Area.objects.filter(agency=world.home)[0].name}
    )

    assert "Wilayah dengan nama ini sudah ada." in response.content.decode()


def test_own_fails_loudly_for_a_model_nobody_placed(world):
    with pytest.raises(KeyError):
        own(LogEntry.objects.all(), world.ani)


# Changes ---------------------------------------------------------------------------------------------


def test_a_change_is_written_to_the_journal_and_the_history(ani, world):
    position = Position.objects.get(agency=world.home, name="Peksos")

    response = changed(ani, change_url(position), aliases="Pekerja Sosial\r\nPekerja Sosial Ahli Muda")

    assert response.status_code == 302
    position.refresh_from_db()
    assert position.aliases == ["Pekerja Sosial", "Pekerja Sosial Ahli Muda"]
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject_id, entry.actor) == ("jabatan.diubah", position.pk, world.ani)
    assert (
        "Ani Administrator"
        in ani.get(reverse("admin:people_position_history", args=[position.pk])).content.decode()
    )


def test_two_editors_do_not_overwrite_each_other(ani, world):
    position = Position.objects.get(agency=world.home, name="Peksos")
    page = fields(ani.get(change_url(position)))
    Position.objects.filter(pk=position.pk).update(note="ditulis orang lain")

    response = ani.post(change_url(position), {**page, "note": "ditulis Ani"})

    assert "sudah diubah orang lain" in response.content.decode()
    position.refresh_from_db()
    assert position.note == "ditulis orang lain"


def test_superiors_do_not_form_a_loop(ani, world):
    head = Position.objects.get(agency=world.home, name="Kepala Dinas")
    below = Position.objects.get(agency=world.home, name="Peksos")

    response = changed(ani, change_url(head), superior=below.pk)

    assert "Rantai atasan berputar" in response.content.decode()


def test_deleting_what_is_used_says_so_and_names_no_case(ani, world):
    case = world.case()
    position = Position.objects.get(agency=world.home, name="Peksos")

    response = ani.post(reverse("admin:people_position_delete", args=[position.pk]), {"post": "yes"})

    page = response.content.decode()
    assert "Masih dipakai di tempat lain" in page
    assert str(case) not in page and case.number not in page
    assert Position.objects.filter(pk=position.pk).exists()


def test_what_is_not_used_can_be_deleted(ani, world):
    area = Area.objects.create(agency=world.home, name="Salah ketik")

    response = ani.post(reverse("admin:people_area_delete", args=[area.pk]), {"post": "yes"})

    assert response.status_code == 302
    assert not Area.objects.filter(name="Salah ketik").exists()
    assert Entry.objects.latest("id").verb == "wilayah.dihapus"


def test_the_agencys_texts_can_be_changed_but_no_agency_made(ani, world):
    url = change_url(world.home)
    response = changed(ani, url, letterhead_name="DINAS SOSIAL\r\nKOTA TANJUNGPINANG", address="Jalan Baru 1")

    assert response.status_code == 302, response.context["adminform"].form.errors
    world.home.refresh_from_db()
    assert world.home.letterhead_name == "DINAS SOSIAL\nKOTA TANJUNGPINANG"
    assert ani.get(reverse("admin:people_agency_add")).status_code == 403
    assert "paling banyak tiga baris" in changed(ani, url, letterhead_name="A\nB\nC\nD").content.decode()
    assert "Zona waktu tidak dikenal" in changed(ani, url, timezone="Asia/Nowhere").content.decode()


def picture(kind="PNG", size=(900, 600)) -> SimpleUploadedFile:
    held = BytesIO()
    Image.new("RGB", size, "green").save(held, kind)
    return SimpleUploadedFile(f"crest.{kind.lower()}", held.getvalue() + b"<script>hidden</script>")


def half(kind: str) -> SimpleUploadedFile:
    """A picture whose upload broke off."""
    whole = picture(kind)
    return SimpleUploadedFile(whole.name, whole.read()[: whole.size // 2])


CREST_REFUSED = {
    "Gambar lambang rusak atau tidak lengkap.",
    "Lambang harus berupa gambar PNG atau JPEG.",
    "Lambang paling besar 2 MB dan 4.000 titik pada sisi terpanjang.",
    "Unggah gambar yang valid. Berkas yang Anda unggah bukan merupakan berkas gambar atau gambarnya rusak.",
}


def test_the_crest_is_drawn_anew(ani, world):
    assert changed(ani, change_url(world.home), crest=picture("JPEG")).status_code == 302

    world.home.refresh_from_db()
    stored = world.home.crest.read()
    assert stored.startswith(b"\x89PNG") and b"hidden" not in stored
    page = ani.get(change_url(world.home)).content.decode()
    assert "Ada</div>" in page and world.home.crest.name not in page
    changed(ani, change_url(world.home), without_crest="on")
    world.home.refresh_from_db()
    assert not world.home.crest


@pytest.mark.parametrize(
    "make",
    [
        lambda: SimpleUploadedFile("crest.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
        lambda: SimpleUploadedFile("crest.svg", b"<svg><script>alert(1)</script></svg>"),
        lambda: SimpleUploadedFile("crest.png", b"\x89PNG\r\n\x1a\nno picture"),
        lambda: half("PNG"),
        lambda: half("JPEG"),
        lambda: picture("GIF"),
        lambda: picture(size=(4001, 10)),
        lambda: picture("TIFF", size=(3740, 3740)),
    ],
    ids=["svg", "script", "broken", "half a png", "half a jpeg", "gif", "huge", "tiff of 40 MB"],
)
def test_what_is_no_crest_is_refused(ani, world, make):
    response = changed(ani, change_url(world.home), crest=make(), name="Dinas Sosial Baru")

    (sentence,) = response.context["adminform"].form.errors["crest"]
    assert sentence in CREST_REFUSED
    assert "Dinas Sosial Baru" in response.content.decode(), "nothing typed is lost"
    world.home.refresh_from_db()
    assert not world.home.crest


# People ------------------------------------------------------------------------------------------------

NEW = {
    "username": "baru",
    "name": "Orang Baru",
    "nip_label": "NIP",
    "password1": "sekali pakai saja 1",
    "password2": "sekali pakai saja 1",
    "is_active": "on",
}


def test_a_new_account_has_a_one_time_password_and_the_own_agency(ani, world):
    response = ani.post(
        reverse("admin:people_user_add"),
        {**NEW, "is_superuser": "on", "is_staff": "on", "agency": world.agencies["lamandau"].pk},
    )

    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="baru")
    assert user.agency == world.home
    assert user.must_change_password and user.check_password("sekali pakai saja 1")
    assert not user.is_superuser and not user.is_staff
    assert Entry.objects.latest("id").verb == "pegawai.ditambahkan"


def test_a_weak_one_time_password_is_refused(ani):
    response = ani.post(
        reverse("admin:people_user_add"), {**NEW, "password1": "pendek", "password2": "pendek"}
    )

    assert response.status_code == 200
    assert not User.objects.filter(username="baru").exists()


def test_a_forgotten_password_is_replaced_by_a_one_time_one(ani, world):
    url = reverse("admin:auth_user_password_change", args=[world.sari.pk])
    assert ani.get(url).status_code == 200

    response = ani.post(url, {"password1": "sekali pakai saja 2", "password2": "sekali pakai saja 2"})

    assert response.status_code == 302
    world.sari.refresh_from_db()
    assert world.sari.must_change_password and world.sari.check_password("sekali pakai saja 2")


def test_passwords_of_another_agency_and_the_own_are_out_of_reach(ani, world):
    assert ani.get(reverse("admin:auth_user_password_change", args=[world.tono.pk])).status_code == 404
    own_one = ani.get(reverse("admin:auth_user_password_change", args=[world.ani.pk]))
    assert (own_one.status_code, own_one.url) == (302, reverse("people:password"))


def test_an_admin_makes_nobody_admin_and_leaves_his_own_rights_alone(ani, world):
    changed(ani, change_url(world.sari), is_staff="on", is_superuser="on", rank="Penata")
    world.sari.refresh_from_db()
    assert (world.sari.rank, world.sari.is_staff, world.sari.is_superuser) == ("Penata", False, False)

    changed(ani, change_url(world.ani), name="Ani A.", agency=world.agencies["lamandau"].pk, is_active="")
    world.ani.refresh_from_db()
    assert (world.ani.name, world.ani.agency, world.ani.is_active) == ("Ani A.", world.home, True)


def test_an_account_is_closed_and_never_deleted(ani, world):
    page = ani.get(change_url(world.sari))
    data = fields(page)
    data.pop("is_active")
    assert ani.post(change_url(world.sari), data).status_code == 302

    world.sari.refresh_from_db()
    assert not world.sari.is_active
    assert (
        ani.post(reverse("admin:people_user_delete", args=[world.sari.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_superusers_are_not_seen_by_an_agencys_admin(ani, world):
    root = User.objects.create_superuser("root", password="x", name="Root", agency=world.home)

    assert ani.get(change_url(root)).status_code == 302
    assert ani.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 404


# Appointments --------------------------------------------------------------------------------------------


def appointment(world, user, name="Kabid", **more):
    position = Position.objects.get(agency=world.home, name=name)
    return {
        "user": user.pk,
        "position": position.pk,
        "kind": "definitive",
        "valid_from": "2026-03-01",
        **more,
    }


def test_an_admin_appoints_others(ani, world):
    response = ani.post(reverse("admin:people_appointment_add"), appointment(world, world.sari))

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert world.sari.appointments.filter(position__name="Kabid").exists()
    assert Entry.objects.latest("id").verb == "penugasan.ditambahkan"


def test_nobody_appoints_himself(ani, world):
    response = ani.post(reverse("admin:people_appointment_add"), appointment(world, world.ani))

    assert "Anda tidak dapat menunjuk diri sendiri" in response.content.decode()
    assert not world.ani.appointments.exists()


def test_nobody_changes_or_hands_over_his_own_appointment(ani, world):
    mine = Appointment.objects.create(
        user=world.ani,
        position=Position.objects.get(agency=world.home, name="Petugas"),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 1, 31),
    )
    for new in ({"valid_until": ""}, {"user": world.sari.pk}):
        response = changed(ani, change_url(mine), **new)
        assert "penugasan sendiri" in response.content.decode()
    mine.refresh_from_db()
    assert (mine.user, mine.valid_until) == (world.ani, date(2026, 1, 31))


def held_by_ani(world, name="Petugas", last=None) -> Position:
    position = Position.objects.get(agency=world.home, name=name)
    appoint(world.ani, position, first=date(2026, 1, 1), last=last)
    return position


HIS_OWN = "hak jabatan yang Anda pegang sendiri tidak dapat Anda ubah. Minta admin lain."
BELOW_HIM = "di bawah jabatan yang Anda pegang sendiri. Minta admin lain."


@pytest.mark.parametrize("right", ["superior", "external", "may_record", "may_waive", "may_close"])
def test_nobody_lifts_a_position_of_his_own(ani, world, right):
    mine = held_by_ani(world)
    was = Position.objects.filter(pk=mine.pk).values().get()
    new = "" if was.get(right, True) else "on"

    assert HIS_OWN in changed(ani, change_url(mine), **{right: new}).content.decode()
    assert Position.objects.filter(pk=mine.pk).values().get() == was
    assert changed(ani, change_url(mine), note="Loket depan").status_code == 302, "its words are no right"


def test_nobody_places_himself_above_others(ani, world):
    mine = held_by_ani(world)
    below = Position.objects.create(agency=world.home, name="Juru Ketik", superior=mine)
    head = Position.objects.get(agency=world.home, name="Kepala Dinas")
    free = Position.objects.create(agency=world.home, name="Kepala UPT")
    for superior in (mine, below):
        response = changed(ani, change_url(free), superior=superior.pk)
        assert BELOW_HIM in response.content.decode()
    add = reverse("admin:people_position_add")
    response = ani.post(add, {"name": "Pembantu", "superior": mine.pk})
    assert BELOW_HIM in response.content.decode()
    assert changed(ani, change_url(free), superior=head.pk).status_code == 302
    assert changed(ani, change_url(below), note="Lantai dua").status_code == 302, "below him already"


def test_who_held_a_position_once_may_arrange_it(ani, world):
    once = held_by_ani(world, last=date(2026, 1, 31))
    assert changed(ani, change_url(once), may_record="on").status_code == 302
    once.refresh_from_db()
    assert once.may_record


def test_another_agencys_people_and_positions_cannot_be_appointed(ani, world):
    theirs = Position.objects.filter(agency=world.agencies["lamandau"]).first()
    for data in (appointment(world, world.tono), {**appointment(world, world.sari), "position": theirs.pk}):
        response = ani.post(reverse("admin:people_appointment_add"), data)
        assert response.status_code == 200
        assert response.context["adminform"].form.errors


def test_a_plh_needs_an_end(ani, world):
    response = ani.post(reverse("admin:people_appointment_add"), appointment(world, world.rina, kind="plh"))

    assert "Plh. harus mempunyai tanggal akhir." in response.content.decode()


def test_the_longest_title_fits_with_its_prefix_what_acts_keep(ani, world):
    acting = {"kind": "plh", "valid_until": "2026-12-31"}
    add, longest = reverse("admin:people_appointment_add"), "K" * 190

    response = ani.post(add, appointment(world, world.sari, printed_title=longest + "K", **acting))
    assert set(response.context["adminform"].form.errors) == {"printed_title"}

    assert ani.post(add, appointment(world, world.sari, printed_title=longest, **acting)).status_code == 302
    title = world.sari.appointments.get(printed_title=longest).title
    assert len(title) <= Entry._meta.get_field("acting_title").max_length


def test_an_appointment_that_has_begun_is_ended_not_deleted(ani, world):
    begun = world.budi.appointments.get()
    future = Appointment.objects.create(user=world.budi, position=begun.position, valid_from=date(2099, 1, 1))

    assert ani.get(reverse("admin:people_appointment_delete", args=[begun.pk])).status_code == 403
    assert ani.get(reverse("admin:people_appointment_delete", args=[future.pk])).status_code == 200


# Superusers ----------------------------------------------------------------------------------------------


def test_a_superuser_makes_agencies_and_their_admins_and_sees_nothing_else(super_client, world):
    assert super_client.get(list_url(Agency)).context["cl"].queryset.count() == 2
    assert set(super_client.get(list_url(User)).context["cl"].queryset) == {
        world.ani,
        User.objects.get(username="root"),
    }
    response = super_client.post(
        reverse("admin:people_user_add"), {**NEW, "agency": world.agencies["lamandau"].pk, "is_staff": "on"}
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="baru")
    assert (user.agency.slug, user.is_staff, user.is_superuser) == ("lamandau", True, False)
    for model in (Revision, Step, Position, Appointment, PaperKind, WorkPeriod):
        assert super_client.get(list_url(model)).status_code == 403


# Cost ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Position, Appointment, User, Area], ids=lambda m: m.__name__)
def test_lists_cost_the_same_at_any_length(ani, world, model, django_assert_num_queries):
    url = list_url(model)
    ani.get(url)
    with CaptureQueriesContext(connection) as before:
        ani.get(url)
    area = Area.objects.create(agency=world.home, name="Baru 1")
    for n in range(3):
        user = make_user(world.home, f"orang{n}", f"Orang {n}")
        position = Position.objects.create(agency=world.home, name=f"Jabatan {n}")
        Appointment.objects.create(user=user, position=position, valid_from=date(2026, 1, 1), area=area)
    with django_assert_num_queries(len(before)):
        ani.get(url)
