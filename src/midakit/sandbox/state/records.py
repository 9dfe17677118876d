"""Everything but visitors: projects, experiments, goals and the rest, one JSON body per object.

Standard-library SQLite.  Rules kept here:
- One connection, one lock: a reader never sees half a change, two writers never interleave.
- `change()` is a transaction; what it wrote is on disk (with a data directory) when it ends.
- A soft-deleted object stays, with `active` 0.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

_TABLES = """
create table if not exists objects (
  kind text not null, id integer not null, company integer not null default 0,
  project text not null default '', name text not null default '',
  active integer not null default 1, body text not null, primary key (kind, id));
create index if not exists by_name on objects (kind, name);
create index if not exists by_project on objects (kind, project, active, id);
create index if not exists by_company on objects (kind, company, active, id);
"""


class Records:
    """The store of JSON objects, addressed by kind and whole-number id."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = _open(path)
        self._baseline = _open(path.with_name(f"baseline-{path.name}") if path else None)
        self._db.executescript(_TABLES)

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction: all of it or nothing; nested ones join the outer one."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._db.execute("rollback")
                raise
            else:
                if self._depth == 1:
                    self._db.execute("commit")
            finally:
                self._depth -= 1

    def put(
        self,
        kind: str,
        number: int,
        body: Body,
        *,
        company: int = 0,
        project: str = "",
        name: str = "",
        active: bool = True,
    ) -> None:
        """Write one object, replacing any with the same kind and id."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        row = (kind, number, company, project, name, int(active), text)
        with self.change():
            self._db.execute("insert or replace into objects values (?, ?, ?, ?, ?, ?, ?)", row)

    def rewrite(self, kind: str, number: int, body: Body) -> None:
        """Replace the body of an object; its place stays."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        with self.change():
            self._db.execute(
                "update objects set body = ? where kind = ? and id = ?", (text, kind, number)
            )

    def find(
        self, kind: str, number: int, *, project: str | None = None, every: bool = False
    ) -> Body | None:
        """One active object, or None; `every` finds deleted ones too."""
        if not 0 <= number < 2**63:
            return None
        where = "kind = ? and id = ?" if every else "kind = ? and id = ? and active = 1"
        found = self._rows(where, (kind, number), project)
        return found[0] if found else None

    def find_by_name(self, kind: str, name: str, *, project: str | None = None) -> Body | None:
        """The active object of a kind with this name, or None."""
        found = self._rows("kind = ? and name = ? and active = 1", (kind, name), project)
        return found[0] if found else None

    def find_all(
        self,
        kind: str,
        *,
        project: str | None = None,
        company: int | None = None,
        name: str | None = None,
        every: bool = False,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Body]:
        """The objects of a kind by id; `every` includes deleted ones."""
        where = "kind = ?"
        values: tuple[Any, ...] = (kind,)
        if not every:
            where += " and active = 1"
        if company is not None:
            where, values = f"{where} and company = ?", (*values, company)
        if name is not None:
            where, values = f"{where} and name = ?", (*values, name)
        return self._rows(where, values, project, limit=limit, offset=min(offset, 2**62))

    def _rows(
        self,
        where: str,
        values: tuple[Any, ...],
        project: str | None,
        *,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Body]:
        if project is not None:
            where, values = f"{where} and project = ?", (*values, project)
        query = f"select body from objects where {where} order by id limit ? offset ?"  # noqa: S608 -- fixed text, values bound
        with self._lock:
            found = self._db.execute(query, (*values, limit, offset)).fetchall()
        return [json.loads(text) for (text,) in found]

    def next_id(self, kind: str, *, first: int = 1) -> int:
        """The id after the highest one of this kind; deleted objects keep theirs."""
        with self._lock:
            row = self._db.execute("select max(id) from objects where kind = ?", (kind,)).fetchone()
        return max(first, (row[0] or 0) + 1)

    def drop(self, kind: str, number: int) -> None:
        """Forget an object for good."""
        with self.change():
            self._db.execute("delete from objects where kind = ? and id = ?", (kind, number))

    def clear(self) -> None:
        """Forget everything."""
        with self.change():
            self._db.execute("delete from objects")

    @property
    def empty(self) -> bool:
        """Whether nothing was ever stored."""
        with self._lock:
            return self._db.execute("select 1 from objects limit 1").fetchone() is None

    def keep_baseline(self) -> None:
        """Remember the present state as the one `reset` goes back to."""
        with self._lock:
            self._db.backup(self._baseline)

    def reset(self) -> None:
        """Go back to the baseline."""
        with self._lock:
            self._baseline.backup(self._db)

    def close(self) -> None:
        """Close both databases."""
        with self._lock:
            self._db.close()
            self._baseline.close()


def _open(path: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(
        str(path) if path else ":memory:", isolation_level=None, check_same_thread=False
    )
    if path:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
    return database
