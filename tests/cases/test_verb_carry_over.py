"""Carrying a running case over to the revision in force: what goes on, what ends, what is refused."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sopcases.cases import carrying, history
from sopcases.cases.models import Attempt, CarriedAttempt, Carrying, Case, Interval
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Leave
from sopcases.people.models import Entry, Position
from sopcases.refusal import Conflict, NotAllowed
from sopcases.sops import revising
from sopcases.sops.models import Performer, Revision, Step
from tests.cases.front_door import hidden
from tests.cases.story import HELD, attempts, done, entries, ordered, refused, rows, verbs

pytestmark = pytest.mark.django_db
WHY = "Keputusan Kepala Dinas Nomor 12"


def newer(world, slug="bayi-balita-terlantar") -> Revision:
    """Revision 2, in force today: a step more before 4, none at 5, the 6 with another key and other words."""
    by = world.officer("ani")
    draft = revising.new_revision(world.revision(slug), by)
    steps = {step.key: step for step in draft.steps.all()}
    for step in draft.steps.filter(order__gt=3):
        Step.objects.filter(pk=step.pk).update(order=step.order + 1)
    check = Step.objects.create(
        revision=draft, key="periksa", order=4, number="4a", activity="Memeriksa berkas", after=["3"]
    )
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    Performer.objects.create(step=check, position=peksos, part="performs")
    steps["5"].delete()
    change = {"key": "rs", "activity": steps["6"].activity.replace("melakukan", "mengadakan")}
    Step.objects.filter(pk=steps["6"].pk).update(**change)
    Step.objects.filter(pk=steps["7"].pk).update(after=["4", "rs", "periksa"])
    Step.objects.filter(pk=steps["9"].pk).update(after=["8"])
    return revising.put_in_force(draft, by, world.now.date(), official="Kadis", reason="Uji")


def proposed(world, case, by="dewi") -> dict[str, str]:
    case = Case.objects.select_related("agency", "sop", "revision__sop").get(pk=case.pk)
    progress = Progress(case, world.officer(by))
    return carrying.proposal(progress, carrying.target(progress))


def carry_over(walk, mapping, reason) -> Carrying:
    """To the revision that is in force now, as its page would have shown it."""
    target = carrying.target(walk)
    return carrying.carry_over(walk, mapping, reason, target.pk if target else 0)


def carry(world, case, mapping=None, by="dewi", reason=WHY) -> Carrying:
    mapping = proposed(world, case) if mapping is None else mapping
    return done(world, case, by, lambda walk: carry_over(walk, mapping, reason))


@pytest.fixture
def case(world):
    """Steps 1 to 3 are done, 4 and 6 open, under the revision that is replaced then."""
    case = world.case()
    ordered(world, case)
    return case


def test_the_mapping_is_proposed_by_words_and_key(world, case):
    newer(world)
    assert proposed(world, case) == {
        "1": "1",
        "2": "2",
        "3": "3",
        "4": "4",
        "6": "rs",
        "7": "7",
        "8": "8",
        "9": "9",
    }


def test_open_steps_go_on_and_what_is_new_opens(world, case):
    before = list(
        case.attempts.order_by("id").values("pk", "state", "opened_at", "due_at", "late_at", "acted_at")
    )
    log = [e.pk for e in entries(case)]
    revision = newer(world)
    world.wait(days=1)

    row = carry(world, case)

    assert case.revision == revision
    after = list(
        case.attempts.order_by("id").values("pk", "state", "opened_at", "due_at", "late_at", "acted_at")
    )
    assert after[: len(before)] == before, "no act, no clock and no attempt is lost"
    assert world.states(case) == {
        "1": "done",
        "2": "done",
        "3": "done",
        "4": "open",
        "rs": "open",
        "periksa": "open",
    }
    assert set(case.attempts.values_list("step__revision", flat=True)) == {revision.pk}
    assert {
        (a.attempt.step.key, a.step.key) for a in row.attempts.select_related("attempt__step", "step")
    } == {
        ("1", "1"),
        ("2", "2"),
        ("3", "3"),
        ("4", "4"),
        ("rs", "6"),
    }
    assert [e.pk for e in entries(case)][: len(log)] == log
    assert verbs(case)[-1] == "case.carried"
    assert (row.reason, row.by, row.mapping["6"]) == (WHY, world.dewi, "rs") and row.acting_title


def test_papers_on_file_count_on_and_the_case_walks_to_its_next_step(world, case):
    newer(world)
    carry(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    done(world, case, "sari", lambda walk: walk.finish("4"))
    done(world, case, "sari", lambda walk: walk.finish("periksa"))
    world.file(case, "Laporan Kondisi Kesehatan", output="rs/kesehatan")
    done(world, case, "sari", lambda walk: walk.finish("rs"))
    assert world.states(case)["7"] == "open"


def test_what_nothing_goes_on_for_stays_in_the_log_of_the_old_revision(world, case):
    done(world, case, "sari", lambda walk: walk.wait("6", "Rumah sakit", world.now))
    newer(world)
    mapping = proposed(world, case)
    del mapping["6"]
    del mapping["1"]
    carry(world, case, mapping)

    ended = attempts(case, "6")[0]
    assert (ended.state, ended.reason) == ("ended", carrying.ENDED)
    assert ended.step.revision.no == 1
    assert Interval.objects.get(attempt=ended).until == world.now
    assert [(a.step.revision.no, a.state) for a in attempts(case, "1")] == [(1, "done"), (2, "open")]


def test_the_journal_tells_each_line_by_the_revision_of_its_time(world, case):
    newer(world)
    world.wait(days=1)
    carry(world, case)
    case = Case.objects.select_related("agency", "sop", "revision__sop").get(pk=case.pk)
    told = history.lines(Reading(Progress(case, world.officer("dewi"))))[0]
    assert told[0].sentence == "Mengalihkan penanganan ke revisi 2 SOP" and told[0].reason == WHY
    assert any(line.sentence.startswith("Langkah 3 (Disposisi SPT") for line in told)


def test_only_who_leads_the_case_and_only_to_what_is_in_force(world, case):
    act = lambda walk: carry_over(walk, {}, WHY)  # noqa: E731
    refused(world, case, "sari", act, "Hanya pejabat yang berwenang menutup penanganan.", NotAllowed)
    refused(world, case, "dewi", act, carrying.NO_TARGET)
    newer(world)
    refused(
        world,
        case,
        "dewi",
        lambda w: carry_over(w, {}, " "),
        "Sebutkan mengapa penanganan dialihkan ke revisi baru.",
    )
    done(world, case, "dewi", lambda walk: walk.put_on_hold("Anak sakit"))
    refused(world, case, "dewi", act, HELD)


def test_a_scheduled_revision_is_the_target_from_its_day_on(world, case):
    draft = revising.new_revision(world.revision(), world.officer("ani"))
    revising.put_in_force(
        draft, world.officer("ani"), world.now.date() + timedelta(days=1), official="Kadis", reason="Uji"
    )
    refused(world, case, "dewi", lambda w: carry_over(w, {}, WHY), carrying.NO_TARGET)
    world.wait(days=1)
    assert carry(world, case).new == draft


def test_steps_that_do_not_fit_are_refused_by_name(world, case):
    revision = newer(world)
    keys = {"4": "rs", "6": "rs"}
    told = "Langkah 6 baru meneruskan lebih dari satu langkah lama."
    refused(world, case, "dewi", lambda w: carry_over(w, keys, WHY), told)
    for wrong in ({"77": "1"}, {"1": "77"}):
        told = "Langkah ini tidak ada pada SOP. Muat ulang halaman, lalu petakan lagi."
        refused(world, case, "dewi", lambda w, m=wrong: carry_over(w, m, WHY), told)
    with revising.lifted():
        Step.objects.filter(revision=revision, key="4").update(scope="child")
    from sopcases.sops import plans

    plans._sealed.cache_clear()
    told = (
        "Langkah 4 tidak dapat diteruskan oleh langkah 4 baru: yang satu per anak, yang lain per penanganan."
    )
    refused(world, case, "dewi", lambda w: carry_over(w, {"4": "4"}, WHY), told)
    plans._sealed.cache_clear()


def test_another_revision_than_the_one_seen_is_a_conflict(world, case):
    seen = newer(world)
    mapping = proposed(world, case)
    later = revising.new_revision(seen, world.officer("ani"))
    revising.put_in_force(later, world.officer("ani"), world.now.date(), official="Kadis", reason="Uji")
    act = lambda walk: carrying.carry_over(walk, mapping, WHY, seen.pk)  # noqa: E731
    refused(world, case, "dewi", act, carrying.OTHER_TARGET.format(no=3), Conflict)
    assert carry(world, case).new == later


def test_what_is_still_to_follow_is_not_left_behind(world, case):
    kind = world.kind("Surat Terlantar").pk
    leave = Leave(kind, "Polisi belum mengeluarkan", world.now.date() + timedelta(days=9))
    done(world, case, "dewi", lambda walk: walk.waive("4", leave))
    newer(world)
    told = "“Surat Terlantar” masih menyusul pada langkah 4: pilih langkah penerusnya."
    refused(world, case, "dewi", lambda w: carry_over(w, {}, WHY), told)
    carry(world, case)
    assert case.waivers.get().attempt.step.revision.no == 2


def test_weighing_tells_what_would_follow_and_leaves_nothing_behind(world, case):
    newer(world)
    mapping = proposed(world, case)
    del mapping["6"]
    before = rows(), Carrying.objects.count()
    found = carrying.weigh(case, world.officer("dewi"), mapping, WHY, case.sop.revisions.first().pk)
    assert (rows(), Carrying.objects.count()) == before
    assert [s.key for s in found.opens] == ["periksa", "rs"]
    assert [s.key for s in found.ends] == ["6"] and [s.key for s in found.goes_on] == ["4"]


def test_the_database_refuses_a_carrying_without_reason_or_to_the_same(world, case):
    revision, new = case.revision, newer(world)
    facts = {"case": case, "at": world.now, "by": world.dewi, "old": revision}
    for wrong in ({"new": new, "reason": ""}, {"new": revision, "reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Carrying.objects.create(**facts, **wrong)
    Carrying.objects.create(**facts, new=new, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Carrying.objects.create(**facts, new=new, reason="x")


@pytest.mark.parametrize("model", [Carrying, CarriedAttempt])
@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(id=999),
        lambda rows: rows.all()._raw_delete("default"),
        lambda rows: rows.first().save(),
    ],
    ids=["update", "delete", "save"],
)
def test_the_database_only_lets_add_to_what_was_carried(world, case, model, act):
    newer(world)
    carry(world, case)
    before = list(model.objects.order_by("pk").values())
    told = "pengalihan revisi tidak dapat diubah atau dihapus"
    with pytest.raises(DatabaseError, match=told), transaction.atomic():
        act(model.objects)
    assert before and list(model.objects.order_by("pk").values()) == before


# --- the page


@pytest.mark.parametrize("action", ["weigh", "submit"])
def test_two_editors_meet_where_another_revision_came_in_force_meanwhile(desk, today, action):
    case = today.case()
    ordered(today, case)
    seen = newer(today)
    url, dewi = f"/penanganan/{case.number}/alihkan-revisi/", desk("dewi")
    sent = {"step_4": "4", "step_6": "rs", "reason": WHY, "action": action, **hidden(dewi.get(url))}
    later = revising.new_revision(seen, today.officer("ani"))
    revising.put_in_force(later, today.officer("ani"), today.now.date(), official="Kadis", reason="Uji")

    answer = dewi.client.post(url, sent)

    page = answer.content.decode()
    assert answer.status_code == 409 and "revisi 3 mulai berlaku" in page
    assert WHY in page and "mengadakan" in page, "what was chosen, in words"
    case.refresh_from_db()
    assert case.revision.no == 1
    assert "Alihkan ke revisi 3" in dewi.text(url)


def test_the_page_maps_weighs_and_carries(desk, today):
    case = today.case()
    ordered(today, case)
    url = f"/penanganan/{case.number}/"
    dewi = desk("dewi")
    assert "alihkan-revisi" not in dewi.text(url)
    dewi.get(f"{url}alihkan-revisi/", 403)
    newer(today)
    assert "Alihkan ke revisi SOP yang berlaku" in dewi.text(url)
    desk("sari").get(f"{url}alihkan-revisi/", 403)
    form = dewi.get(f"{url}alihkan-revisi/")
    page = form.content.decode()
    assert "Periksa akibatnya" in page and 'value="submit"' not in page
    sent = {f"step_{old}": new for old, new in proposed(today, case).items() if old in "1234"}
    sent |= {"step_6": "", "reason": WHY, **hidden(form)}
    page = dewi.client.post(f"{url}alihkan-revisi/", {**sent, "action": "weigh"}).content.decode()
    assert "Yang akan terjadi" in page and "Alihkan penanganan" in page
    case.refresh_from_db()
    assert case.revision.no == 1 and not Entry.objects.filter(verb="case.carried").exists()
    answer = dewi.client.post(f"{url}alihkan-revisi/", {**sent, "action": "submit"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    page = dewi.text(url)
    assert "Tercatat menurut revisi SOP sebelumnya" in page and carrying.ENDED in page
    assert "Mengalihkan penanganan ke revisi 2 SOP" in page
    case.refresh_from_db()
    assert case.revision.no == 2
    assert Attempt.objects.filter(case=case, step__revision__no=1).count() == 1


def test_a_draft_is_not_shown_to_who_names_it(desk, today):
    case = today.case()
    ordered(today, case)
    draft = revising.new_revision(newer(today), today.officer("ani"))
    Step.objects.filter(revision=draft, key="4").update(activity="Langkah yang belum diumumkan")
    url, dewi = f"/penanganan/{case.number}/alihkan-revisi/", desk("dewi")
    sent = {**hidden(dewi.get(url)), "revision": draft.pk, "reason": "", "action": "submit"}
    page = dewi.client.post(url, sent).content.decode()
    assert "Langkah yang belum diumumkan" not in page and "revisi 2" in page


def test_a_second_click_is_led_to_the_case(desk, today):
    case = today.case()
    ordered(today, case)
    newer(today)
    url, dewi = f"/penanganan/{case.number}/alihkan-revisi/", desk("dewi")
    sent = {f"step_{old}": new for old, new in proposed(today, case).items()}
    sent |= {"reason": WHY, "action": "submit", **hidden(dewi.get(url))}
    answers = [dewi.client.post(url, sent) for _ in range(2)]
    assert [(a.status_code, a.headers.get("Location")) for a in answers] == [
        (302, f"/penanganan/{case.number}/")
    ] * 2
    assert Carrying.objects.filter(case=case).count() == 1


def test_a_mapping_that_is_refused_keeps_what_was_chosen(desk, today):
    case = today.case()
    ordered(today, case)
    newer(today)
    url = f"/penanganan/{case.number}/alihkan-revisi/"
    dewi = desk("dewi")
    sent = {"step_4": "4", "step_6": "4", "reason": WHY, **hidden(dewi.get(url)), "action": "weigh"}
    answer = dewi.client.post(url, sent)
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "Langkah 4 baru meneruskan lebih dari satu langkah lama." in page and WHY in page


def test_a_paper_waived_for_good_needs_a_step_that_goes_on(world, case):
    kind = world.kind("Surat Terlantar").pk
    done(world, case, "dewi", lambda walk: walk.waive("4", Leave(kind, "Polisi menolak")))
    newer(world)
    without = {key: to for key, to in proposed(world, case).items() if key != "4"}
    told = "“Surat Terlantar” dicatat tidak diterbitkan pada langkah 4: pilih langkah penerusnya."
    refused(world, case, "dewi", lambda walk: carry_over(walk, without, WHY), told)


def test_what_was_returned_at_a_step_left_behind_keeps_its_reason(world, case):
    done(world, case, "agus", lambda walk: walk.reopen_step("2", "Salah alamat"))
    newer(world)
    carry(world, case, {key: to for key, to in proposed(world, case).items() if key != "2"})
    fresh = Case.objects.select_related("agency", "sop", "revision__sop").get(pk=case.pk)
    lines = history.lines(Reading(Progress(fresh, world.officer("dewi"))))
    assert any("Salah alamat" in str(line) for line in lines)


def test_a_form_of_before_is_out_of_date(world, case):
    before = case.attempts.get(step__key="4").version
    newer(world)
    carry(world, case)
    assert case.attempts.get(step__key="4").version > before
