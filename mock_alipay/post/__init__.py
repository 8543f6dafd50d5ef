"""Notifications on their way to merchants: kept, sent when they are due, sent again until they are acknowledged."""

from mock_alipay.journal.notifications import Attempt, Notification, Outbox
from mock_alipay.post.postman import Postman

__all__ = ["Attempt", "Notification", "Outbox", "Postman"]
