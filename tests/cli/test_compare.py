"""``compare``: the replies of two gateways."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.signing import keys
from tests.cli.conftest import Command, Ended
from tests.live import SANDBOX_PATH, Live, letters, live, sample, signed_headers


@pytest.fixture(scope="module")
def altered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with another contract: cancel needs a paymentId, consult has other options; and it signs nothing."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(FOLDER / CURRENT, folder / CURRENT)
    edit(
        folder / CURRENT / "payments" / "cancel.json", lambda cancel: cancel.update(required=["paymentId"], anyOf=[{}])
    )
    edit(
        folder / CURRENT / "paymentOptions.json", lambda options: options["methods"][0]["detail"].update(funding="ANY")
    )
    with live(Config(seed=2, signatures="off"), contract=load(within=folder)) as running:
        yield running


def edit(file: Path, change: Any) -> None:
    """Change the JSON of a file."""
    document = json.loads(file.read_text("utf-8"))
    change(document)
    file.write_text(json.dumps(document), "utf-8")


@pytest.fixture
def compare(command: Command, gateway: Live) -> Command:
    """Runs ``compare`` at the shared gateway, against another one or its own URL."""

    def run(*arguments: str, against: Live = gateway) -> Ended:
        return command("compare", "--url", gateway.config.url, "--against", against.config.url, *arguments)

    return run


def test_the_same_gateway_does_not_differ(compare: Command) -> None:
    """All samples are sent twice, again and again, and no id collides."""
    for _ in range(2):
        ended = compare()
        ended.expect(
            0, ("createPaymentSession: SUCCESS: no differences\n", "pay: PAYMENT_IN_PROCESS: no differences\n")
        )
        assert 8 == ended.out.count("no differences")


def test_an_altered_contract(compare: Command, altered: Live) -> None:
    """Result codes, fields, types and headers that differ are printed, and the exit code is 1."""
    ended = compare("cancel", "consult", "--ignore", "headers.client-id", against=altered)
    ended.expect(
        1,
        (
            "cancel: ",
            "PARAM_ILLEGAL there: ",
            "  header  headers.signature: algorithm=RSA256,keyVersion=1,signature=… here, absent there\n",
            "  result  result.resultCode: ",
            "  type    paymentOptions.0.",
            ": array here, string there\n",
        ),
    )


def test_ignored_differences(compare: Command, altered: Live) -> None:
    """Patterns of paths; the number is printed."""
    flags = ("--ignore", "headers.*", "--ignore", "paymentOptions.*")
    compare("consult", *flags, against=altered).expect(0, "consult: SUCCESS: no differences, 2 ignored\n")


def test_json_and_report(compare: Command, altered: Live, tmp_path: Path) -> None:
    """Both have every request with its differences, and the report is one whole file."""
    report = tmp_path / "report.md"
    ended = compare("consult", "--json", "--report", str(report), against=altered)
    data = json.loads(ended.out)
    (request,) = data["requests"]
    assert (1, altered.config.url, "SUCCESS", len(request["differences"])) == (
        ended.code,
        data["there"],
        request["here"]["result"],
        data["differences"],
    )
    assert (
        "| header | `headers.signature` | `algorithm=RSA256,keyVersion=1,signature=…` | `absent` |"
        in report.read_text()
    )
    assert [report] == [file for file in tmp_path.iterdir() if file.is_file()]


def test_files_and_calls_of_the_journal(compare: Command, gateway: Live, tmp_path: Path) -> None:
    """A capture refers to the payment that was created before it, in either form."""
    raw = json.dumps(pay_body()).encode()
    path = SANDBOX_PATH.replace("createPaymentSession", "pay")
    paid = gateway.request("POST", path, raw, signed_headers(raw, path=path))
    number = f"#{paid.headers['mock-call-id']}"
    file = tmp_path / "capture-half.json"
    file.write_text(json.dumps({"paymentId": "of the latest", "captureRequestId": "c", "captureAmount": AMOUNT}))
    other = tmp_path / "body.json"
    other.write_bytes(raw)
    compare(number, str(file), f"pay={other}").expect(
        0,
        (
            f"{number}: PAYMENT_IN_PROCESS: no differences\n",
            "capture-half.json: AUTH_NOT_FOUND: no differences\n",
            "body.json: PAYMENT_IN_PROCESS: no differences\n",
        ),
    )


AMOUNT = {"currency": "CNY", "value": "1314"}


def pay_body() -> dict[str, Any]:
    """The sample of pay with an id of its own."""
    body = json.loads((FOLDER / "samples" / "payments" / "pay.json").read_text())
    return {**body, "paymentRequestId": f"compare-{letters()}"}


def test_kept_ids(compare: Command, gateway: Live, tmp_path: Path) -> None:
    """Two gateways that are one see a repeat, so nothing differs; the journal has the id itself."""
    name = f"kept-{letters()}"
    file = tmp_path / "createPaymentSession.json"
    file.write_text(json.dumps(sample(name)))
    compare("--keep-ids", str(file)).expect(0, "createPaymentSession.json: SUCCESS: ")
    assert 2 == gateway.admin("GET", f"/calls/count?paymentRequestId={name}").body["count"]


def test_the_key_appears_nowhere(compare: Command, gateway: Live, tmp_path: Path) -> None:
    """Not in the output, nor in the report, nor in the journal, nor in errors."""
    client_id = f"SANDBOX_{letters()}"
    pem = keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file, report = tmp_path / "key.pem", tmp_path / "report.md"
    file.write_text(pem)
    flags = ("--client-id", client_id, "--report", str(report))
    ended = compare("--json", "--key", str(file), *flags, "pay")
    assert 0 == ended.code
    journal = gateway.admin("GET", f"/calls?clientId={client_id}").raw.decode()
    assert client_id in journal
    bare = keys.bare_private_key(keys.shipped_forger_key())
    for mistaken in (pem, bare):
        wrong = compare("--key", mistaken, *flags, "pay")
        wrong.expect(2, (), "--key: expected the name of a file, found what looks like the key itself")
        for text in (ended.out, ended.err, wrong.err, report.read_text(), journal):
            assert pem.splitlines()[1] not in text
            assert bare[:64] not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--client-id", "SHOP"), "--client-id SHOP: expected its private key too: --key FILE"),
        (("--key", "key.pem"), "--key: expected the client id of the key too: --client-id ID"),
        (("--client-id", "A", "--key", "no.pem"), "--key: no.pem: cannot be read: No such file or directory"),
        (("--report", "no/report.md"), "--report: expected a file in a folder that exists, got no/report.md"),
        (("--report", "."), "--report: expected a file, found the folder ."),
        (
            ("payy",),
            "REQUEST: expected an endpoint, a file, ENDPOINT=FILE or #NUMBER of a call, got 'payy'; did you mean pay?",
        ),
        (("payy=no.json",), "REQUEST: unknown endpoint 'payy' (did you mean pay?); known are "),
        (("pay=",), "REQUEST: expected ENDPOINT=FILE, got 'pay='"),
        (("toys/make=no.json",), "no.json: cannot be read: No such file or directory"),
        (("#999999",), "there is no call '999999'"),
    ],
)
def test_wrong_use(
    compare: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """The exit code is 2, and nothing is printed but the error."""
    monkeypatch.chdir(tmp_path)
    compare(*arguments).expect(2, (), message)


def test_a_file_without_an_endpoint(compare: Command, tmp_path: Path) -> None:
    """The error says how to name one."""
    file = tmp_path / "body.json"
    file.write_text("{}")
    compare(str(file)).expect(2, (), f"REQUEST: {file} does not begin with an endpoint; write ENDPOINT={file}")


def test_a_key_that_is_not_accepted(compare: Command, tmp_path: Path) -> None:
    """Equal refusals are no agreement: the exit code is 2, and the error names the file."""
    key = tmp_path / "key.pem"
    key.write_bytes(keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    compare("--client-id", TEST_CLIENT_ID, "--key", str(key), "pay").expect(
        2,
        "pay: INVALID_SIGNATURE: no differences\n",
        f"refused every call with INVALID_SIGNATURE: expected the private key of {TEST_CLIENT_ID} there, got {key}",
    )


@pytest.mark.parametrize(
    "url", ["nonsense", "http://127.0.0.1:99999", "http://user:word@127.0.0.1", "http://127.0.0.1/ams"]
)
def test_urls(command: Command, url: str) -> None:
    """An URL that is none, or has more than a host and a port, is refused before anything is sent."""
    command("compare", "--against", url).expect(2, (), "--against: expected an http or https URL without a path")


def test_unreachable_gateways(command: Command, gateway: Live, closed_port: int) -> None:
    """The error says which of the two, and the exit code is not that of a difference."""
    closed = f"http://127.0.0.1:{closed_port}"
    command("compare", "--url", gateway.config.url, "--against", closed, "pay").expect(
        2, (), f"--against: no gateway answers at {closed}: nothing listens there"
    )
    command("compare", "--url", closed, "--against", gateway.config.url, "pay").expect(
        2, (), f"no gateway answers at {closed} (from --url): nothing listens there; start it with: mock-alipay"
    )


def test_real_payments_are_refused(command: Command, gateway: Live, tmp_path: Path) -> None:
    """At hosts of the real gateway the client id must be one of the sandbox; nothing is sent."""
    key = tmp_path / "key.pem"
    key.write_bytes(keys.shipped_forger_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    host = "open-sea-global.alipay.com"
    flags = ("--against", f"https://{host}", "--client-id", "SHOP", "--key", str(key))
    command("compare", "--url", gateway.config.url, *flags, "pay").expect(
        2, (), f"--client-id: expected a client id that begins with SANDBOX_ at {host}, got SHOP"
    )


def test_a_broken_reply_is_a_difference(compare: Command, gateway: Live) -> None:
    """Not the end of the comparison."""
    with live(Config(seed=3, scenario="connection-reset")) as broken:
        compare("pay", "consult", against=broken).expect(
            1, ("pay: PAYMENT_IN_PROCESS here, no reply there: 1 difference\n", "  reply   reply: ", "consult: ")
        )
