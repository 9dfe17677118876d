"""What earlier verifications have read, so that the next one reads what is new (pure).

The mark stands in the place, beside the log. It says up to which entry the log was checked, and of each
data file what the place told of it before it was read. Who may not write leaves it as it is.
"""

import json
from collections.abc import Mapping

import attrs

from midakit.export.files.contents import digest
from midakit.export.files.log_rules import Snapshot, parse_snapshot

FILE = "_midakit/verified.json"
VERSION = 1


@attrs.frozen
class CheckedFile:
    """A data file that a verification has found as it was written."""

    fingerprint: str
    """What the place told of it before it was read; empty where it has to be read again."""
    digest: str
    """The hash of what it held when it was read first."""


@attrs.frozen
class Verified:
    """What earlier verifications have found in order."""

    snapshot: Snapshot = attrs.field(factory=Snapshot)
    """What the log adds up to, so far as its entries were checked."""
    files: Mapping[str, CheckedFile] = attrs.field(factory=dict, hash=False)
    """Name -> what is known of a data file of the tables."""

    def dump(self) -> bytes:
        """Return the content of the mark's file: a line with a hash of the lines below it."""
        files = {name: [one.fingerprint, one.digest] for name, one in sorted(self.files.items())}
        body = self.snapshot.dump() + b"\n" + json.dumps(files).encode()
        head = {"midakit_verified": VERSION, "digest": digest(body, b"")}
        return json.dumps(head).encode() + b"\n" + body


def parse_verified(data: bytes) -> Verified:
    """Read a mark back; one that is damaged, or of another version, says nothing.

    Args:
        data: The content of its file.
    """
    head, _, body = data.partition(b"\n")
    try:
        if json.loads(head) != {"midakit_verified": VERSION, "digest": digest(body, b"")}:
            return Verified()
        snapshot, files = body.split(b"\n")
        known = {name: CheckedFile(*one) for name, one in json.loads(files).items()}
        return Verified(parse_snapshot(snapshot), known)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Verified()
