"""The agency's admin keeps its lists of outcomes and categories, and reaches nothing else of the cases."""

import pytest
from django.apps import apps
from django.contrib import admin

from sopcases.cases.models import Category, Outcome
from tests.cases.front_door import Desk, hidden

pytestmark = pytest.mark.django_db


def test_no_case_child_or_paper_is_registered():
    registered = {
        model for model in apps.get_app_config("cases").get_models() if admin.site.is_registered(model)
    }
    assert registered == {Category, Outcome}


def test_an_admin_keeps_only_his_agencys_list(client, world):
    client.force_login(world.ani)
    mine = Outcome.objects.filter(agency=world.home).first()
    theirs = Outcome.objects.filter(agency=world.agencies["lamandau"]).first()
    page = client.get("/admin/cases/outcome/").content.decode()
    assert f"/outcome/{mine.pk}/" in page
    assert f"/outcome/{theirs.pk}/" not in page
    assert client.get(f"/admin/cases/outcome/{theirs.pk}/change/").status_code == 302
    sent = {"name": "Diasuh kerabat", "order": 20}
    assert client.post("/admin/cases/outcome/add/", sent).status_code == 302
    assert Outcome.objects.get(name="Diasuh kerabat").agency == world.home
    again = client.post("/admin/cases/outcome/add/", sent)
    assert "Hasil akhir ini sudah ada." in again.content.decode()


def test_the_category_of_a_child_is_chosen_from_the_agencys_list(world):
    case = world.case(children=0)
    with world.walk(case, "sari") as walk:
        child = walk.join(world.child("Melati")).child
    desk = Desk(world, "sari")
    url = f"/penanganan/{case.number}/anak/{child.pk}/ubah/"
    page = desk.get(url)
    mine = world.home.categories.get(name="Anak jalanan")
    theirs = world.agencies["lamandau"].categories.get(name="Anak jalanan")
    assert f'<option value="{mine.pk}">Anak jalanan</option>' in page.content.decode()
    sent = hidden(page) | {"name": "Melati", "category": str(theirs.pk)}
    desk.post(url, 422, **sent)
    desk.post(url, **(sent | {"category": str(mine.pk)}))
    child.refresh_from_db()
    assert child.category == mine
    assert "Anak jalanan" in desk.get(f"/penanganan/{case.number}/anak/{child.pk}/").content.decode()
    assert "Anak jalanan" in desk.get(f"/anak/{child.pk}/").content.decode()


def test_a_category_in_use_is_not_deleted(client, world):
    category = world.home.categories.first()
    world.child("Melati", category=category)
    client.force_login(world.ani)
    page = client.get(f"/admin/cases/category/{category.pk}/delete/").content.decode()
    assert "Masih dipakai di tempat lain" in page and "Melati" not in page
