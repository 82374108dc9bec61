"""caption: what photos show and of whom, also said later; the journal names no text."""

from io import BytesIO

import pytest
from PIL import Image

from sopcases.cases.uploads import accept_photo
from sopcases.cases.walk import Captioned
from sopcases.refusal import Conflict, NotAllowed
from tests.cases.front_door import picture
from tests.cases.story import STRANGER, children, done, last_line, only, outcome, refused, verbs

pytestmark = pytest.mark.django_db

EVERYBODY = {"sari", "dewi", "rahman", "budi", "agus"}
NOT_HERE = "Foto ini tidak ada dalam penanganan ini."


@pytest.fixture
def case(world):
    return world.case(children=2)


@pytest.fixture
def photo(world, case):
    return done(world, case, "sari", lambda w: w.photo(accept_photo(picture())))


def say(*said):
    return lambda w: w.caption([Captioned(*one) for one in said])


def test_a_caption_and_a_child_are_said_and_changed(world, case, photo):
    child = children(case)[1]
    done(world, case, "sari", say((photo.pk, " Berat <2,9> kg ", child, 0)))
    photo.refresh_from_db()
    assert (photo.caption, photo.child_id, photo.version) == ("Berat <2,9> kg", child, 1)
    assert (last_line(case).verb, last_line(case).data) == ("photo.captioned", {"photo": photo.pk})
    done(world, case, "dewi", say((photo.pk, "", None, 1)))
    photo.refresh_from_db()
    assert (photo.caption, photo.child_id, photo.version) == ("", None, 2)
    assert last_line(case).actor == world.dewi


def test_what_does_not_change_leaves_no_trace(world, case, photo):
    other = done(world, case, "sari", lambda w: w.photo(accept_photo(picture()), caption="Teras"))
    done(world, case, "sari", say((photo.pk, "", None, 0), (other.pk, "Teras", None, 7)))
    assert "photo.captioned" not in verbs(case)
    done(world, case, "sari", say((photo.pk, "Halaman", None, 0), (other.pk, "Teras ", None, 0)))
    assert verbs(case).count("photo.captioned") == 1


def test_two_editors_meet(world, case, photo):
    done(world, case, "dewi", say((photo.pk, "Teras musala", None, 0)))
    sentence = "Keterangan foto baru saja diubah oleh petugas lain."
    refused(world, case, "sari", say((photo.pk, "Teras masjid", None, 0)), sentence, Conflict)


def test_refusals(world, case, photo):
    elsewhere = world.case()
    far = done(world, elsewhere, "sari", lambda w: w.photo(accept_photo(picture())))
    refused(world, case, "sari", say((far.pk, "x", None, 0)), NOT_HERE)
    refused(world, case, "sari", say((photo.pk, "x", None, 0), (0, "x", None, 0)), NOT_HERE)
    unknown = "Anak ini tidak tercatat dalam penanganan ini."
    refused(world, case, "sari", say((photo.pk, "", children(elsewhere)[0], 0)), unknown)
    long = "Keterangan foto paling panjang 200 huruf."
    refused(world, case, "sari", say((photo.pk, "x" * 201, None, 0)), long)
    done(world, case, "sari", say((photo.pk, "x" * 200, None, 0)))


def test_who_may_and_when(world, case, photo):
    only(world, case, EVERYBODY, say((photo.pk, "x", None, 0)), "")
    refused(world, case, "tono", say((photo.pk, "x", None, 0)), STRANGER, NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    done(world, case, "agus", say((photo.pk, "Arsip", None, 0)))
    photo.refresh_from_db()
    assert photo.caption == "Arsip"


def test_the_time_taken_is_kept_in_the_agency_s_zone(world, case):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:02:27 21:15:00"
    out = BytesIO()
    Image.new("RGB", (80, 60)).save(out, "JPEG", exif=exif)
    file = picture()
    file.file = BytesIO(out.getvalue())
    row = done(world, case, "sari", lambda w: w.photo(accept_photo(file)))
    row.refresh_from_db()
    assert row.taken_at.isoformat() == "2026-02-27T14:15:00+00:00"
