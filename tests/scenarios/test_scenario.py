"""A scenario file is read whole, or refused with the line of everything wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.contracts.names import Act
from mock_alipay.errors import SetupError
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.step import Step
from tests.scenarios.loading import VOCABULARY, problems, read_text, scenario


def test_a_scenario_may_be_a_description_alone() -> None:
    """Everything then succeeds, and it claims nothing."""
    told = scenario("")
    assert (
        told.name,
        told.origin,
        told.description,
        told.match,
        told.count_by_client,
        told.steps,
        told.buyer,
        told.notification_steps,
    ) == ("tale", "tale.yaml", "A test.", (), False, {}, (), {})


def test_a_scenario_tells_of_every_endpoint_the_buyer_and_every_notification() -> None:
    """Each under its own name, none among the others."""
    steps = ["createPaymentSession", "pay", "consult", "inquiryPayment", "cancel", "capture", "refund", "inquiryRefund"]
    notification_steps = ["notifyPayment", "notifyCapture", "notifyRefund"]
    told = scenario(
        "".join(f"{name}: {{message: {name}}}\n" for name in steps + notification_steps) + "buyer: {action: pay}"
    )
    assert {f"payments/{name}": (Step(message=name),) for name in steps} == told.steps
    assert {
        f"payments/{name}": (NotificationStep(message=name),) for name in notification_steps
    } == told.notification_steps
    assert (Act("pay"),) == told.buyer


def test_lists_are_read_in_order() -> None:
    """They are played from the top."""
    told = scenario(
        "pay: [{result: RISK_REJECT}, {}]\n"
        "buyer: [{action: challenge}, {action: pay, after: 3s}]\n"
        "notifyPayment: [{drop: true}, {}]\n"
    )
    assert (Step("RISK_REJECT"), Step()) == told.steps["payments/pay"]
    assert (Act("challenge"), Act("pay", timedelta(seconds=3))) == told.buyer
    assert (NotificationStep(drop=True), NotificationStep()) == told.notification_steps["payments/notifyPayment"]


@pytest.mark.parametrize(("text", "by_client"), [("count: client", True), ("count: paymentRequestId", False)])
def test_what_is_counted_is_read(text: str, by_client: bool) -> None:
    """Per client id, or per paymentRequestId."""
    assert by_client == scenario(text).count_by_client


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reslut: x", ["tale.yaml:2: reslut: ", "unknown name"]),
        ("createPaymentSesion: {}", ["tale.yaml:2: createPaymentSesion: ", "did you mean createPaymentSession?"]),
        ("inquiryPaymnt: {}", ["tale.yaml:2: inquiryPaymnt: ", "did you mean inquiryPayment?"]),
        ("notifypayment: {}", ["tale.yaml:2: notifypayment: ", "did you mean notifyPayment?"]),
        ("buyers: {action: pay}", ["tale.yaml:2: buyers: ", "did you mean buyer?"]),
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
        (
            f"match:\n  body:\n    a: 1\n    b: ['*{'b' * 256}']",
            ["tale.yaml:5: match.body: ", "the glob '*bbb", "has 257 characters, expected at most 256"],
        ),
        (
            f"match:\n  clientId: a\n  headers: {{{', '.join(f'x{n}: 1' for n in range(100))}}}",
            ["tale.yaml:2: match: ", "expected at most 100 conditions, got 101"],
        ),
        ("match:\n  body:\n    a..b: 1", ["tale.yaml:4: match.body: ", "'a..b' is not a path"]),
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
        read_text("tale", text, "tale.yaml", VOCABULARY)


@pytest.mark.parametrize(("text", "words"), [("count: client", "missing"), ("description: ''", "at least 1 character")])
def test_a_description_is_required(text: str, words: str) -> None:
    """A scenario that nobody can explain is no scenario."""
    with pytest.raises(SetupError, match=f"^tale.yaml:1: description: .*{words}"):
        read_text("tale", text, "tale.yaml", VOCABULARY)


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
        "      d[0]: 1\n"
        "buyer:\n"
        "- action: pay\n"
        "  after: 9999d\n"
        "notifyPayment:\n"
        "  set:\n"
        "    e..f: 1\n",
        name="a--b",
    )
    expected = [
        ("a--b.yaml:", "a--b"),
        ("a--b.yaml:4:", "'a..b' is not a path"),
        ("a--b.yaml:5:", "'c[' is not a path"),
        ("a--b.yaml:7:", "createPaymentSession[0].delay: min 2s is more than max 1s"),
        ("a--b.yaml:10:", "createPaymentSession[1].set.a: unknown placeholder ${requst.x}"),
        ("a--b.yaml:11:", "createPaymentSession[1].set.b..c: 'b..c' is not a path"),
        ("a--b.yaml:12:", "createPaymentSession[1].set.d[0]: 'd[0]' names an element of an array"),
        ("a--b.yaml:15:", "buyer[0].after: 9999d is too long, at most 3650d"),
        ("a--b.yaml:18:", "notifyPayment.set.e..f: 'e..f' is not a path"),
    ]
    assert len(expected) == len(told)
    for (place, words), problem in zip(expected, told, strict=True):
        assert problem.startswith(place)
        assert words in problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "createPaymentSession: {set: {result..x: 1}}\nnotifyPayment: {after: notifyPayment}\ncount: 1\n",
            ["2: createPaymentSession.set.result..x", "3: notifyPayment.after", "4: count"],
        ),
        (
            "match: {body: {order..x: 1, a: {presnt: true}}}\npay:\n- set: {a..b: 1}\n  delay: 3x\n- sett: {}\n",
            ["2: match.body", "2: match.body.a.", "4: pay[0].set.a..b", "5: pay[0].delay", "6: pay[1].sett"],
        ),
        (
            "buyer: [{after: 9999d}, {actio: pay}]\npay: {set: {a..b: 1}}\n",
            ["2: buyer[0]", "2: buyer[1]", "3: pay.set"],
        ),
        (
            "count: all\npay:\n  reslut: SUCCESS\n  result: WRONG\n  delay: soon\n  fault: explode\n",
            ["2: count", "4: pay.reslut", "5: pay.result", "6: pay.delay", "7: pay.fault"],
        ),
        (
            "descriptio: 1\npay: 3\nrefund: {delay: {min: 2s, max: 1s}}\n",
            ["2: descriptio", "3: pay", "4: refund.delay"],
        ),
    ],
)
def test_what_the_schema_finds_and_what_reading_finds_is_told_together(text: str, expected: list[str]) -> None:
    """By line, so that one run is enough to put all of it right."""
    told = problems(text)
    assert sorted(told, key=lambda problem: int(problem.split(":")[1])) == list(told)
    for start in expected:
        assert any(problem.startswith(f"tale.yaml:{start}") for problem in told), told


@pytest.mark.parametrize("name", ["a", "a-b", "A.b_c-1", "9", "a" * 60])
def test_a_good_name_is_taken(name: str) -> None:
    """Letters, digits, dots, underlines and single dashes, up to sixty."""
    assert name == scenario("", name).name


@pytest.mark.parametrize("name", ["", "a--b", "-a", ".a", "a b", "ä", "a/b", "a" * 61, "a--", "a\n"])
def test_a_bad_name_is_refused(name: str) -> None:
    """Two dashes end a name inside a paymentRequestId, so no name has them."""
    (told,) = problems("", name)
    assert "1 to 60 letters, digits" in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "notifyPayment: {after: notifyCapture}\nnotifyCapture:\n- after: notifyPayment",
            "tale.yaml:2: notifyPayment waits for notifyCapture waits for notifyPayment: none would ever be sent",
        ),
        (
            (
                "notifyPayment: {after: notifyRefund}\n"
                "notifyRefund: {after: notifyCapture}\n"
                "notifyCapture:\n  after: notifyRefund"
            ),
            "tale.yaml:3: notifyRefund waits for notifyCapture waits for notifyRefund: none would ever be sent",
        ),
    ],
)
def test_notifications_that_wait_for_one_another_are_refused(text: str, expected: str) -> None:
    """With those that do, and the line of one."""
    assert [expected] == list(problems(text))


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
def test_a_scenario_tells_whether_it_makes_up_result_codes(written: str, expected: bool) -> None:
    """Then any code may be looked for in the journal."""
    for name in ("createPaymentSession", "refund", "notifyRefund"):
        assert expected == scenario(f"{name}: {written}").sets_result_code
    assert not scenario("").sets_result_code
