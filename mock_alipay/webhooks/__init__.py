"""Webhooks: signed delivery of notifications, the retry schedule, and the address policy."""

from mock_alipay.webhooks.acknowledgement import Answer
from mock_alipay.webhooks.address_policy import Resolve
from mock_alipay.webhooks.dispatcher import Dispatcher
from mock_alipay.webhooks.http_client import HttpClient
from mock_alipay.webhooks.url import target_of

__all__ = ["Answer", "Dispatcher", "HttpClient", "Resolve", "target_of"]
