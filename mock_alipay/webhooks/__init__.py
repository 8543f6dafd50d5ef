"""Webhooks: notifications delivered signed, sent again until they are acknowledged, and where they may go."""

from mock_alipay.webhooks.acknowledgement import Answer
from mock_alipay.webhooks.address_policy import Resolve
from mock_alipay.webhooks.dispatcher import Postman
from mock_alipay.webhooks.http_client import Courier
from mock_alipay.webhooks.url import target_of

__all__ = ["Answer", "Courier", "Postman", "Resolve", "target_of"]
