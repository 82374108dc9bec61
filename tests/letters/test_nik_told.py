"""A letter names a child's NIK only where its drafter chose so; it is kept sealed, every look is logged."""

import json
import re

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from sopcases.cases import nik
from sopcases.cases.models import Child
from sopcases.letters.models import Letter
from sopcases.people.models import Entry
from tests.letters.papers import Desk
from tests.letters.test_layouts import Sample, open_case, page_of, sample_of, sent, text_of, write
from tests.letters.test_pages import door  # noqa: F401

pytestmark = pytest.mark.django_db

NUMBER = "2172014101250007"
KINDS = {
    "Surat Permohonan": {"facts": ["name", "nik"]},
    "Data Anak Melanjutkan Pendidikan": {"with_nik": "on"},
    "Tanda Terima Bantuan": {"with_nik": "on"},
}


def numbered(world, sample: Sample):
    """A case on whose child the NIK is on file."""
    return with_number(open_case(world, sample))


def with_number(case):
    child = Child.objects.filter(stays__case=case)
    child.update(nik_encrypted=nik.seal(NUMBER), nik_index=nik.index(NUMBER))
    return case


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_never_named_by_itself(world, door, kind):  # noqa: F811
    sample = sample_of(kind)
    case, client = numbered(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    assert NUMBER not in text_of(client, letter)
    assert not letter.tells_nik


@pytest.mark.parametrize("kind", KINDS)
def test_where_it_was_chosen_it_is_printed_and_kept_sealed(world, door, kind):  # noqa: F811
    sample = sample_of(kind)
    case, client = numbered(world, sample), door(sample.by)
    letter = write(client, world, case, sample, **KINDS[kind])
    assert NUMBER in text_of(client, letter)
    assert NUMBER in client.get(f"/surat/{letter.pk}/").content.decode()
    by = Desk(world, case).by(sample.by)
    if letter.track == Letter.Track.RECORD:
        letter.fix(by)
    else:
        letter.propose(by)
    letter.refresh_from_db()
    kept = [letter.body, json.dumps(letter.content), *(json.dumps(act.data) for act in letter.acts.all())]
    assert not any(NUMBER in text for text in kept)
    assert NUMBER in text_of(client, letter), "also from the frozen copy"


TOKEN = re.compile(r"gAAAAA[\w\-]{60,}=*")


def stored() -> str:
    """All that the database holds, in the words of the database."""
    with connection.cursor() as cursor:
        found = []
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            found += cursor.fetchall()
    return str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_all_are_sealed_again_before_an_old_key_goes(world, door, settings, capsys, kind):  # noqa: F811
    """With the child, and in letters that tell it: written, frozen, and kept with each act."""
    old, new = settings.NIK_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    sample = sample_of(kind)
    case, client = numbered(world, sample), door(sample.by)
    letter = write(client, world, case, sample, **KINDS[kind])
    by = Desk(world, case).by(sample.by)
    letter.fix(by) if letter.track == Letter.Track.RECORD else letter.propose(by)
    version = Letter.objects.get().version
    tokens = set(TOKEN.findall(stored()))
    assert tokens
    settings.NIK_ENCRYPTION_KEYS = [new, old]
    call_command("reseal_niks")
    assert not tokens & set(TOKEN.findall(stored())), "nowhere in the database"
    settings.NIK_ENCRYPTION_KEYS = [new]
    assert NUMBER in text_of(client, letter)
    letter = Letter.objects.get()
    assert letter.version == version, "nobody's editing is disturbed"
    child = Child.objects.exclude(nik_encrypted="").get()
    kept = json.dumps(letter.content) + letter.body
    assert nik.told(child.nik_encrypted) in kept, "as on the child's record"
    capsys.readouterr()
    call_command("reseal_niks")
    assert capsys.readouterr().out.startswith("0 baris"), "a second run finds nothing to do"


def test_without_the_old_key_none_is_lost(world, door, settings):  # noqa: F811
    sample = sample_of("Surat Permohonan")
    case = numbered(world, sample)
    token = Child.objects.filter(stays__case=case).exclude(nik_encrypted="").get().nik_encrypted
    settings.NIK_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Kembalikan kunci lama"):
        call_command("reseal_niks")
    assert Child.objects.filter(nik_encrypted=token).exists()


def test_every_look_at_it_is_in_the_journal(world, door):  # noqa: F811
    sample = sample_of("Surat Permohonan")
    case, client = numbered(world, sample), door(sample.by)
    letter = write(client, world, case, sample, **KINDS["Surat Permohonan"])
    client.get(f"/surat/{letter.pk}/")
    client.get(f"/surat/{letter.pk}/pdf/")
    assert NUMBER in client.get(f"/surat/{letter.pk}/ajukan/").content.decode()
    looked = Entry.objects.filter(verb="letter.nik.read", actor=world.agus, data__letter=letter.pk)
    assert looked.count() == 3
    assert not any(NUMBER in json.dumps(entry.data) for entry in Entry.objects.all())


def test_a_kind_that_does_not_need_it_does_not_offer_it(world, door):  # noqa: F811
    sample = sample_of("Surat Penitipan")
    case, client = numbered(world, sample), door(sample.by)
    _, page = page_of(client, world, case, sample)
    assert "nik" not in dict(page.context["form"].fields["facts"].choices)
    with pytest.raises(AssertionError, match="nik"):
        write(client, world, case, sample, facts=["name", "nik"])


def test_outside_the_office_it_is_not_offered_and_not_taken(world, door):  # noqa: F811
    case = with_number(world.case("anak-terlantar-luar-panti", by="tika"))
    url = f"/penanganan/{case.number}/surat/baru/?jenis={world.kind('Data Usulan', 'lamandau').pk}"
    for name, taken in (("yuli", True), ("tika", False)):
        client = door(name)
        page = client.get(url)
        assert ("with_nik" in page.context["form"].fields) is taken, name
        answer = client.post(url, sent(page) | {"slot": "", "with_nik": "on"})
        letter = Letter.objects.get(pk=answer.headers["Location"].strip("/").split("/")[-1])
        assert (NUMBER in text_of(client, letter)) is taken, name


def test_what_changed_since_the_last_proposal_does_not_tell_it(world, door):  # noqa: F811
    sample = sample_of("Surat Permohonan")
    case, client = numbered(world, sample), door("agus")
    desk, letter = Desk(world, case), write(client, world, case, sample)
    letter.propose(desk.by("agus"))
    reader = {"Kasi": "dewi", "Kabid": "rahman"}[letter.turn.name]
    letter.return_(desk.by(reader), "Cantumkan NIK")
    content = letter.content
    letter.edit(desk.by("agus"), content | {"facts": [*content["facts"], "nik"]})
    letter.propose(desk.by("agus"))
    page = door(reader).get(f"/surat/{letter.pk}/").content.decode()
    assert "gAAAAA" not in page
    assert page.count(NUMBER) == 1, "in the letter itself, and nowhere else"


def test_words_that_look_sealed_are_words():
    text = "nik:12345 NIK: gAAAAA nik:gAAAAA-pendek"
    assert nik.opened(text) == text
