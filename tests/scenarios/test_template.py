"""A template becomes one scenario per value; its problems are reported by its own lines, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Scenario
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.scenarios.yaml_document import read
from tests.scenarios.loading import VOCABULARY, read_text

DECLINED = "description: Declined with ${each.code}.\nbuyer: {action: decline, code: '${each.code}'}\n"


def made(text: str, name: str = "tale") -> dict[str, Scenario]:
    return {scenario.name: scenario for scenario in parse_scenarios(read(text, f"{name}.yaml"), name, VOCABULARY)}


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SetupError) as caught:
        made(text)
    return caught.value.problems


def test_a_template_becomes_one_scenario_per_value() -> None:
    """Each is as if it had its own file."""
    scenarios = made(f"each: {{code: [RISK_REJECT, DO_NOT_HONOR]}}\n{DECLINED}", "declined")
    assert {
        name: read_text(name, DECLINED.replace("${each.code}", code), "declined.yaml", VOCABULARY)
        for name, code in (("declined-risk-reject", "RISK_REJECT"), ("declined-do-not-honor", "DO_NOT_HONOR"))
    } == scenarios


@pytest.mark.parametrize(
    ("value", "name"),
    [("createPaymentSession", "create-payment-session"), ("*@shop.v2", "shop-v2"), (-1.5, "1-5"), (True, "true")],
)
def test_a_name_ends_with_the_value_in_kebab_case(value: Any, name: str) -> None:
    """Values have any type."""
    assert [f"tale-{name}"] == list(made(f"each: {{any: [{json.dumps(value)}]}}\ndescription: With ${{each.any}}.\n"))


def test_the_value_replaces_its_placeholder_everywhere() -> None:
    """In keys, longer texts and other placeholders; alone it keeps its type; ``$${`` stays."""
    rest = (
        "match: {headers: {'x-${each.status}': 'a-${each.status}*'}}\n"
        "pay: [{fault: {status: '${each.status}'}}, {message: 'no ${each.status}'}]\n"
        "refund: {message: '${header.x-${each.status}}'}\n"
    )
    (made_,) = made(f"each: {{status: [502]}}\ndescription: ${{each.status}} and $${{each.status}}.\n{rest}").values()
    filled = rest.replace("'${each.status}'", "502").replace("${each.status}", "502")
    expected = read_text("tale-502", f"description: 502 and $${{each.status}}.\n{filled}", "tale.yaml", VOCABULARY)
    assert (expected.description, expected.match) == (made_.description, made_.match)
    assert expected.steps["payments/pay"] == made_.steps["payments/pay"]


def test_a_value_may_be_an_endpoint() -> None:
    """Values may have texts too."""
    each = "each: {call: {pay: paying, refund: refunding}}\n"
    scenarios = made(f"{each}description: No ${{each.call.text}}.\n${{each.call}}: {{result: PROCESS_FAIL}}\n")
    assert [("No paying.", ["payments/pay"]), ("No refunding.", ["payments/refund"])] == [
        (scenario.description, list(scenario.steps)) for scenario in scenarios.values()
    ]


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        ("[A]", "1: each: expected a JSON object, got an array"),
        ("{a.b: [A]}", "1: each: expected a name of letters, digits, - and _"),
        ("{code: A}", "1: each.code: expected a JSON array"),
        ("{code: []}", "1: each.code: expected at least 1 element"),
        ("{code: [A, null]}", "1: each.code[1]: expected a string, a number, true or false, got null"),
        (f"{{code: [{'A' * 61}]}}", "1: each.code[0]: expected at most 60 characters, got 61"),
        (f"{{code: {{{'A' * 61}: x}}}}", "1: each.code: expected at most 60 characters, got 61"),
        ("{code: [A, '*']}", "1: each.code[1]: expected a value with letters or digits"),
        ("\n  code:\n  - A_B\n  - a-b", "4: each.code[1]: a-b and A_B both make the scenario tale-a-b"),
        ("{code: {A: x, a: y}}", "1: each.code.a: a and A both make"),
        ("{other: [A]}", "2: description: unknown placeholder ${each.code}; known are ${each.other}"),
        ("{code: {A: x}}\npay: {message: '${each.text}'}", "2: pay.message: unknown placeholder ${each.text}"),
        ("{code: [A]}\npay: {message: '${each.code'}", "2: pay.message: unknown placeholder ${each.code;"),
        ("{code: [A]}\n${each.x}: {}", "2: ${each.x}: unknown placeholder ${each.x}; known are ${each.code}"),
        ("{code: [pay]}\n${each.code}: {}\npay: {}", "1: each: the key pay would appear twice"),
    ],
)
def test_an_invalid_template_is_refused_with_its_line(each: str, expected: str) -> None:
    """The problem says what was expected."""
    (problem,) = problems(f"each: {each}\ndescription: '${{each.code}}'\n")
    assert problem.startswith(f"tale.yaml:{expected}")


def test_unknown_placeholders_are_reported_with_everything_else() -> None:
    """In the order of the lines; what only follows from an unknown placeholder is not reported."""
    pay = "pay:\n  result: NOPE\n  message: ${each.cod}\n  set: {a: '${each.code}'}\n"
    found = problems(
        f"description: x.\neach: {{code: [A, B]}}\n{pay}buyer:\n  action: ${{each.x}}\nrefund: {{reslut: x}}\n"
    )
    places = ["4: pay.result", "5: pay.message", "8: buyer.action", "9: refund.reslut"]
    assert places == [": ".join(problem.removeprefix("tale.yaml:").split(": ")[:2]) for problem in found]


def test_a_template_must_use_its_variable() -> None:
    """Otherwise all its scenarios would be alike."""
    (problem,) = problems("description: x.\neach: {code: [A, B]}\n")
    assert problem.startswith("tale.yaml:2: each: expected ${each.code} in the scenario, found none")


@pytest.mark.parametrize("value", ["[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "x" * 100])
def test_the_size_of_all_scenarios_of_a_template_is_limited(value: str) -> None:
    """Many values are refused for a long scenario, and a few are accepted."""
    fields = "".join(f"    f{number}: {value}\n" for number in range(100))
    values = ", ".join(map(str, range(100)))
    text = f"each: {{n: [{values}]}}\ndescription: With ${{each.n}}.\npay:\n  set:\n{fields}"
    assert ("tale.yaml:1: each: 100 values are too many for a scenario as long as this",) == problems(text)
    assert 5 == len(made(text.replace(values, "1, 2, 3, 4, 5")))


def test_a_problem_of_all_scenarios_is_reported_once() -> None:
    """A problem of some values is reported for each of them."""
    each = "each: {code: [RISK_REJECT, RISK_REJCT, NONE]}\n"
    found = problems(f"{each}{DECLINED}pay:\n- delay: ${{each.code}}\n  ${{each.code}}: x\n  reslut: x\n")
    assert [
        ("tale.yaml:3: buyer.code", 'the string "RISK_REJCT"'),
        ("tale.yaml:3: buyer.code", 'the string "NONE"'),
        ("tale.yaml:5: pay[0].delay", 'the string "RISK_REJECT"'),
        ("tale.yaml:6: pay[0].RISK_REJECT", "an unknown name"),
        ("tale.yaml:7: pay[0].reslut", "an unknown name"),
    ] == [(problem.partition(": expected")[0], problem.rpartition(", got ")[2]) for problem in found]
