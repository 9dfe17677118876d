"""`midakit demo`: a local Mida and everything worth seeing of it, in one process.

Nothing leaves the machine. Files go to a folder of their own, which is never one that exists.
"""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.cli.input.arguments import Port
from midakit.cli.options import current
from midakit.core.extras import need
from midakit.errors import ConfigurationError

VISITORS = 300_000
FOLDER = "midakit-demo"
NEEDS = (("rich", "cli"), ("uvicorn", "sandbox"), ("pyarrow", "export"))


def demo(
    folder: Path | None = None,
    *,
    port: Port = 0,
    visitors: Annotated[int, Parameter(validator=Number(gte=0, lte=10_000_000))] = VISITORS,
    keep: bool = False,
) -> int:
    """Show everything on made-up data: no account, no network, about six seconds on two cores.

    Starts a local Mida with six experiments of known truth, lists them, decides them and holds
    each verdict against the truth, compares segments, exports to Parquet, writes a report.

    Args:
        folder: Where the files go; when left out, a new folder midakit-demo.
        port: Port of the local server; when left out, a free one.
        visitors: How many visitors to make up (default 300000).
        keep: Keep serving afterwards, until Ctrl-C.
    """
    for module, extra in NEEDS:
        need(module, extra=extra)
    from midakit.cli.commands.demo.steps import Steps

    place = new_folder(folder or current().output)
    steps = Steps(place)
    try:
        asyncio.run(steps.run(port, visitors, keep=keep))
    except KeyboardInterrupt:
        if steps.finished:  # it was only still serving
            return 0
        kept = f"what was written is in {place}" if _holds_files(place) else "nothing was written"
        raise KeyboardInterrupt(f"the local Mida is stopped; {kept}") from None
    except BaseException:
        _holds_files(place)
        raise
    return 0


def _holds_files(place: Path) -> bool:
    """Return whether the folder holds anything; an empty one is removed."""
    with suppress(OSError):
        place.rmdir()
    return place.exists()


def new_folder(folder: Path | None, base: Path | None = None) -> Path:
    """Make the folder asked for, else midakit-demo (-2, -3, ...), else a temporary one.

    Args:
        folder: The folder asked for; it must not exist, or be empty.
        base: Where midakit-demo is made; the working directory when left out.

    Returns:
        The folder, which is new or empty.

    Raises:
        ConfigurationError: The folder asked for holds something already.
    """
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(f"{folder} exists already; choose another folder")
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    base = base or Path()
    number = 1
    while True:
        place = base / (FOLDER if number == 1 else f"{FOLDER}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        except OSError:  # a folder that we may not write to
            return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))
        else:
            return place
