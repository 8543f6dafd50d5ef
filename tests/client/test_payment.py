"""A payment in a test's hands."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable

import pytest

from mock_alipay.client import Mock, MockPayment, PaymentRecord
from mock_alipay.errors import AdminError, Unreachable
from tests.client.conftest import Open
from tests.live import Live
from tests.shop import Shop

CARD = {"paymentMethodType": "CARD"}


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        (MockPayment.pay, "SUCCESS", "SUCCESS"),
        (MockPayment.decline, "FAIL", "USER_BALANCE_NOT_ENOUGH"),
        (lambda payment: payment.decline("DO_NOT_HONOR"), "FAIL", "DO_NOT_HONOR"),
        (MockPayment.pending, "PENDING", "PAYMENT_IN_PROCESS"),
        (MockPayment.challenge, "PROCESSING", "PAYMENT_IN_PROCESS"),
        (MockPayment.leave, "OPEN", None),
    ],
)
def test_what_a_buyer_does(
    mock: Mock, opened: Open, act: Callable[[MockPayment], MockPayment], state: str, code: str | None
) -> None:
    """Gives the payment as it stands after it; the one that was asked for stays as it was."""
    before = mock.payment(opened())
    after = act(before)
    assert ("OPEN", state, code) == (before.state, after.state, after.payment_result_code)
    assert after == mock.payment("p") == before.refresh()
    assert (after.payment_id is None) == (state == "OPEN")


def test_one_after_the_other(mock: Mock, opened: Open) -> None:
    """What a buyer does can be told in one line, up to where it is not possible; then what is possible stands there."""
    paid = mock.payment(opened(paymentMethod=CARD)).challenge().pending().pay()
    assert ("SUCCESS", ["CAPTURE"]) == (paid.state, [one["type"] for one in paid.transactions])
    with pytest.raises(AdminError, match=r"the payment is SUCCESS.*pay is not possible now") as caught:
        paid.pay()
    problem = caught.value.problem
    assert (409, "SUCCESS", []) == (caught.value.status, problem["state"], problem["allowed"])


def test_a_reason_that_is_none(mock: Mock, opened: Open) -> None:
    """A code that cannot be one is refused with the one that was perhaps meant."""
    with pytest.raises(AdminError, match="did you mean DO_NOT_HONOR"):
        mock.payment(opened()).decline("DO_NOT_HONOUR")


def test_the_payment_of_its_own_client_id(gateway: Live, webhook: Shop, whom: str, opened: Open) -> None:
    """Found by a Mock of all, it is still its own client's, whoever else has used the same paymentRequestId."""
    opened("same")
    with Mock(gateway.config.url) as everyone:
        (payment,) = [one for one in everyone.payments(limit=1000) if one.client_id == whom]
        other = everyone.for_client(f"{whom}_other")
        body = {**payment.request, "paymentNotifyUrl": webhook.url(f"/{whom}_other")}
        gateway.create(body, client_id=f"{whom}_other")
        assert ("SUCCESS", "OPEN") == (payment.pay().state, other.payment("same").state)
        assert ("SUCCESS", "FAIL") == (payment.refresh().state, other.payment("same").decline().state)


@pytest.mark.parametrize("name", ["a/b ?c=d&e#ü%2F", "a/../b", "act"])
def test_any_id(mock: Mock, opened: Open, name: str) -> None:
    """Whatever merchants make up names a payment, in a path too."""
    assert (name, "SUCCESS") == ((paid := mock.payment(opened(name)).pay()).payment_request_id, paid.state)


def test_it_is_a_record(mock: Mock, opened: Open) -> None:
    """It can be shown, compared, copied and told elsewhere as any record, and holds nothing but the payment."""
    payment = mock.payment(opened())
    for other in (copy.deepcopy(payment), pickle.loads(pickle.dumps(payment))):
        assert (payment, repr(payment)) == (other, repr(other))
        with pytest.raises(TypeError, match=r"came from no gateway; Mock\.payment gives one"):
            other.pay()
    names = [field.name for field in dataclasses.fields(PaymentRecord)]
    assert names == list(dataclasses.asdict(payment))
    assert repr(payment).startswith("MockPayment(payment_request_id='p'")
    with pytest.raises(dataclasses.FrozenInstanceError):
        payment.state = "SUCCESS"  # type: ignore[misc] # just that is shown


def test_after_the_block(gateway: Live, whom: str, opened: Open) -> None:
    """A payment lives as long as the Mock that it came from."""
    with Mock(gateway.config.url, client_id=whom) as mock:
        payment = mock.payment(opened())
    with pytest.raises(Unreachable, match="block has ended"):
        payment.pay()
