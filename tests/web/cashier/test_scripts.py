"""The scripts of the pages and the drop-in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from mock_alipay.version import __version__
from mock_alipay.web.cashier import scripts

FOLDER = Path(scripts.__file__).parent
MODULES = {
    "entry.js": """// Notes.
import { b, C } from "./b.js";
import { a } from "./a.js";

export const entry = [a, b, C];
""",
    "a.js": """/**
 * What a is.
 */
export const a = `1 // ${2}`;
function hidden() {
  // why
  return a;
}
""",
    "b.js": """import {
  a,
} from "./a.js";
export async function b() {}
export class C {
  /** It. */
  x = a;
}
""",
}
CLASSES = (
    "AMSCheckout AMSCashierPayment AMSVaulting AMSEasyPay AMSAutoDebit AMSAutoDebitPay AMSElement AntomElement "
    "AddressElement AMSCheckoutPage AMSPaymentElement loadAntom"
)
ENUMS = (
    "ComponentSignEnum ComponentSignEnumV2 ConnectErrorCode DisplayTypeEnum ElementType EnvironmentEnum "
    "EventLoggingEventId InterActionTypeEnum MessageName PaymentAmountEnum PaymentElementLayout "
    "PaymentMethodCategoryTypeEnum PaypalMethodEnum PlatformEnum ProductSceneEnum ProductSceneVersion RedirectType "
    "RiskSdkInfoEnum TargetEnum ThemeType checkoutDisplayEnum errorEnum eventCodeEnum localeEnum modeEnum "
    "networkModeEnum osTypeEnum payPalConfigurationIntentEnum redirectTypeEnum terminalTypeEnum"
)
EXPORTS = {
    "umd": re.compile(r"Object\.assign\(window, \{ (.+) \}\);"),
    "esm": re.compile(r"^export \{ (.+) \};$", re.MULTILINE),
}


def folder_with(folder: Path, **modules: str) -> Path:
    """A folder of modules: the sound ones, changed."""
    for name, text in {**MODULES, **{f"{name}.js": text for name, text in modules.items()}}.items():
        (folder / name).write_text(text)
    return folder


def test_modules_become_one_text(tmp_path: Path) -> None:
    """Each once, after those that it needs, without imports, exports, comments and indentation."""
    a = "const a = `1 // ${2}`;\nfunction hidden() {\nreturn a;\n}\n"
    b = "async function b() {}\nclass C {\nx = a;\n}\n"
    assert f"{a}{b}const entry = [a, b, C];\n" == scripts.bundle(folder_with(tmp_path), "entry.js")


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ('import { entry } from "./entry.js";\n', "modules import each other: entry.js -> b.js -> entry.js"),
        ('import b from "./a.js";\n', 'b.js: this form cannot be part of one script: import b from "./a.js";'),
        ("export default 1;\n", "b.js: this form cannot be part of one script: export default 1;"),
        ("export const b = `1\n2`;\n", "b.js: this form cannot be part of one script: const b = `1"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, module: str, reason: str) -> None:
    """Cycles, other forms of import and export, and texts over several lines."""
    with pytest.raises(ValueError, match=re.escape(reason)):
        scripts.bundle(folder_with(tmp_path, b=module), "entry.js")


@pytest.mark.parametrize("name", ["cashier.js", "wallet.js"])
def test_a_page_has_one_script(name: str) -> None:
    """It leaves no names behind, and is composed once."""
    script = scripts.page_script(name)
    assert script.startswith('(() => {\n"use strict";\n')
    assert script.endswith("\n})();\n")
    assert script is scripts.page_script(name)


@pytest.mark.parametrize("form", get_args(scripts.Form))
def test_the_drop_in_offers_what_the_real_one_does(form: scripts.Form) -> None:
    """The exports of npm 1.47.2, and two of the vendor's v2; one request, small, with our version."""
    script = scripts.drop_in(form)
    found = EXPORTS[form].search(script)
    assert found
    assert {*CLASSES.split(), *ENUMS.split()} == set(found[1].split(", "))
    assert ("export default AMSCheckout;\n" in script) == (form == "esm")
    assert (True, 1) == (len(script) < 40_000, script.count(f'"{__version__}"'))
    assert script.isascii()  # so that it is read correctly whatever a page or a shell takes its encoding for
    assert script is scripts.drop_in(form)


@pytest.mark.parametrize("folder", ["page", "drop_in"])
def test_names_are_unique_in_a_folder(folder: str) -> None:
    """The modules of a script share one scope."""
    top_level = re.compile(r"^(?:export )?(?:async )?(?:const|class|function) (\w+)", re.MULTILINE)
    found = [name for file in sorted((FOLDER / folder).glob("*.js")) for name in top_level.findall(file.read_text())]
    assert sorted({name for name in found if found.count(name) > 1}) == []


def test_no_module_parses_markup() -> None:
    """Text of sessions is set as text."""
    for file in FOLDER.glob("*/*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", file.read_text()), file
