"""Photos through the front door: captions asked after adding, the gallery of a case and of a child."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sopcases.cases.models import Photo
from sopcases.cases.views.photos import SIZE, UNKNOWN
from sopcases.cases.wording import moment
from sopcases.people.models import Entry
from tests.cases.front_door import hidden, local, picture, report
from tests.cases.story import children
from tests.cases.test_uploads import exif, image

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(today):
    return today.case(children=2)


def root(case) -> str:
    return f"/penanganan/{case.number}/"


def add(world, case, count=1, **facts) -> list[Photo]:
    """Photos as they stand once taken in; their files are another test's."""
    return Photo.objects.bulk_create(
        Photo(case=case, file="x", sha256="0", recorded_at=world.now, recorded_by=world.sari, **facts)
        for _ in range(count)
    )


def test_a_note_with_photos_leads_to_their_captions(desk, today, case):
    sari, child = desk("sari"), children(case)[1]
    facts = {"text": "Dijenguk", "happened_at": local(today.now)}
    led = sari.send(f"{root(case)}catatan/baru/", **facts).headers["Location"]
    assert led == root(case), "no photos, no captions"
    led = sari.send(f"{root(case)}catatan/baru/", **facts, photos=[picture(), picture()]).headers["Location"]
    first, second = Photo.objects.order_by("pk")
    assert led == f"{root(case)}foto/keterangan/?catatan={first.note_id}"
    page = sari.text(led)
    assert f'src="/foto/{first.pk}/"' in page and UNKNOWN in page and "Foto 2 dari 2" in page
    assert "Lewati, isi kemudian" in page
    said = {f"caption_{first.pk}": "Akta <asli>", f"child_{first.pk}": child, f"caption_{second.pk}": ""}
    assert sari.send(led, **said).headers["Location"] == root(case)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.caption, first.child_id, second.caption, second.version) == ("Akta <asli>", child, "", 0)
    page = sari.text(f"{root(case)}riwayat/")
    assert "Mengubah keterangan foto" in page and "Akta &lt;asli&gt;" not in page
    assert "Akta &lt;asli&gt;" in sari.text(f"{root(case)}foto/")


def test_a_camera_without_a_clock_tells_no_time(desk, today, case):
    sari = desk("sari")
    facts = {"text": "Dijenguk", "happened_at": local(today.now)}
    for year in ("0001", "9999"):
        sent = SimpleUploadedFile("a.jpg", image(exif=exif(f"{year}:12:31 23:59:59")), "image/jpeg")
        sari.send(f"{root(case)}catatan/baru/", **facts, photos=[sent])
        assert Photo.objects.latest("pk").taken_at is None


def test_a_first_report_with_photos_too(desk, today):
    sari = desk("sari")
    led = sari.send("/penanganan/laporan-awal/", **report(today), photos=[picture()]).headers["Location"]
    photo = Photo.objects.get()
    assert led == f"{root(photo.case)}foto/keterangan/?laporan=1"
    assert f"Penanganan {photo.case.number} sudah dibuka." in sari.text(led)
    done = sari.send(led, **{f"caption_{photo.pk}": ""})
    assert done.headers["Location"] == f"{root(photo.case)}tercatat/"


def test_progress_on_a_goal_leads_back_to_the_plan(desk, today, case):
    from sopcases.cases import care

    child = children(case)[0]
    with today.walk(case, "sari") as walk:
        goal = care.plan(walk, child, goal="Akta", due_on=today.now.date(), responsible=today.sari)
    sari, here = desk("sari"), f"{root(case)}anak/{child}/rencana/"
    facts = {"text": "Dikirim", "happened_at": local(today.now), "photos": [picture()]}
    led = sari.send(f"{here}{goal.pk}/perkembangan/", **facts).headers["Location"]
    assert sari.send(led).headers["Location"] == here


def test_the_time_taken_is_shown_or_said_to_be_unknown(desk, today, case):
    taken = today.now - timedelta(days=3)
    (known,) = add(today, case, taken_at=taken)
    add(today, case)
    page = desk("sari").text(f"{root(case)}foto/")
    assert f"Diambil {moment(taken)}" in page and UNKNOWN in page
    page = desk("sari").text(f"{root(case)}foto/keterangan/?foto={known.pk}")
    assert f"Diambil {moment(taken)}" in page and UNKNOWN not in page


def test_the_gallery_shows_one_child_alone(desk, today, case):
    mine, other = children(case)
    add(today, case, caption="Kakak", child_id=mine)
    add(today, case, caption="Adik", child_id=other)
    sari = desk("sari")
    page = sari.text(f"{root(case)}foto/?anak={mine}")
    assert "<h1>Foto Anak 1</h1>" in page and ">Kakak<" in page and ">Adik<" not in page
    assert (e := Entry.objects.latest("pk")).verb == "child.read" and e.data["child"] == mine
    sari.get(f"{root(case)}foto/")
    assert Entry.objects.latest("pk").verb == "case.read"
    assert "Foto penanganan" in sari.text(root(case))
    page = sari.text(f"{root(case)}anak/{mine}/")
    for link in (f"{root(case)}foto/?anak={mine}", "asesmen/", "rencana/"):
        assert link in page
    photo = Photo.objects.get(child_id=mine)
    led = sari.send(
        f"{root(case)}foto/keterangan/?foto={photo.pk}&anak={mine}", **{f"caption_{photo.pk}": "x"}
    )
    assert led.headers["Location"] == f"{root(case)}foto/?anak={mine}"


def test_pages_by_key_newest_first_at_a_constant_cost(desk, today, case, django_assert_num_queries):
    sari = desk("sari")
    sari.get("/kata-sandi/")
    for more in (1, 2, SIZE - 2):
        photos = add(today, case, more)
        with django_assert_num_queries(12):
            page = sari.text(f"{root(case)}foto/")
        with django_assert_num_queries(13):  # one more: her draft
            sari.get(f"{root(case)}foto/keterangan/")
    shown = [int(n) for n in re.findall(r'src="/foto/(\d+)/"', page)]
    assert len(shown) == SIZE and shown == sorted(shown, reverse=True) and shown[0] == photos[-1].pk
    older = re.search(r'href="([^"]+sebelum=\d+)" rel="next"', page)[1]
    assert len(re.findall(r'src="/foto/', sari.text(older))) == 1
    edit = sari.text(f"{root(case)}foto/keterangan/")
    assert f"Foto {SIZE} dari {SIZE}" in edit


def test_a_conflict_keeps_what_was_typed(desk, today, case):
    (photo,) = add(today, case)
    here = f"{root(case)}foto/keterangan/?foto={photo.pk}"
    sari = desk("sari")
    stale = hidden(sari.get(here))
    desk("dewi").send(here, **{f"caption_{photo.pk}": "Dari Dewi"})
    page = sari.post(here, 409, **stale, **{f"caption_{photo.pk}": "Dari Sari"}).content.decode()
    assert "Dari Sari" in page and "Sudah diubah orang lain" in page
    page = sari.send(here, 422, **{f"caption_{photo.pk}": "x" * 201}).content.decode()
    assert "x" * 201 in page


def test_a_photo_that_came_meanwhile_is_left_alone(desk, today, case):
    (photo,) = add(today, case)
    sari, here = desk("sari"), f"{root(case)}foto/keterangan/"
    shown = hidden(sari.get(here))
    (late,) = add(today, case, caption="Baru")
    sari.post(here, **shown, **{f"caption_{photo.pk}": "Lama"})
    late.refresh_from_db(), photo.refresh_from_db()
    assert (late.caption, photo.caption) == ("Baru", "Lama")


def test_nonsense_and_strangers_find_nothing(desk, today, case):
    (photo,) = add(today, case)
    elsewhere = today.case()
    (far,) = add(today, elsewhere)
    sari, tono = desk("sari"), desk("tono")
    for address in (
        "foto/?anak=0",
        "foto/?anak=x",
        f"foto/?anak={children(elsewhere)[0]}",
        f"foto/keterangan/?foto={far.pk}",
        "foto/keterangan/?catatan=99999",
        "foto/keterangan/?foto=²",
    ):
        sari.get(f"{root(case)}{address}", 404)
    assert sari.get(f"{root(case)}foto/?sebelum=x")
    for address in ("foto/", "foto/keterangan/", f"foto/keterangan/?foto={photo.pk}"):
        tono.get(f"{root(case)}{address}", 404)
