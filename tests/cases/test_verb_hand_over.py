"""hand_over: where the originals are. By the verb, by the page, and by a signed Berita Acara."""

from datetime import timedelta

import pytest
from django.test import Client

from sopcases.cases import custody, wording
from sopcases.cases.models import Custody, Filing
from sopcases.refusal import NotAllowed
from tests.cases.story import children, done, last_line, refused, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.case(children=1)


@pytest.fixture
def deed(world, case):
    """The original birth certificate of the child."""
    return original(world, case)


def original(world, case, genuine=True):
    paper = world.paper("Akte Kelahiran")
    paper.original = genuine
    paper.save()
    done(world, case, "sari", lambda w: w.file(paper, children=children(case)))
    return paper


def hand(paper, holder, since):
    return lambda w: custody.hand_over(w, paper.pk, holder, since)


def today(world):
    return world.officer("sari").day


def test_an_original_goes_out_and_comes_back(world, case, deed):
    assert custody.told(deed, None) == "asli disimpan di kantor"
    done(world, case, "sari", hand(deed, " Panti Asuhan Kasih ", today(world)))
    row = custody.latest([deed.pk])[deed.pk]
    assert (row.holder, row.since, row.recorded_by) == ("Panti Asuhan Kasih", today(world), world.sari)
    assert custody.told(deed, row).startswith("asli pada Panti Asuhan Kasih sejak ")
    line = last_line(case)
    assert (line.verb, line.data["paper"]) == ("paper.handed", deed.pk)
    assert "Kasih" not in str(line.data), "a holder may be a family: the journal names nobody"
    done(world, case, "dewi", hand(deed, "Kantor Dinas Sosial", today(world)))
    assert custody.latest([deed.pk])[deed.pk].holder == "Kantor Dinas Sosial"
    assert Custody.objects.count() == 2, "nothing is overwritten"


def test_refusals(world, case, deed):
    day = today(world)
    refused(world, case, "sari", hand(deed, "  ", day), "Sebutkan siapa yang menyimpan dokumen ini.")
    refused(world, case, "sari", hand(deed, "Panti", day + timedelta(1)), "Tanggal penyerahan belum tiba.")
    done(world, case, "sari", hand(deed, "Panti", day))
    sentence = f"Dokumen ini dipegang Panti sejak {wording.day(day)}; tanggalnya tidak boleh mendahuluinya."
    refused(world, case, "sari", hand(deed, "Ibu", day - timedelta(1)), sentence)
    copy = original(world, case, genuine=False)
    refused(world, case, "sari", hand(copy, "Panti", day), custody.COPY, NotAllowed)
    done(world, case, "sari", lambda w: w.void(Filing.objects.get(paper=deed).paper, "Salah unggah"))
    refused(world, case, "sari", hand(deed, "Panti", day), custody.VOID, NotAllowed)
    other = original(world, world.case())
    sentence = "Dokumen ini tidak ada dalam berkas penanganan ini."
    refused(world, case, "sari", hand(other, "Panti", day), sentence)
    refused(
        world, case, "tono", hand(deed, "Panti", day), "Penanganan ini tidak dapat Anda buka.", NotAllowed
    )


# The pages -------------------------------------------------------------------------------------------


@pytest.fixture
def client(world, frozen):
    found = Client()
    found.force_login(world.sari, backend="sopcases.people.backends.OfficerBackend")
    return found


def test_written_down_on_a_page_and_read_on_the_case_and_the_child(world, case, deed, client):
    address = f"/penanganan/{case.number}/dokumen/{deed.pk}/serahkan/"
    assert address in client.get(f"/penanganan/{case.number}/").content.decode()
    form = client.get(address)
    assert "Sekarang: asli disimpan di kantor." in form.content.decode()
    key = form.context["form"]["_key"].value()
    sent = {"_key": key, "holder": "", "since": "2020-01-01"}
    page = client.post(address, sent)
    assert page.status_code == 422
    assert "Sebutkan siapa yang menyimpan dokumen ini." in page.content.decode()
    sent |= {"holder": "Panti Asuhan Kasih", "since": today(world).isoformat()}
    assert client.post(address, sent).status_code == 302
    told = "asli pada Panti Asuhan Kasih sejak"
    assert told in client.get(f"/penanganan/{case.number}/").content.decode()
    assert told in client.get(f"/anak/{children(case)[0]}/").content.decode()
    assert verbs(case).count("paper.handed") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_case_page_reads_all_keepers_at_once(world, case, client, count, django_assert_num_queries):
    for no in range(count):
        done(world, case, "sari", hand(original(world, case), f"Panti {no}", today(world)))
    client.get(f"/penanganan/{case.number}/")
    with django_assert_num_queries(25):
        client.get(f"/penanganan/{case.number}/")
