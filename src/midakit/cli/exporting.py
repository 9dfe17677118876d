"""`midakit export`."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from midakit import AsyncMida, InvalidRequest
from midakit.export.checking import verify
from midakit.export.compacting import compact
from midakit.export.exporting import dry_run as estimate
from midakit.export.exporting import export
from midakit.export.progress import Bar, Lines
from midakit.mida.filters import parse_segment


def segments(texts: Sequence[str]) -> dict[str, Any]:
    """NAME=EXPRESSION, each."""
    found = {}
    for text in texts:
        name, sign, expression = text.partition("=")
        if not sign or not name.strip():
            raise InvalidRequest("segment", f"{text!r} is not NAME=EXPRESSION")
        found[name.strip()] = parse_segment(expression)
    return found


def export_to(
    place: str, wanted: Mapping[str, Any], texts: Sequence[str], *, dry_run: bool, **options: Any
) -> int:
    """Run it with a live bar on a terminal, plain lines elsewhere; the exit code is the report's."""
    asked: dict[str, Any] = dict(wanted)
    if texts:
        asked["segments"] = segments(texts)

    async def main() -> int:
        async with AsyncMida() as mida:
            if dry_run:
                sys.stdout.write(f"{await estimate(mida, rps=options['rps'], **asked)}\n")
                return 0
            if sys.stderr.isatty():
                with Bar() as bar:
                    report = await export(mida, place, on_progress=bar, **options, **asked)
            else:
                report = await export(mida, place, on_progress=Lines(), **options, **asked)
        sys.stdout.write(f"{report}\n")
        return report.exit_code

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        sys.stderr.write(
            f"interrupted: what is committed in {place} is safe; --resume goes on from there\n"
        )
        return 130


def verify_at(place: str) -> int:
    """Print what was found; 0 when it is whole."""
    verdict = verify(place)
    sys.stdout.write(f"{verdict}\n")
    return 0 if verdict.ok else 1


def compact_at(place: str) -> int:
    """Print files before and after."""
    for folder, (before, after) in compact(place).items():
        sys.stdout.write(f"{folder}: {before} -> {after} files\n")
    return 0
