"""Words that only the account knows: ids of experiments, keys of goals; kept for some minutes.

The file of kept words holds no key, and only its owner can read it. A word that a shell could take for
more than a word is never offered: names and keys come from a server.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from midakit.cli.completion.candidates import Candidate, given
from midakit.core import settings
from midakit.core.printable import one_line

if TYPE_CHECKING:
    from midakit import Mida

FRESH = 300.0
"""Seconds until words are asked for again."""
PATIENCE = 2.0
"""Seconds that a Tab waits for the server, at most."""
MOST = 500
_PLAIN = re.compile(r"[\w.:@+-]+")
OPTIONS = ("--profile", "--project", "--region", "--base-url")
VARIABLES = ("MIDA_PROFILE", "MIDA_PROJECT_KEY", "MIDA_REGION", "MIDA_BASE_URL")


def values_of(source: str, words: Sequence[str]) -> list[Candidate]:
    """Return the words of a source, kept ones where they are fresh or nothing newer is to be had.

    Args:
        source: `profiles`, or what is listed: `experiments`, `goals`, `goal_keys`, `groups`, `projects`.
        words: What was typed after `midakit`; its global options choose the account.
    """
    if source == "profiles":
        return _profiles()
    file = cache_dir() / f"{source}-{_account(words)}.json"
    kept = _kept(file)
    if kept is not None and _age(file) < FRESH:
        return kept
    try:
        found = list(_listed(source, words))
    except Exception:  # no key, no network, no time: what was known is better than nothing
        return kept or []
    _keep(file, found)
    return found


def cache_dir() -> Path:
    """Return the platform's folder for what can be made again."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "midakit" / "completion"


def offered(rows: Sequence[Any], word: str, told: str) -> Iterator[Candidate]:
    """Give the words of listed objects that a shell can only take for a word.

    Args:
        rows: The objects.
        word: The attribute that is typed.
        told: The attribute that says what it is.
    """
    for row in rows:
        text = str(getattr(row, word) or "")
        if _PLAIN.fullmatch(text):
            yield Candidate(text, one_line(getattr(row, told) or ""))


def _profiles() -> list[Candidate]:
    found = settings.read_profiles()
    return [
        Candidate(name, str(one.get("project_key") or ""))
        for name, one in sorted(found.items())
        if isinstance(one, dict) and _PLAIN.fullmatch(name)
    ]


def _account(words: Sequence[str]) -> str:
    """Return what stands for the account in the name of a file: its settings, and no key."""
    path = settings.profiles_path()
    changed = path.stat().st_mtime_ns if path.exists() else 0
    typed = [given(words[:-1], option) for option in OPTIONS]
    known = [*typed, *map(os.environ.get, VARIABLES), changed]
    return sha256(json.dumps(known).encode()).hexdigest()[:16]


def _age(file: Path) -> float:
    return time() - file.stat().st_mtime


def _kept(file: Path) -> list[Candidate] | None:
    try:
        return [Candidate(*one) for one in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return None


def _keep(file: Path, found: Sequence[Candidate]) -> None:
    """Write the words for the next Tab; a folder that cannot be written to only makes it slower."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
            out.write(json.dumps(found).encode())
        beside.replace(file)


def _listed(source: str, words: Sequence[str]) -> Iterator[Candidate]:
    from midakit import Mida

    asked: dict[str, Any] = {
        "profile": given(words[:-1], "--profile"),
        "project_key": given(words[:-1], "--project"),
        "region": given(words[:-1], "--region"),
        "base_url": given(words[:-1], "--base-url"),
    }
    with Mida(deadline=PATIENCE, retry=1, **asked) as mida:
        yield from _SOURCES[source](mida)


def _experiments(mida: "Mida") -> Iterator[Candidate]:
    return offered(mida.experiments.list(max_items=MOST).collect(), "test_id", "test_name")


def _goals(mida: "Mida") -> Iterator[Candidate]:
    return offered(mida.goals.list(max_items=MOST).collect(), "goal_profile_id", "goal_name")


def _goal_keys(mida: "Mida") -> Iterator[Candidate]:
    return offered(mida.goals.list(max_items=MOST).collect(), "goal_key", "goal_name")


def _groups(mida: "Mida") -> Iterator[Candidate]:
    return offered(mida.exclusion_groups.list().groups, "group_id", "name")


def _projects(mida: "Mida") -> Iterator[Candidate]:
    return offered(mida.projects.list().collect(), "project_key", "website_name")


_SOURCES: dict[str, Callable[["Mida"], Iterator[Candidate]]] = {
    "experiments": _experiments,
    "goals": _goals,
    "goal_keys": _goal_keys,
    "groups": _groups,
    "projects": _projects,
}
