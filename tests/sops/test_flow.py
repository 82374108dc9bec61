"""The flow, pure: which steps are open, what is wrong with a plan, where a refusal goes back to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.sops.flow import (
    CASE,
    Item,
    Plan,
    PlanStep,
    Standing,
    drafting_step,
    is_passed,
    open_steps,
    problems,
    return_target,
    walked_again,
)

SPT, LETTER, REPORT = 1, 2, 3
DRAFT, READY, SIGNED = 10, 20, 30
NAMES = {SPT: "SPT", LETTER: "Surat Terlantar", REPORT: "Laporan"}


def item(number, kind=SPT, stage=SIGNED, source=None, **more) -> Item:
    facts = {"per_child": False, "routes": frozenset(), "optional": False} | more
    return Item(id=number, kind=kind, stage=stage, source=source, **facts)


def step(key, after=None, *, performers=((7, "performs"),), requires=(), puts=(), **more) -> PlanStep:
    return PlanStep(
        id=int(key),
        key=key,
        order=int(key),
        number=f"{key}.",
        activity=f"Langkah {key}",
        after=None if after is None else tuple(after),
        performers=tuple(performers),
        requirements=tuple(requires),
        outputs=tuple(puts),
        **more,
    )


def plan(*steps, **more) -> Plan:
    return Plan(steps=steps, names=NAMES, **more)


def standing(*passed, children=(), had=None, route="") -> Standing:
    """Steps passed: "3" for the case, ("3", 1) for child 1."""
    return Standing(
        passed=frozenset((p, CASE) if isinstance(p, str) else p for p in passed),
        children=frozenset(children),
        had_children=bool(children) if had is None else had,
        route=route,
    )


def opened(of: Plan, *passed, **more) -> list[str]:
    return [
        key if track is CASE else f"{key}/{track}" for key, track in open_steps(of, standing(*passed, **more))
    ]


BAYI = plan(
    step("1", []),
    step("2"),
    step("3"),
    step("4", ["3"]),
    step("5", ["4"]),
    step("6", ["3"]),
    step("7", ["4", "6"]),
    step("8"),
    step("9", ["5", "8"]),
)


# Which steps are open --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "found"),
    [
        ("", "1"),
        ("1", "2"),
        ("12", "3"),
        ("123", "46"),
        ("1234", "56"),
        ("1236", "4"),
        ("12346", "57"),
        ("123467", "58"),
        ("1234678", "5"),
        ("12345678", "9"),
        ("123456789", ""),
    ],
)
def test_bayi_4_and_6_run_together_and_5_waits_for_4(passed, found):
    assert opened(BAYI, *passed) == list(found)


@pytest.mark.parametrize(("early", "found"), [("4", "1"), ("456", "1"), ("1459", "2"), ("1246", "3")])
def test_an_act_ahead_of_its_turn_does_not_open_what_follows(early, found):
    assert opened(BAYI, *early) == list(found)


@given(st.sets(st.sampled_from([s.key for s in BAYI.steps])))
def test_open_means_not_passed_and_all_before_passed(passed):
    found = opened(BAYI, *passed)

    for one in BAYI.steps:
        ready = BAYI.ancestors[one.key] <= passed
        assert (one.key in found) == (ready and one.key not in passed)
    assert found or passed == set(BAYI.by_key), "a case is never stuck"


def test_the_order_of_a_sheet_is_the_default():
    of = plan(step("1"), step("2"), step("3", []), step("4"))

    assert of.after == {"1": (), "2": ("1",), "3": (), "4": ("3",)}
    assert opened(of) == ["1", "3"]


def test_routes_leave_out_their_steps_and_open_what_follows():
    of = plan(step("1"), step("2", routes=frozenset({"temuan"})), step("3"))

    assert opened(of, "1", route="temuan") == ["2"]
    assert opened(of, "1", route="titipan") == ["3"]
    assert is_passed(of, standing(route="titipan"), "2", CASE)


def test_a_step_per_child_is_walked_by_each_child_alone():
    of = plan(step("1"), step("2", per_child=True), step("3", per_child=True), step("4"))

    assert opened(of, "1", children=[1, 2]) == ["2/1", "2/2"]
    assert opened(of, "1", ("2", 1), children=[1, 2]) == ["2/2", "3/1"]
    assert opened(of, "1", ("2", 1), ("3", 1), ("2", 2), children=[1, 2]) == ["3/2"]
    assert opened(of, "1", ("2", 1), ("2", 2), ("3", 1), ("3", 2), children=[1, 2]) == ["4"]


def test_a_child_who_left_holds_nobody_back_and_a_new_one_starts_behind():
    of = plan(step("1"), step("2", per_child=True), step("3"))

    assert opened(of, "1", ("2", 1), children=[1, 2]) == ["2/2"]
    assert opened(of, "1", ("2", 1), children=[1]) == ["3"]
    assert opened(of, "1", ("2", 1), children=[1, 3]) == ["2/3"]
    assert opened(of, "1", children=[], had=True) == ["3"]


def test_without_any_child_a_step_per_child_is_not_passed():
    of = plan(step("1"), step("2", per_child=True), step("3"))

    assert opened(of, "1") == []


def test_in_a_case_step_with_papers_per_child_each_child_passes_on_with_his_own():
    per_child = item(1, REPORT, per_child=True)
    of = plan(step("1", puts=[per_child]), step("2", per_child=True), step("3"))

    assert of.by_key["1"].passes_by_child
    assert opened(of, ("1", 1), children=[1, 2]) == ["1", "2/1"]
    assert opened(of, "1", children=[1, 2]) == ["2/1", "2/2"]


def test_an_optional_paper_per_child_does_not_split_a_step():
    of = plan(step("1", puts=[item(1, per_child=True, optional=True)]))

    assert not of.by_key["1"].passes_by_child
    assert plan(step("1", verdict=True)).by_key["1"].passes_by_child


def test_a_session_opens_with_the_first_child_who_stands_there():
    of = plan(
        step("1"),
        step("2", per_child=True),
        step("3", ["2"], form="session", every_months=1),
    )

    assert opened(of, "1", children=[1, 2]) == ["2/1", "2/2"]
    assert opened(of, "1", ("2", 1), children=[1, 2]) == ["2/2", "3"]


def test_visits_open_child_by_child():
    of = plan(step("1", per_child=True), step("2", form="visit", every_months=3, per_child=True))

    assert opened(of, ("1", 1), children=[1, 2]) == ["1/2", "2/1"]


def test_nothing_opens_after_a_round_that_found_nobody():
    of = plan(step("1"), step("2", finds=True), step("3"), step("4", [], per_child=True))

    assert opened(of, "1") == ["2"]
    assert opened(of, "1", "2") == []
    assert opened(of, "1", "2", children=[1]) == ["3", "4/1"]


# What keeps a plan from running ------------------------------------------------------------------------


def test_a_sound_plan_has_no_problems():
    assert problems(BAYI) == []


PROBLEMS = {
    "no steps": (plan(), "SOP belum mempunyai langkah."),
    "nobody performs": (plan(step("1", performers=[(7, "orders")])), "Langkah 1: tidak ada pelaksana."),
    "nobody at all": (plan(step("1", performers=[])), "Langkah 1: tidak ada pelaksana."),
    "signs nothing": (
        plan(step("1", performers=[(7, "signs")])),
        "Langkah 1: hanya memparaf dan menandatangani, tetapi tidak ada keluaran wajib.",
    ),
    "signs what is optional": (
        plan(step("1", performers=[(7, "signs")], puts=[item(1, optional=True)])),
        "Langkah 1: hanya memparaf dan menandatangani, tetapi tidak ada keluaran wajib.",
    ),
    "unknown step before": (plan(step("1", ["8"])), "Langkah 1: mengikuti langkah “8” yang tidak ada."),
    "own follower": (plan(step("1", ["1"])), "Langkah 1: urutan berputar kembali ke langkah ini sendiri."),
    "loop": (
        plan(step("1", ["2"]), step("2", ["1"])),
        "Langkah 2: urutan berputar kembali ke langkah ini sendiri.",
    ),
    "return to nowhere": (
        plan(step("1", returns_to="9")),
        "Langkah 1: pengembalian ke langkah “9” yang tidak ada.",
    ),
    "return ahead": (
        plan(step("1", returns_to="2"), step("2")),
        "Langkah 1: pengembalian ke langkah “2” yang tidak mendahuluinya.",
    ),
    "unreadable time": (plan(step("1", time="sebentar")), "Langkah 1: “sebentar”"),
    "unreadable term": (plan(step("1"), term="selamanya"), "Jangka waktu: “selamanya”"),
    "no interval": (plan(step("1", form="session")), "Langkah 1: berkala tanpa jarak waktu."),
    "visit of the case": (
        plan(step("1", form="visit", every_months=1)),
        "Langkah 1: kunjungan berkala harus berlingkup per anak.",
    ),
    "session per child": (
        plan(step("1", form="session", every_months=1, per_child=True)),
        "Langkah 1: kegiatan bersama harus berlingkup per penanganan.",
    ),
    "paper from nowhere": (
        plan(step("1", requires=[item(1)])),
        "Langkah 1: kelengkapan “SPT” tidak dibawa oleh langkah mana pun.",
    ),
    "paper of a later step": (
        plan(step("1", requires=[item(1)]), step("2", puts=[item(2)])),
        "Langkah 1: kelengkapan “SPT” tidak dibawa oleh langkah mana pun.",
    ),
    "expected from a later step": (
        plan(step("1", requires=[item(1, source=2)]), step("2", puts=[item(2)])),
        "Langkah 1: kelengkapan “SPT” berasal dari langkah yang tidak mendahuluinya.",
    ),
    "expected from a parallel step": (
        plan(step("1", puts=[item(2)]), step("2", [], requires=[item(1, source=2)])),
        "Langkah 2: kelengkapan “SPT” berasal dari langkah yang tidak mendahuluinya.",
    ),
    "expected from no output": (
        plan(step("1", requires=[item(1, source=99)])),
        "Langkah 1: kelengkapan “SPT” menunjuk keluaran yang tidak ada.",
    ),
    "expected as another kind": (
        plan(step("1", puts=[item(2, REPORT)]), step("2", requires=[item(1, source=2)])),
        "Langkah 2: kelengkapan “SPT” menunjuk keluaran dari jenis dokumen lain.",
    ),
    "expected further than it gets": (
        plan(step("1", puts=[item(2, stage=DRAFT)]), step("2", requires=[item(1, source=2)])),
        "Langkah 2: kelengkapan “SPT” diminta lebih jauh dari yang dicapai langkah sebelumnya.",
    ),
    "carries nothing": (
        plan(step("1", puts=[item(1, source=99)])),
        "Langkah 1: keluaran “SPT” meneruskan keluaran yang tidak ada.",
    ),
    "carries from ahead": (
        plan(step("1", puts=[item(1, source=2)]), step("2", puts=[item(2)])),
        "Langkah 1: keluaran “SPT” meneruskan keluaran dari langkah yang tidak mendahuluinya.",
    ),
    "carries another kind": (
        plan(step("1", puts=[item(1, REPORT)]), step("2", puts=[item(2, source=1)])),
        "Langkah 2: keluaran “SPT” meneruskan jenis dokumen lain.",
    ),
    "aid for no child": (
        plan(step("1", aid=True)),
        "Langkah 1: penyaluran bantuan harus berlingkup per anak dan tidak berkala.",
    ),
    "a period longer than any": (
        plan(step("1", form="session", every_months=121)),
        "Langkah 1: berkala setiap 121 bulan; paling lama 120 bulan.",
    ),
    "a no leaves out who makes what is needed": (
        plan(
            step("1"),
            step("2", refusal_to="4"),
            step("3", puts=[item(1)]),
            step("4", requires=[item(2)]),
        ),
        "Langkah 4: kelengkapan “SPT” tidak ada bila langkah 2 menolak, sebab hanya dibuat langkah 3.",
    ),
    "a no leaves out the expected output": (
        plan(
            step("1", refusal_to="3"),
            step("2", puts=[item(1)]),
            step("3"),
            step("4", requires=[item(2, source=1)]),
        ),
        "Langkah 4: kelengkapan “SPT” tidak ada bila langkah 1 menolak, sebab hanya dibuat langkah 2.",
    ),
    "who says no puts out nothing": (
        plan(step("1", refusal_to="3", puts=[item(1)]), step("2"), step("3", requires=[item(2, source=1)])),
        "Langkah 3: kelengkapan “SPT” tidak ada bila langkah 1 menolak, sebab hanya dibuat langkah 1.",
    ),
    "only two noes together leave it out": (
        plan(
            step("1", refusal_to="3"),
            step("2", puts=[item(1)]),
            step("3", refusal_to="5"),
            step("4", puts=[item(2)]),
            step("5", requires=[item(3)]),
        ),
        "Langkah 5: kelengkapan “SPT” tidak ada bila langkah 1 dan 3 menolak, sebab hanya dibuat langkah 2 "
        "dan 4.",
    ),
    "a no leaves nothing to carry further": (
        plan(
            step("1", refusal_to="3"),
            step("2", puts=[item(1, stage=DRAFT)]),
            step("3", performers=[(8, "signs")], puts=[item(2, source=1)]),
        ),
        "Langkah 3: keluaran “SPT” tidak dapat diteruskan bila langkah 1 menolak, sebab hanya dibuat langkah "
        "2.",
    ),
    "carries on a route that does not put it out": (
        plan(
            step("1", puts=[item(1, routes=frozenset({"temuan"}))]),
            step("2", puts=[item(2, source=1)]),
            routes=("temuan", "titipan"),
        ),
        "Langkah 2: keluaran “SPT” meneruskan keluaran yang tidak ada pada jalurnya.",
    ),
    "brought by one that only follows": (
        plan(step("1", ["2"], puts=[item(1)]), step("2", [], requires=[item(2)])),
        "Langkah 2: kelengkapan “SPT” tidak dibawa oleh langkah mana pun.",
    ),
    "brought on another route only": (
        plan(
            step("1", puts=[item(1)], routes=frozenset({"temuan"})),
            step("2", requires=[item(2)]),
            routes=("temuan", "titipan"),
        ),
        "Langkah 2: kelengkapan “SPT” diminta juga pada jalur yang tidak mengeluarkannya.",
    ),
    "two finders": (
        plan(step("1", finds=True), step("2", finds=True)),
        "Lebih dari satu langkah mendata anak.",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_problem_is_named_with_step_and_reason(name):
    of, sentence = PROBLEMS[name]

    assert any(told.startswith(sentence) for told in of.problems()), of.problems()


def test_what_is_brought_from_outside_optional_or_carried_far_enough_is_no_problem():
    outside = plan(step("1", requires=[item(1, LETTER)]), brought=frozenset({LETTER}))
    optional = plan(step("1", requires=[item(1, optional=True)]))
    carried = plan(
        step("1", puts=[item(1, stage=DRAFT)]),
        step("2", performers=[(7, "signs")], puts=[item(2, stage=SIGNED, source=1)]),
        step("3", requires=[item(3, stage=SIGNED, source=1)]),
    )

    assert [outside.problems(), optional.problems(), carried.problems()] == [[], [], []]


@pytest.mark.parametrize(
    "of",
    [
        plan(  # made again after the decision
            step("1", puts=[item(1)]),
            step("2", refusal_to="4"),
            step("3", puts=[item(2)]),
            step("4", requires=[item(3)]),
        ),
        plan(  # a no at 1 passes over the decision at 3: they cannot both say no
            step("1", refusal_to="4"),
            step("2", puts=[item(1)]),
            step("3", refusal_to="6"),
            step("4"),
            step("5", puts=[item(2)]),
            step("6", requires=[item(3)]),
        ),
        plan(  # who needs it is passed over too
            step("1", refusal_to="4"),
            step("2", puts=[item(1)]),
            step("3", requires=[item(2, source=1)]),
            step("4"),
        ),
    ],
)
def test_a_no_that_leaves_every_paper_in_its_place_is_no_problem(of):
    assert of.problems() == []


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(0, 5), max_size=3), min_size=1))
def test_a_loop_is_always_named_and_never_hangs(arrows):
    keys = sorted(arrows)
    of = plan(*(step(str(key), [str(k) for k in arrows[key]]) for key in keys))
    looped = {key for key in of.by_key if key in of.ancestors[key]}

    told = {line.split(":")[0] for line in of.problems() if "berputar" in line}

    assert told == {f"Langkah {key}" for key in looped}
    assert not set(opened(of)) & looped


def test_the_three_given_sops_have_no_problems(world):
    from sopcases.sops.plans import plan_of

    for slug in ("bayi-balita-terlantar", "anak-jalanan", "anak-terlantar-luar-panti"):
        assert plan_of(world.revision(slug)).problems() == []


# Returning ------------------------------------------------------------------------------------------------

APPROVED = plan(
    step("1"),
    step("2", puts=[item(21, stage=DRAFT)]),
    step("3", performers=[(8, "disposes"), (9, "signs")], puts=[item(31, source=21)]),
    step("4", performers=[(9, "signs")], puts=[item(41, source=31)], returns_to="1"),
    step("5"),
)


def test_one_paper_runs_through_all_outputs_that_carry_it():
    assert APPROVED.chain[31] == {21, 31, 41}
    assert drafting_step(APPROVED, 41).key == "2"
    assert drafting_step(APPROVED, 99) is None


@pytest.mark.parametrize(("key", "target"), [("3", "2"), ("4", "1"), ("5", None), ("1", None)])
def test_a_refusal_goes_where_the_step_says_or_to_where_it_was_drafted(key, target):
    found = return_target(APPROVED, APPROVED.by_key[key])

    assert (found and found.key) == target


def test_what_is_walked_again_lies_between_the_target_and_the_returning_step():
    assert walked_again(BAYI, "3", "7") == ["3", "4", "6", "7"]
    assert walked_again(BAYI, "4", "9") == ["4", "5", "7", "8", "9"]
    assert walked_again(BAYI, "7", "7") == ["7"]


@pytest.mark.parametrize(
    ("parts", "alone"),
    [
        (["signs"], True),
        (["disposes", "signs"], True),
        (["signs", "takes_part"], True),
        (["signs", "performs"], False),
        (["disposes", "receives"], False),
        (["orders"], False),
    ],
)
def test_a_step_of_approvals_only_finishes_by_itself(parts, alone):
    assert step("1", performers=[(7, part) for part in parts]).approving_only is alone


@pytest.mark.parametrize(("time", "none"), [("", True), ("-", True), ("0", True), ("15 menit", False)])
def test_a_step_without_a_time_has_no_standard(time, none):
    assert (step("1", time=time).standard is None) is none


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [((), True), (("titipan",), True), (("temuan", "titipan"), True), (("temuan",), False)],
)
def test_what_only_one_route_puts_out_is_asked_for_on_that_route_only(asked, wrong):
    found = problems(
        plan(
            step("1", puts=[item(1, LETTER)], routes=frozenset({"temuan"})),
            step("2", requires=[item(2, LETTER, source=1, routes=frozenset(asked))]),
        )
    )
    sentence = "Langkah 2: kelengkapan “Surat Terlantar” diminta juga pada jalur yang tidak mengeluarkannya."
    assert found == ([sentence] if wrong else [])


def test_many_decisions_before_one_step_are_judged_at_once():
    """Three of them skip each paper's maker; the last paper is made whatever they say."""
    steps = [step("1", puts=[item(1)])]
    for group in range(12):
        first = 2 + 5 * group
        steps += [step(str(first + n), refusal_to=str(first + 4)) for n in range(3)]
        steps += [step(str(first + 3), puts=[item(first)]), step(str(first + 4))]
    of = plan(*steps, step("62", requires=[item(99)]))
    assert not [sentence for sentence in of.problems() if "menolak, sebab" in sentence]
