"""What callers are told while the store is out of reach: why, and when to ask again."""

from feeds.errors import OutOfReach, StoreError

RETRY_AFTER = "5"  # seconds


def said(error: StoreError) -> str:
    """Say why the store cannot be used, in words that name nothing of the machine."""
    reason = f": {error}" if isinstance(error, OutOfReach) else ""
    return f"The newsroom is out of reach for now{reason}."
