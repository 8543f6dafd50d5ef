"""A template stands for one scenario per value; what is wrong with it is told by its lines, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Scenario, Step
from mock_alipay.scenarios.lint import lint
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.scenarios.yaml_document import read
from tests.scenarios.loading import VOCABULARY, read_text

DECLINED = "description: Declined with ${each.code}.\nbuyer: {action: decline, code: '${each.code}'}\n"


def made(text: str, name: str = "tale") -> dict[str, Scenario]:
    """The scenarios of a text, by name."""
    return {scenario.name: scenario for scenario in parse_scenarios(read(text, f"{name}.yaml"), name, VOCABULARY)}


def problems(text: str) -> tuple[str, ...]:
    """Everything that is wrong with a template."""
    with pytest.raises(SetupError) as caught:
        made(text)
    return caught.value.problems


def test_a_template_stands_for_one_scenario_per_value() -> None:
    """As if each had a file of its own, but for where it comes from."""
    found = made(f"each: {{code: [RISK_REJECT, DO_NOT_HONOR]}}\n{DECLINED}", "declined")
    assert ["declined-risk-reject", "declined-do-not-honor"] == list(found)
    for code, (name, scenario) in zip(("RISK_REJECT", "DO_NOT_HONOR"), found.items(), strict=True):
        assert read_text(name, DECLINED.replace("${each.code}", code), "declined.yaml", VOCABULARY) == scenario


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("RISK_REJECT", "risk-reject"),
        ("createPaymentSession", "create-payment-session"),
        ("GooglePay.v2", "google-pay-v2"),
        ("*@shop.example", "shop-example"),
        (502, "502"),
        (-1.5, "1-5"),
        (True, "true"),
    ],
)
def test_the_value_in_kebab_case_ends_the_name(value: Any, name: str) -> None:
    """Whatever it is made of."""
    text = f"each: {{any: [{json.dumps(value)}]}}\ndescription: With ${{each.any}}.\n"
    assert [f"tale-{name}"] == list(made(text))


def test_the_value_stands_wherever_it_is_named() -> None:
    """In keys, within longer texts and within other placeholders; alone it keeps its type; escaped it stays away."""
    (scenario,) = made(
        "each: {status: [502]}\n"
        "description: ${each.status} and $${each.status}.\n"
        "match: {headers: {'x-${each.status}': 'a-${each.status}*'}}\n"
        "pay: [{fault: {status: '${each.status}'}}, {message: '${header.x-${each.status}}'}]\n"
    ).values()
    expected = read_text(
        "tale-502",
        "description: 502 and $${each.status}.\n"
        "match: {headers: {x-502: a-502*}}\n"
        "pay: [{fault: {status: 502}}, {message: '${header.x-502}'}]\n",
        "tale.yaml",
        VOCABULARY,
    )
    assert (expected.description, expected.match) == (scenario.description, scenario.match)
    assert [step.fault for step in expected.steps["payments/pay"]] == [
        step.fault for step in scenario.steps["payments/pay"]
    ]


def test_the_value_may_be_an_endpoint() -> None:
    """Then each scenario has steps for another."""
    found = made("each: {call: [pay, refund]}\ndescription: x.\n${each.call}: {result: PROCESS_FAIL}\n")
    assert [{"payments/pay": (Step("PROCESS_FAIL"),)}, {"payments/refund": (Step("PROCESS_FAIL"),)}] == [
        scenario.steps for scenario in found.values()
    ]


def test_values_may_have_texts() -> None:
    """So that descriptions say more than the value."""
    each = "each:\n  code:\n    RISK_REJECT: risk control refuses\n    DO_NOT_HONOR: the issuer declines\n"
    found = made(f"{each}description: Declined, as ${{each.code.text}}.\npay: {{result: '${{each.code}}'}}\n")
    assert [
        ("Declined, as risk control refuses.", "RISK_REJECT"),
        ("Declined, as the issuer declines.", "DO_NOT_HONOR"),
    ] == [(scenario.description, scenario.steps["payments/pay"][0].result) for scenario in found.values()]


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        ("", "1: each: expected a JSON object, got null"),
        ("[A]", "1: each: expected a JSON object, got an array"),
        ("{}", "1: each: expected at least 1 field"),
        ("{code: [A], other: [B]}", "1: each: expected one variable, such as code: "),
        ("{a.b: [A]}", "1: each: expected a name of letters, digits, - and _, got "),
        ("{code: A}", "1: each.code: expected a JSON array, got "),
        ("{code: []}", "1: each.code: expected at least 1 element"),
        ("{code: {}}", "1: each.code: expected at least 1 field"),
        ("{code: [A, [B]]}", "1: each.code[1]: expected a string, a number, true or false, got an array"),
        ("{code: [A, null]}", "1: each.code[1]: expected a string, a number, true or false, got null"),
        ("{code: {A: 1}}", "1: each.code.A: expected a JSON string, got the number 1"),
        (f"{{code: [{'A' * 61}]}}", "1: each.code[0]: expected at most 60 characters, got 61"),
        (f"{{code: {{{'A' * 61}: x}}}}", "1: each.code: expected at most 60 characters, got 61"),
        ("{code: [A, '*']}", "1: each.code[1]: expected a value with letters or digits, got '*'"),
        ("\n  code:\n  - A_B\n  - a-b", "4: each.code[1]: a-b and A_B both make the scenario tale-a-b"),
        ("{other: [A]}", "2: description: unknown placeholder ${each.code}; known are ${each.other}"),
        (
            "{code: {A: x}}\npay: {message: '${each.text}'}",
            "2: pay.message: unknown placeholder ${each.text}; known are ",
        ),
        ("{code: [A]}\npay: {message: '${each.code'}", "2: pay.message: unknown placeholder ${each.code; known are "),
        ("{code: [A]}\n${each.x}: {}", "2: ${each.x}: unknown placeholder ${each.x}; known are ${each.code}"),
        ("{code: [pay]}\n${each.code}: {}\npay: {}", "1: each: the key pay would appear twice"),
    ],
)
def test_what_is_wrong_with_a_template_is_told(each: str, expected: str) -> None:
    """With the line, what was expected and what was found."""
    (problem,) = problems(f"each: {each}\ndescription: '${{each.code}}'\n")
    assert problem.startswith(f"tale.yaml:{expected}")


def test_a_template_that_names_its_variable_nowhere_is_refused() -> None:
    """All its scenarios would be alike."""
    (problem,) = problems("description: x.\neach: {code: [A, B]}\n")
    assert problem.startswith("tale.yaml:2: each: expected ${each.code} in the scenario, found none")


@pytest.mark.parametrize("set_", ["[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "x" * 100])
def test_a_template_stands_for_no_more_than_there_is_time_for(set_: str) -> None:
    """A request could hold a thousand values, and a scenario that takes a second for each."""
    fields = "".join(f"    f{number}: {set_}\n" for number in range(100))
    values = ", ".join(map(str, range(100)))
    text = f"each: {{n: [{values}]}}\ndescription: With ${{each.n}}.\npay:\n  set:\n{fields}"
    assert problems(text) == ("tale.yaml:1: each: 100 values are too many for a scenario as long as this",)
    assert 5 == len(made(text.replace(values, "1, 2, 3, 4, 5")))


def test_what_is_wrong_with_all_scenarios_of_a_template_is_told_once() -> None:
    """By the template's lines; what is wrong with some values, for each of them."""
    text = "each: {code: [RISK_REJECT, RISK_REJCT, NONE]}\n"
    told = problems(f"{text}{DECLINED}pay:\n  delay: ${{each.code}}\n  ${{each.code}}: x\n  reslut: x\n")
    assert [
        ("tale.yaml:3: buyer.code", 'the string "RISK_REJCT"'),
        ("tale.yaml:3: buyer.code", 'the string "NONE"'),
        ("tale.yaml:5: pay.delay", 'the string "RISK_REJECT"'),
        ("tale.yaml:6: pay.RISK_REJECT", "an unknown name"),
        ("tale.yaml:7: pay.reslut", "an unknown name"),
    ] == [(problem.partition(": expected")[0], problem.rpartition(", got ")[2]) for problem in told]


def test_fields_that_look_misspelt_are_told_once() -> None:
    """Though each scenario of the template has them."""
    text = f"each: {{code: [RISK_REJECT, DO_NOT_HONOR]}}\n{DECLINED}match: {{body: {{order.gods: x}}}}\n"
    told = lint(read(text, "tale.yaml"), VOCABULARY)
    assert ["tale.yaml:4: match.body.order.gods: not documented, did you mean order.goods?"] == told


def test_a_template_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    """Its scenarios replace shipped ones of their names and no others, and a misspelt name is told of them."""
    text = "each: {code: [RISK_REJECT, MINE]}\ndescription: Own ${each.code}.\n"
    (tmp_path / "declined.yaml").write_text(text)
    shipped, library = Library.load([], VOCABULARY), Library.load([tmp_path], VOCABULARY)
    assert {"declined-mine"} == set(library) - set(shipped)
    own = [name for name, scenario in library.items() if scenario.origin == str(tmp_path / "declined.yaml")]
    assert ["declined-mine", "declined-risk-reject"] == own
    assert "did you mean declined-mine?" in library.unknown("declined-mne")
