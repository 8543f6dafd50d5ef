"""``AsyncMockAlipay``: the methods of ``Mock``, awaited."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay import __version__, serve
from mock_alipay.client import AsyncMockAlipay, Mock, Webhook
from mock_alipay.errors import AdminError, Unreachable, UsageError, WaitTimeout
from tests.client.conftest import Create
from tests.client.servers import answering, closed_port, http
from tests.client.test_webhooks import ACKNOWLEDGED
from tests.live import Live

SYNC_ONLY = {"asynchronous"}
"""Members of Mock that AsyncMockAlipay does not have."""


@pytest.fixture
def twin(gateway: Live, client_id: str) -> AsyncMockAlipay:
    """The shared gateway, for one client id, without a block: requests keep no connections."""
    return AsyncMockAlipay(gateway.config.url, client_id=client_id)


def members(instance: object) -> dict[str, tuple[bool, list[tuple[str, Any, Any]]]]:
    """The public members: whether it is a method, and names, kinds and defaults of its parameters."""
    found = {}
    for name in (name for name in dir(instance) if name == "__call__" or not name.startswith("_")):
        member = inspect.getattr_static(type(instance), name, None)
        parameters = inspect.signature(member).parameters.values() if callable(member) else ()
        found[name] = (callable(member), [(each.name, each.kind, each.default) for each in parameters])
    return found


@pytest.mark.parametrize(
    "part",
    [
        lambda mock: mock,
        lambda mock: mock.clock,
        lambda mock: mock.notifications,
        lambda mock: mock.webhooks,
    ],
    ids=["Mock", "clock", "notifications", "webhooks"],
)
def test_both_have_the_same_members(mock: Mock, twin: AsyncMockAlipay, part: Callable[[Any], object]) -> None:
    """Methods with the same parameters, and attributes."""
    expected = {name: member for name, member in members(part(mock)).items() if name not in SYNC_ONLY}
    assert expected == members(part(twin))


async def test_payments_and_streams_have_the_same_members(mock: Mock, twin: AsyncMockAlipay, create: Create) -> None:
    """Besides ``opened``, which connects a stream: a constructor cannot be awaited."""
    payment = create()
    assert members(mock.payment(payment)) == members(await twin.payment(payment))
    with mock.events() as events:
        async with await twin.events() as others:
            assert members(events) == {name: member for name, member in members(others).items() if name != "opened"}


def test_constructors_have_the_same_parameters() -> None:
    """URL, client id, key, token and certificate."""
    both = [inspect.signature(kind).parameters for kind in (Mock, AsyncMockAlipay)]
    assert [(name, each.default) for name, each in both[0].items()] == [
        (n, each.default) for n, each in both[1].items()
    ]


async def test_what_is_asked_is_the_same(mock: Mock, twin: AsyncMockAlipay, create: Create) -> None:
    """Env, health, scenarios, calls, payments, counts and client ids."""
    create()
    env, credentials = await twin.env, mock.for_client(None).credentials
    assert (mock.env, __version__, mock.url) == (env, await twin.health(), twin.url)
    assert credentials == await twin.for_client(None).credentials
    assert (mock.scenarios(), mock.calls(), mock.counts()) == (
        await twin.scenarios(),
        await twin.calls(),
        await twin.counts(),
    )
    assert (mock.calls()[0], 1) == (await twin.wait(endpoint="createPaymentSession"), await twin.count())
    assert mock.call(mock.calls()[0].id) == await twin.call(mock.calls()[0].id)
    assert [mock.payment("p").payment_request_id] == [each.payment_request_id for each in await twin.payments()]
    assert mock.client_id in await twin.clients()
    assert mock.counts() == await twin.admin("GET", "/counts", query={"clientId": mock.client_id})
    assert repr(mock) == repr(twin).replace("AsyncMockAlipay", "Mock")


async def test_a_payment_from_the_scenario_to_the_reset(twin: AsyncMockAlipay, create: Create) -> None:
    """Scenarios, the buyer, the clock and notifications; ``wait=True`` waits for deliveries."""
    await twin.scenario(await twin.load("ours", {"description": "Ours.", "notifyCapture": {"drop": True}}))
    paid = await (await twin.payment(create())).pay(wait=True)
    assert ("SUCCESS", paid) == (paid.state, await paid.refresh())
    sent = await twin.notifications.wait(notification="notifyPayment")
    assert ("ACCEPTED", sent) == (sent.status, (await twin.notifications(status="ACCEPTED"))[0])
    again = await twin.notifications.resend(sent.id)
    assert again == await twin.notifications.get(sent.id)
    (faulty,) = await twin.notifications.send("notifyPayment", "p", fault="bad-signature", wait=True)
    assert "bad-signature" == faulty.fault
    await twin.settle()
    before = await twin.clock.now()
    await twin.clock.advance("1h")
    frozen = await twin.clock.freeze()
    assert (True, frozen.now) == ((await twin.clock.state).frozen, await twin.clock.now())
    assert (timedelta(hours=1), False) <= (frozen.now - before, (await twin.clock.run()).frozen)
    await twin.clear_scenario()
    await twin.reset()
    assert {"calls": 0, "payments": 0, "notifications": 0} == await twin.counts()


@pytest.mark.parametrize(
    ("act", "state"), [("decline", "FAIL"), ("pending", "PENDING"), ("challenge", "PROCESSING"), ("leave", "OPEN")]
)
async def test_each_act_of_a_buyer(twin: AsyncMockAlipay, create: Create, act: str, state: str) -> None:
    """Returns the payment after it."""
    assert state == (await getattr(await twin.payment(create()), act)()).state


async def test_merchants_are_added_and_removed(twin: AsyncMockAlipay, client_id: str) -> None:
    """As with Mock; their client ids are remembered."""
    pair = await twin.admin("POST", "/keys")
    assert 1 == await twin.add_merchant(client_id, pair["publicKey"])
    other = twin.for_client(client_id, merchant_private_key=pair["privateKey"])
    assert pair["privateKey"] == (await other.credentials)["merchant_private_key"]
    await twin.remove_merchant(client_id)
    assert [client_id, client_id] == twin.introduced == other.introduced


async def test_events_arrive(twin: AsyncMockAlipay, create: Create) -> None:
    """From the moment that the stream is made; a timeout ends it, ``after`` continues it."""
    async with await twin.events(kind="payment", timeout=60) as events:
        create("first")
        create("second")
        assert "first" == (await anext(events)).record.payment_request_id
    async with await twin.events(kind="payment", after=events.last_id, timeout=60) as rest:
        assert ["second"] == [(await anext(rest)).record.payment_request_id]
    async with await twin.events(kind="payment", after=rest.last_id, timeout=1) as none:
        with pytest.raises(TimeoutError, match="within 1 s"):
            await anext(none)
        assert [] == [event async for event in none]


async def test_waits_run_beside_other_coroutines(twin: AsyncMockAlipay, create: Create) -> None:
    """Nothing blocks the event loop."""
    waits = asyncio.gather(twin.wait(timeout=60), twin.webhooks.wait(timeout=60))
    await asyncio.to_thread(create, paymentNotifyUrl=twin.webhooks.url)
    await (await twin.payment("p")).pay()
    call, webhook = await waits
    assert ("createPaymentSession", "p") == (call.endpoint, webhook.payment_request_id)
    await twin.close()


def test_a_wait_for_webhooks_can_be_cancelled() -> None:
    """It leaves nothing behind that the end of the event loop would wait for."""

    async def cancelled() -> None:
        async with asyncio.timeout(0):
            await AsyncMockAlipay("http://127.0.0.1:9").webhooks.wait(timeout=3600)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())


async def test_errors_are_the_same(twin: AsyncMockAlipay) -> None:
    """Of the gateway, of waits and of arguments."""
    with pytest.raises(AdminError, match="order-1"):
        await twin.payment("order-1")
    with pytest.raises(WaitTimeout):
        await twin.wait(timeout=0)
    with pytest.raises(WaitTimeout, match="arrived: none"):
        await twin.webhooks.wait(timeout=0)
    with pytest.raises(UsageError, match="private key"):
        await twin.credentials
    with pytest.raises(UsageError, match="empty string"):
        twin.for_client("")
    unknown: Any = {"endpiont": "pay"}
    with pytest.raises(TypeError, match="endpoint"):
        await twin.calls(**unknown)


async def test_servers_that_are_no_gateway(twin: AsyncMockAlipay) -> None:
    """A refused connection, another server, and a closed AsyncMockAlipay."""
    for request in (AsyncMockAlipay.health, AsyncMockAlipay.events):
        with pytest.raises(Unreachable, match="nothing listens there"):
            await request(AsyncMockAlipay(f"http://127.0.0.1:{closed_port()}"))
        with answering(http("200 OK", "text/plain", "Hello")) as url:
            async with AsyncMockAlipay(url) as mock:
                with pytest.raises(Unreachable, match="is not mock-alipay"):
                    await request(mock)
            with pytest.raises(Unreachable, match="block has ended"):
                await request(mock)


async def test_a_stream_ends_with_its_gateway() -> None:
    """The coroutine that waits for an event gets Unreachable."""
    with serve() as mock:
        events = await mock.asynchronous().events()
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(mock.admin, "PUT", "/clock", body={"advance": "1m"})
        assert "clock" == (await waiting).kind
        waiting = asyncio.ensure_future(anext(events))
    with pytest.raises(Unreachable):
        await waiting
    await events.close()


def test_several_event_loops_may_use_one(twin: AsyncMockAlipay) -> None:
    """One after another, as pytest plugins make one for each test."""
    assert [__version__] * 2 == [asyncio.run(twin.health()) for _ in range(2)]


async def test_an_asgi_app_runs_in_the_loop_of_the_test(twin: AsyncMockAlipay, create: Create) -> None:
    """So that it may use what belongs to that loop."""
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def shop(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await arrived.put(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": ACKNOWLEDGED})

    with twin.deliver_to(shop) as url:
        await asyncio.to_thread(create, paymentNotifyUrl=url)
        await (await twin.payment("p")).pay(wait=True)
        assert "/notify" == await arrived.get()
    assert ["ACCEPTED"] == [each.status for each in await twin.notifications()]
    await twin.close()


async def test_a_twin_has_what_its_mock_has() -> None:
    """Client id, keys and the check of signatures; merchants that either adds are known to both."""
    with serve(admin_token="a-token-of-ours") as everyone:
        mock = everyone.for_client("SANDBOX_MOCK_MERCHANT", merchant_private_key="ours")
        async with mock.asynchronous() as twin:
            assert mock.credentials == await twin.credentials
            body = {"notifyType": "PAYMENT_RESULT"}
            await twin.notifications.send("notifyPayment", body=body, url=twin.webhooks.url, wait=True)
            webhook: Webhook = await twin.webhooks.wait()
            assert ("valid", []) == (webhook.signature, mock.webhooks())
            twin.for_client("SANDBOX_OTHER")
        assert ["SANDBOX_MOCK_MERCHANT", "SANDBOX_OTHER"] == everyone.introduced
