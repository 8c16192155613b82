"""Every error that Broadsheet raises on purpose.

    BroadsheetError
    ├── SettingsError         wrong settings; the command line prints each fault and exits 1
    ├── StoreError            the store cannot be used as it is
    │   ├── OutOfReach        the database refuses for now: locked, read-only, full, damaged
    │   ├── SchemaError       its schema is not the one that this code knows
    │   └── InUseError        the role already runs on this instance
    ├── Refusal               what a caller asked for cannot be done; the API makes a problem of it, a command a line
    ├── RenderError           one article cannot be rendered; it is set aside, its channels go out without it
    └── PollError             a poll ended without a feed; carries its outcome (CONTRACT section 9)

Foreign errors are wrapped where the foreign library is fenced, with `raise … from`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a caller sent.

    `pointer` is an RFC 6901 pointer into the body (`""`: the query or the whole); `detail` says what may stand there.
    """

    pointer: str
    detail: str


class BroadsheetError(Exception):
    """The root: whatever is raised on purpose."""


class SettingsError(BroadsheetError):
    """Wrong settings, all of them at once; one line each in `faults`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class StoreError(BroadsheetError):
    """The store cannot be used as it is: unreachable, read-only, locked, full."""


class OutOfReach(StoreError):
    """The database refuses: locked by another program, read-only, on a full disk, damaged, gone.

    It may be well again at the next try. The words say which, name no file, and may be told to anyone.
    """


class SchemaError(StoreError):
    """The database is newer than the code, or was not migrated."""


class InUseError(StoreError):
    """Another process already has the role on this instance."""


class Refusal(BroadsheetError):
    """What a caller asked for cannot be done. `status` is the HTTP status that says so.

    `retry_after` is in seconds, 0 where asking again does not help.
    """

    def __init__(self, status: int, detail: str, faults: tuple[Fault, ...] = (), *, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after or (1 if status in (429, 503) else 0)
        self.article: str | None = None  # of a batch: the id that was sent


class RenderError(BroadsheetError):
    """One article cannot be rendered in one format."""

    def __init__(self, article: str, reason: str) -> None:
        super().__init__(f"{article}: {reason}")
        self.article = article
        self.reason = reason


class PollError(BroadsheetError):
    """A poll ended without a feed that can be read.

    `outcome` is one of CONTRACT section 9's; `status` the HTTP status, None where none came;
    `retry_after` the seconds that the partner asked for, None where it asked for nothing; `feed` the address of
    the feed that the answer, a page, names.
    """

    def __init__(
        self,
        outcome: str,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        feed: str = "",
    ) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.feed = feed


def words_of(refusal: Refusal) -> str:
    """Give a refusal in one line: every field at fault and what it may be."""
    return "; ".join(f"{fault.pointer or '/'} {fault.detail}" for fault in refusal.faults) or refusal.detail
