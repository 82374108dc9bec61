"""The agency's admin keeps its list of outcomes, and reaches nothing else of the cases."""

import pytest
from django.apps import apps
from django.contrib import admin

from sopcases.cases.models import Outcome

pytestmark = pytest.mark.django_db


def test_no_case_child_or_paper_is_registered():
    registered = {
        model for model in apps.get_app_config("cases").get_models() if admin.site.is_registered(model)
    }
    assert registered == {Outcome}


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
