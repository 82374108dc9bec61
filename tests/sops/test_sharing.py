"""An SOP handed on to another agency: checksum, matching of words, and the source that is kept."""

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sopcases.people.models import Agency, Entry, Position
from sopcases.sops import sopfile
from sopcases.sops.models import PaperKind, Revision
from tests.cast import make_user
from tests.people.test_admin_people import change_url

UPLOAD = "admin:sops_revision_unggah"
TAKEN_OVER = Revision.objects.select_related("sop__agency").filter(
    sop__agency__slug="lamandau", sop__slug="bayi-balita-terlantar"
)


@pytest.fixture
def file(world) -> str:
    """The Bayi SOP of Tanjungpinang as it is handed on."""
    return sopfile.exported(world.revision())


@pytest.fixture
def theirs(client, world):
    """The admin of Lamandau, signed in."""
    admin = make_user(Agency.objects.get(slug="lamandau"), "lina", "Lina Administrator", is_staff=True)
    client.force_login(admin)
    return client


def sent(client, text: str):
    return client.post(reverse(UPLOAD), {"file": SimpleUploadedFile("sop.yaml", text.encode())})


def answers(page) -> dict:
    form = page.context["form"]
    return {bound.html_name: bound.value() or "" for bound in form}


def matched(page) -> dict:
    """Every question answered: by the proposal, else as new."""
    found = answers(page)
    for name in found:
        if name.startswith("position"):
            found[name] = found[name] or "new:"
        elif name.startswith("paper"):
            found[name] = found[name] or "new:incoming"
    return found


def test_a_file_names_its_source_and_its_checksum(file, world):
    data = sopfile.read(file)

    assert data["source"]["agency"] == "tanjungpinang"
    assert data["source"]["name"] == world.home.name
    assert data["checksum"] == world.revision().checksum
    assert not sopfile.altered(data)


def test_a_word_changed_afterwards_is_seen(file):
    changed = file.replace("15 menit", "16 menit", 1)

    assert changed != file and sopfile.altered(sopfile.read(changed))


def test_a_file_written_by_hand_was_not_altered():
    assert not sopfile.altered(sopfile.read("slug: a\nname: A\nsteps: []\n"))


def test_the_own_file_comes_back_without_a_source(file, world):
    revision = sopfile.load(sopfile.read(file, world.home), world.home, world.officer("ani"))

    assert revision.source is None
    assert sopfile.exported(revision) == file


def test_another_agency_matches_the_words_it_does_not_know(theirs, file, world):
    page = sent(theirs, file)

    text = page.content.decode()
    assert page.status_code == 200 and "Cocokkan dengan istilah kantor" in text
    assert f"Berkas dari {world.home.name}." in text
    assert "Jabatan “Peksos”" in text
    assert not Revision.objects.filter(
        sop__agency__slug="lamandau", sop__slug="bayi-balita-terlantar"
    ).exists()

    tksk = Position.objects.get(agency__slug="lamandau", name="TKSK")
    given = matched(page)
    peksos = next(b.html_name for b in page.context["form"] if b.label == "Jabatan “Peksos”")
    response = theirs.post(reverse(UPLOAD), {**given, peksos: tksk.pk})

    revision = TAKEN_OVER.all().get()
    assert response.url == change_url(revision)
    assert revision.state == "draft" and revision.steps.count() == 9
    tksk.refresh_from_db()
    assert "Peksos" in tksk.aliases
    assert revision.steps.get(key="4").performers.get().position == tksk
    assert Entry.objects.filter(verb="jabatan.diubah", subject_id=tksk.pk).exists()


def test_the_origin_is_kept_and_handed_on(theirs, file, world):
    theirs.post(reverse(UPLOAD), matched(sent(theirs, file)))
    revision = TAKEN_OVER.all().get()

    assert revision.source["agency"] == "tanjungpinang"
    assert revision.source["checksum"] == world.revision().checksum
    assert f"Diambil dari {world.home.name}" in theirs.get(change_url(revision)).content.decode()
    again = yaml.safe_load(sopfile.exported(revision))
    assert again["source"]["agency"] == "tanjungpinang" and again["agency"] == "lamandau"
    # A second file of the same agency needs no question.
    assert sent(theirs, file).status_code == 302


def test_nothing_is_stored_while_a_word_is_unanswered(theirs, file):
    page = sent(theirs, file)
    before = PaperKind.objects.count(), Position.objects.count()
    given = matched(page)
    first = next(name for name in given if name.startswith("position"))

    again = theirs.post(reverse(UPLOAD), {**given, first: ""})

    assert again.context["form"].errors
    assert answers(again)["content"] == given["content"]
    assert (PaperKind.objects.count(), Position.objects.count()) == before
    assert not Revision.objects.filter(
        sop__agency__slug="lamandau", sop__slug="bayi-balita-terlantar"
    ).exists()


def test_a_row_of_a_third_agency_cannot_be_chosen(theirs, file, world):
    page = sent(theirs, file)
    given = matched(page)
    first = next(name for name in given if name.startswith("position"))

    again = theirs.post(
        reverse(UPLOAD), {**given, first: Position.objects.filter(agency=world.home).first().pk}
    )

    assert again.context["form"].errors


def test_a_changed_file_is_taken_and_said_to_be_changed(theirs, file):
    page = sent(theirs, file.replace("15 menit", "16 menit", 1))
    told = theirs.post(reverse(UPLOAD), matched(page), follow=True).content.decode()

    assert "sudah diubah sejak diekspor" in told
