"""Names as Literal types, so that type checkers find misspelled ones.

``tests/client/test_names.py`` compares them with the contract, the admin API and ``scenarios/``.
"""

from __future__ import annotations

from typing import Literal, NewType, TypeAlias

EndpointName = Literal[
    "createPaymentSession", "pay", "consult", "inquiryPayment", "cancel", "capture", "refund", "inquiryRefund"
]
"""The endpoints of the gateway, as the journal and filters name them."""

NotificationName = Literal["notifyPayment", "notifyCapture", "notifyRefund"]
"""The notifications that the gateway sends."""

NotificationStatus = Literal["PENDING", "ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"]
"""PENDING: will be sent, or sent again; GIVEN_UP: never acknowledged; DROPPED and REFUSED: never sent."""

PaymentState = Literal["OPEN", "EXPIRED", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS", "FAIL", "CANCELLED"]
"""The states of a payment or payment session."""

SessionStatus = Literal["OPEN", "EXPIRED", "CLOSED"]
"""The statuses of a payment session; CLOSED once the buyer has acted."""

PaymentStatus = Literal["PROCESSING", "PENDING", "SUCCESS", "FAIL", "CANCELLED"]
"""The ``paymentStatus`` that merchants see."""

TransactionType = Literal["CAPTURE", "REFUND"]
"""The kinds of transactions of a payment."""

TransactionStatus = Literal["SUCCESS", "PROCESSING", "FAIL"]
"""The statuses of a capture or refund."""

ResultStatus = Literal["S", "F", "U"]
"""The ``resultStatus`` of a reply: success, failure, unknown."""

BuyerAction = Literal["pay", "decline", "leave", "pending", "challenge"]
"""What a buyer can do."""

EventKind = Literal["call", "payment", "notification", "clock", "reset"]
"""The kinds of events that ``Mock.events`` selects."""

OwnScenario = NewType("OwnScenario", str)
"""The name of a scenario that is not shipped: ``OwnScenario("ours")``, or what ``Mock.load`` returns.

A plain text could be a misspelled shipped name, so type checkers accept it as neither. At run time it is the text.
"""

ShippedScenario = Literal[
    "bad-gateway",
    "brownout",
    "cancel-unknown-twice",
    "cancel-window-exceeded",
    "capture-fails-later",
    "capture-in-process",
    "card-not-supported",
    "challenge-then-fail",
    "challenge-then-success",
    "connection-reset",
    "declined-access-denied",
    "declined-authentication-required",
    "declined-card-bin-query-error",
    "declined-card-expired",
    "declined-card-not-supported",
    "declined-currency-not-support",
    "declined-do-not-honor",
    "declined-expired-code",
    "declined-fraud-reject",
    "declined-incorrect-blikcode",
    "declined-invalid-amount",
    "declined-invalid-card",
    "declined-invalid-card-number",
    "declined-invalid-cvv",
    "declined-invalid-expiration-date",
    "declined-invalid-expiry-date-format",
    "declined-invalid-merchant-status",
    "declined-invalid-payment-code",
    "declined-invalid-payment-method-meta-data",
    "declined-issuer-rejects-transaction",
    "declined-key-not-found",
    "declined-merchant-kyb-not-qualified",
    "declined-no-pay-options",
    "declined-order-is-canceled",
    "declined-order-is-closed",
    "declined-order-not-exist",
    "declined-param-illegal",
    "declined-payment-amount-exceed-limit",
    "declined-payment-count-exceed-limit",
    "declined-payment-not-qualified",
    "declined-payment-prohibited",
    "declined-process-fail",
    "declined-risk-reject",
    "declined-selected-card-brand-not-available",
    "declined-suspected-card",
    "declined-system-error",
    "declined-user-amount-exceed-limit",
    "declined-user-balance-not-enough",
    "declined-user-kyc-not-qualified",
    "declined-user-not-exist",
    "declined-user-payment-verification-failed",
    "declined-user-status-abnormal",
    "declined-verify-times-exceed-limit",
    "declined-verify-unmatched",
    "empty-reply",
    "expires",
    "forged-reply",
    "garbage-reply",
    "inquiry-processing-then-success",
    "invalid-cvc",
    "leaves",
    "no-pay-options",
    "notify-altered-amount",
    "notify-bad-signature",
    "notify-before-reply",
    "notify-capture-first",
    "notify-dropped",
    "notify-late",
    "notify-stale",
    "notify-truncated",
    "notify-twice",
    "notify-unsigned",
    "notify-wrong-key",
    "param-illegal",
    "pays-at-once",
    "pays-late",
    "pending-then-fail",
    "pending-then-success",
    "process-fail",
    "rate-limited",
    "refund-fails-later",
    "refund-in-process",
    "refund-merchant-balance",
    "risk-reject",
    "slow",
    "slow-tail",
    "stale-reply",
    "success",
    "tampered-reply",
    "timeout",
    "traffic-limit",
    "truncated-reply",
    "unknown-exception",
    "unknown-then-success",
    "unsigned-reply",
    "webhook-before-redirect",
    "webhook-lost-until-reconciliation",
]
"""The scenarios that mock-alipay ships."""

Scenario: TypeAlias = ShippedScenario | OwnScenario
"""The name of any scenario."""
