"""What tests of the roads share: a partner on the loopback whose feed a test sets."""

from tests.pipeline.test_poll import partner

__all__ = ["partner"]
