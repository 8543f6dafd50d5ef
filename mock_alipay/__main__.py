"""Entry point of ``mock-alipay`` and ``python -m mock_alipay``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C during the imports exits with 130, without a traceback."""
    try:
        from mock_alipay.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
