"""A scenario file is read whole, or refused with the line of everything wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenario.library import read_text
from mock_alipay.scenario.story import Step, Story
from mock_alipay.schema import Schemas
from mock_alipay.terms import WireFault

SCHEMAS = Schemas()


def story(text: str, name: str = "tale") -> Story:
    """The story in a text, its description added."""
    return read_text(name, f"description: A test.\n{text}", f"{name}.yaml", SCHEMAS)


def problems(text: str, name: str = "tale") -> Sequence[str]:
    """Everything that is wrong with the story in a text; its first line is line 2."""
    with pytest.raises(SetupError) as caught:
        story(text, name)
    return caught.value.problems


def steps(text: str) -> tuple[Step, ...]:
    """The steps of createPaymentSession."""
    return story(f"createPaymentSession: {text}").steps["createPaymentSession"]


def test_a_story_may_be_a_description_alone() -> None:
    """Everything then succeeds, and it claims nothing."""
    told = story("")
    assert (
        told.name,
        told.origin,
        told.description,
        told.match,
        told.count_by_client,
        told.steps,
    ) == ("tale", "tale.yaml", "A test.", (), False, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Step()),
        ("{result: CARD_NOT_SUPPORTED}", Step(result="CARD_NOT_SUPPORTED")),
        ("{message: no}", Step(message="no")),
        ("{delay: 300ms}", Step(delay=(0.3, 0.3))),
        ("{delay: {min: 100ms, max: 2s}}", Step(delay=(0.1, 2.0))),
        ("{delay: {min: 1s, max: 1000ms}}", Step(delay=(1.0, 1.0))),
        ("{fault: reset}", Step(fault=WireFault("reset"))),
        ("{fault: empty}", Step(fault=WireFault("empty"))),
        ("{fault: truncate}", Step(fault=WireFault("truncate"))),
        ("{fault: garbage}", Step(fault=WireFault("garbage"))),
        ("{fault: hang}", Step(fault=WireFault("hang"))),
        ("{fault: bad-signature}", Step(fault=WireFault("bad-signature"))),
        ("{fault: no-signature}", Step(fault=WireFault("no-signature"))),
        ("{fault: wrong-key}", Step(fault=WireFault("wrong-key"))),
        ("{fault: stale-time}", Step(fault=WireFault("stale-time"))),
        ("{fault: {status: 502}}", Step(fault=WireFault("status", 502))),
        ("{fault: {status: 400}}", Step(fault=WireFault("status", 400))),
        ("{fault: {status: 599}}", Step(fault=WireFault("status", 599))),
    ],
)
def test_a_step_is_read(text: str, expected: Step) -> None:
    """Every key of a step, with what stands for it when it is left out."""
    assert (expected,) == steps(text)
    assert (expected,) == steps(f"[{text}]")


def test_steps_are_read_in_order() -> None:
    """A list is played from the top."""
    assert [step.result for step in steps("[{result: UNKNOWN_EXCEPTION}, {}]")] == ["UNKNOWN_EXCEPTION", "SUCCESS"]


@pytest.mark.parametrize(("text", "by_client"), [("count: client", True), ("count: paymentRequestId", False)])
def test_what_is_counted_is_read(text: str, by_client: bool) -> None:
    """Per client id, or per paymentRequestId."""
    assert by_client == story(text).count_by_client


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("300ms", 0.3), ("1.5s", 1.5), ("2m", 120.0), ("0s", 0.0), ("0.001s", 0.001), ("999999ms", 999.999)],
)
def test_a_duration_is_read(duration: str, expected: float) -> None:
    """Milliseconds, seconds, minutes."""
    (step,) = steps(f"{{delay: {duration}}}")
    assert (expected, expected) == pytest.approx(step.delay)


@pytest.mark.parametrize(
    "duration",
    [
        *("", "3", "3 s", "3S", "3h", "-3s", "1e3ms", ".5s", "5.s", "1.2345s", "1234567ms", "3s\n"),
        *("2d", "1m30s", "PT5S"),
    ],
)
def test_what_is_no_duration_is_refused(duration: str) -> None:
    """With the line; what only a clock can be moved by is too long for a reply to wait."""
    written = duration.replace("\n", "\\n")
    (told,) = problems(f'createPaymentSession:\n  delay: "{written}"')
    assert told.startswith("tale.yaml:3: createPaymentSession.delay: expected a duration such as 300ms, 1.5s or 2m")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reslut: x", ["tale.yaml:2: reslut: ", "unknown name"]),
        ("createPaymentSesion: {}", ["tale.yaml:2: createPaymentSesion: ", "did you mean createPaymentSession?"]),
        ("inquiryPayment: {}", ["tale.yaml:2: inquiryPayment: ", "unknown name"]),
        ("<<: {count: client}", ["tale.yaml:2: <<: ", "unknown name"]),
        (
            "createPaymentSession:\n  reslut: SUCCESS",
            ["tale.yaml:3: createPaymentSession.reslut: ", "did you mean result?"],
        ),
        (
            "createPaymentSession:\n  result: CARD_NOT_SUPORTED",
            ["tale.yaml:3: createPaymentSession.result: ", "did you mean CARD_NOT_SUPPORTED?", '"CARD_NOT_SUPORTED"'],
        ),
        ("createPaymentSession:\n- {}\n- result: NO", ["tale.yaml:4: createPaymentSession[1].result: ", '"NO"']),
        ("createPaymentSession:\n  result: success", ["tale.yaml:3: ", "did you mean SUCCESS?"]),
        ("createPaymentSession:", ["tale.yaml:2: createPaymentSession: ", "null"]),
        ("createPaymentSession: SUCCESS", ["tale.yaml:2: createPaymentSession: ", '"SUCCESS"']),
        ("createPaymentSession: []", ["tale.yaml:2: createPaymentSession: ", "at least 1 element"]),
        ("createPaymentSession:\n  message: 5", ["tale.yaml:3: createPaymentSession.message: ", "the number 5"]),
        (
            "createPaymentSession:\n  delay: 5",
            ["tale.yaml:3: createPaymentSession.delay: ", "duration", "the number 5"],
        ),
        ("createPaymentSession:\n  delay: {min: 1s}", ["tale.yaml:3: createPaymentSession.delay.max: missing"]),
        ("createPaymentSession:\n  set: [a]", ["tale.yaml:3: createPaymentSession.set: ", "an array"]),
        (
            "createPaymentSession:\n  fault: resett",
            ["tale.yaml:3: createPaymentSession.fault: ", "did you mean reset?"],
        ),
        ("createPaymentSession:\n  fault: status", ["tale.yaml:3: createPaymentSession.fault: ", '"status"']),
        ("createPaymentSession:\n  fault: {status: 399}", ["tale.yaml:3: createPaymentSession.fault.status: ", "400"]),
        ("createPaymentSession:\n  fault: {status: 600}", ["tale.yaml:3: createPaymentSession.fault.status: ", "599"]),
        (
            'createPaymentSession:\n  fault: {status: "502"}',
            ["tale.yaml:3: createPaymentSession.fault.status: ", '"502"'],
        ),
        (
            "createPaymentSession:\n  fault: {status: 502, code: 1}",
            ["tale.yaml:3: createPaymentSession.fault.code: ", "status"],
        ),
        ("count: clients", ["tale.yaml:2: count: ", "did you mean client?"]),
        ("match: {}", ["tale.yaml:2: match: ", "at least 1 field"]),
        ("match:\n  body: {}", ["tale.yaml:3: match.body: ", "at least 1 field"]),
        ("match:\n  boddy: {a: 1}", ["tale.yaml:3: match.boddy: ", "did you mean body?"]),
        ("match:\n  body:\n    a: null", ["tale.yaml:4: match.body.a: ", "null"]),
        ("match:\n  body:\n    a: []", ["tale.yaml:4: match.body.a: ", "at least 1 element"]),
        ("match:\n  body:\n    a:\n    - {present: yes}", ["tale.yaml:5: match.body.a[0].present: ", "true or false"]),
        ("match:\n  headers:\n    a: {is: 1}", ["tale.yaml:4: match.headers.a", "present"]),
        ("match:\n  body:\n    a..b: 1", ["tale.yaml:4: match.body: ", "'a..b' is no path"]),
    ],
)
def test_a_mistake_is_told_with_file_line_and_hint(text: str, expected: list[str]) -> None:
    """Unknown keys, endpoints, codes and faults; wrong types; bad paths."""
    told = problems(text)[0]
    assert told.startswith(expected[0])
    for words in expected[1:]:
        assert words in told


@pytest.mark.parametrize("text", ["[]", "words", "5", "null", "---"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    """And told what a scenario is made of."""
    with pytest.raises(SetupError, match=r"^tale\.yaml:[12]: expected the keys of a scenario"):
        read_text("tale", text, "tale.yaml", SCHEMAS)


@pytest.mark.parametrize(("text", "words"), [("count: client", "missing"), ("description: ''", "at least 1 character")])
def test_a_description_is_required(text: str, words: str) -> None:
    """A story that nobody can explain is no story."""
    with pytest.raises(SetupError, match=f"^tale.yaml:1: description: .*{words}"):
        read_text("tale", text, "tale.yaml", SCHEMAS)


def test_several_mistakes_are_all_told() -> None:
    """Nobody wants to learn of them one by one."""
    told = problems(
        "count: all\n"
        "createPaymentSession:\n"
        "  reslut: SUCCESS\n"
        "  result: WRONG\n"
        "  delay: soon\n"
        "  fault: explode\n"
    )  # fmt: skip
    expected = ["tale.yaml:2:", "tale.yaml:4:", "tale.yaml:5:", "tale.yaml:6:", "tale.yaml:7:"]
    assert expected == sorted(problem.split(" ")[0] for problem in told)


def test_mistakes_that_only_reading_finds_are_all_told_too() -> None:
    """Paths, placeholders and ranges, each with its own line."""
    told = problems(
        "match:\n"
        "  body:\n"
        "    a..b: 1\n"
        "    c[: 1\n"
        "createPaymentSession:\n"
        "  - delay:\n"
        "      {min: 2s, max: 1s}\n"
        "  - set:\n"
        '      a: "${requst.x}"\n'
        "      b..c: 1\n"
        "      d[0]: 1\n",
        name="a--b",
    )
    expected = [
        ("a--b.yaml:", "a--b"),
        ("a--b.yaml:4:", "'a..b' is no path"),
        ("a--b.yaml:5:", "'c[' is no path"),
        ("a--b.yaml:7:", "createPaymentSession[0].delay: min 2s is more than max 1s"),
        ("a--b.yaml:10:", "createPaymentSession[1].set.a: unknown placeholder ${requst.x}"),
        ("a--b.yaml:11:", "createPaymentSession[1].set.b..c: 'b..c' is no path"),
        ("a--b.yaml:12:", "createPaymentSession[1].set.d[0]: 'd[0]' names an element of an array"),
    ]
    assert len(expected) == len(told)
    for (place, words), problem in zip(expected, told, strict=True):
        assert problem.startswith(place)
        assert words in problem


@pytest.mark.parametrize("name", ["a", "a-b", "A.b_c-1", "9", "a" * 60])
def test_a_good_name_is_taken(name: str) -> None:
    """Letters, digits, dots, underlines and single dashes, up to sixty."""
    assert name == story("", name).name


@pytest.mark.parametrize("name", ["", "a--b", "-a", ".a", "a b", "ä", "a/b", "a" * 61, "a--", "a\n"])
def test_a_bad_name_is_refused(name: str) -> None:
    """Two dashes end a name inside a paymentRequestId, so no name has them."""
    (told,) = problems("", name)
    assert "1 to 60 letters, digits" in told


def one_match(text: str) -> Story:
    """A story with this match."""
    return story(f"match: {text}")


@pytest.mark.parametrize(
    ("one", "other", "tied"),
    [
        ("{clientId: a}", "{clientId: a}", True),
        ("{clientId: a}", "{clientId: b}", False),
        ("{clientId: [a, b]}", "{clientId: [b, c]}", True),
        ("{clientId: [a, b]}", "{clientId: [c, d]}", False),
        ("{clientId: a*}", "{clientId: a*}", True),
        ("{clientId: a*}", "{clientId: '*z'}", True),
        ("{clientId: a*}", "{clientId: b*}", False),
        ("{clientId: abc}", "{clientId: a*}", False),
        ("{clientId: [abc, x*]}", "{clientId: ab*}", True),
        ("{body: {a: abc, b: x*}}", "{body: {a: a*, b: xyz}}", True),
        ("{body: {a: abc, b: x*}}", "{body: {a: a*, b: abc}}", False),
        ("{body: {a: 1}}", "{body: {b: 1}}", False),
        ("{body: {a: 1}}", "{headers: {a: 1}}", False),
        ("{headers: {X-A: 1}}", "{headers: {x-a: 1}}", True),
        ("{body: {a: 1}}", "{body: {a: 1, b: 1}}", False),
        ("{body: {a: 1, b: 1}}", "{body: {b: 1, a: 1}}", True),
        ("{body: {a: 1, b: 1}}", "{body: {a: 1, b: 2}}", False),
        ("{body: {a: {present: true}}}", "{body: {a: {present: true}}}", True),
        ("{body: {a: {present: true}}}", "{body: {a: {present: false}}}", False),
        ("{body: {a: {present: true}}}", "{body: {a: 1}}", False),
    ],
)
def test_two_stories_tie_when_they_claim_a_call_with_equal_right(one: str, other: str, tied: bool) -> None:
    """Same places, same weight, and a call that fits both; the more particular of two never ties."""
    assert tied == one_match(one).ties_with(one_match(other))
    assert tied == one_match(other).ties_with(one_match(one))


def test_an_unknown_placeholder_in_a_message_is_told() -> None:
    """At its own line."""
    (problem,) = problems("createPaymentSession:\n  result: PROCESS_FAIL\n  message: ${secret}")
    assert problem.startswith("tale.yaml:4: createPaymentSession.message: unknown placeholder ${secret}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{set: {result.resultCode: OWN}}", True),
        ("{set: {result: {resultCode: OWN}}}", True),
        ("{set: {result.resultCode: null}}", True),
        ("[{}, {set: {result.resultCode: OWN}}]", True),
        ("{set: {result.resultMessage: x, resultCode: x, a.result: x}}", False),
        ("{message: 'by ${clientId}'}", False),
        ("{result: PROCESS_FAIL}", False),
    ],
)
def test_a_story_tells_whether_it_makes_up_result_codes(written: str, expected: bool) -> None:
    """Then any code may be looked for in the journal."""
    assert expected == story(f"createPaymentSession: {written}").sets_result_code
    assert not story("").sets_result_code
