"""Writes a file whole: nobody ever sees half of it, and a kill leaves the old one."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from time import sleep

BUSY = frozenset({5, 32, 33})
"""Errors by which Windows says that a file is open: access denied, sharing and lock violation."""
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds to wait before each further try: readers and virus scanners close a file soon."""
RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
"""Names that Windows keeps for devices, with any ending."""


def replace(source: Path, target: Path) -> None:
    """Rename a file in place of another; on Windows, wait a moment while somebody has that one open.

    Args:
        source: The file.
        target: Its new name; what had the name before is gone.

    Raises:
        OSError: It cannot be renamed.
    """
    for pause in (*PAUSES, None):
        try:
            source.replace(target)
        except PermissionError as error:
            if pause is None or getattr(error, "winerror", None) not in BUSY:
                raise
            sleep(pause)
        else:
            return


def write_whole(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a file beside its place, then rename it; folders that are missing are made.

    Args:
        path: The file.
        content: Bytes, or a text that is written as UTF-8, its line ends as they are.
        mode: Who may read and write it, on systems that know such modes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        beside = Path(file.name)
        try:
            file.write(content.encode() if isinstance(content, str) else content)
            file.close()
            beside.chmod(mode)
            replace(beside, path)
        except BaseException:
            file.close()
            beside.unlink(missing_ok=True)
            raise
