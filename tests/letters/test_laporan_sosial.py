"""A Laporan Sosial draws from the case, the asesmen and the plan of the children it is about."""

import pytest

from sopcases.cases import care
from sopcases.letters.layouts.laporan_sosial import sources

pytestmark = pytest.mark.django_db


def test_it_holds_only_the_children_it_is_about(world):
    case = world.case(children=3)
    ids = list(case.children.order_by("id").values_list("child_id", flat=True))
    with world.walk(case, "sari") as walk:
        for no, child in enumerate(ids, 1):
            care.assess(walk, child, world.now, physical=f"Fisik {no}", needs=f"Butuh {no}")
            care.plan(walk, child, goal=f"Tujuan {no}", due_on=world.now.date(), responsible=world.sari)
    one = sources(case, ids[1:2])
    assert one["kebutuhan"] == "Butuh 2"
    assert one["rencana"] == "1. Tujuan 2 (Sari Wulandari, S.Tr.Sos., sampai 2 Maret 2026)"
    assert not any("Anak 1" in text or "Fisik 3" in text for text in one.values())
    both = sources(case, ids[:2])
    assert both["kebutuhan"] == "Anak 1\nButuh 1\n\nAnak 2\nButuh 2"
