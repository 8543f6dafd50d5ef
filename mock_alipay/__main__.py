"""``python -m mock_alipay``."""

from mock_alipay.cli import main

main()
