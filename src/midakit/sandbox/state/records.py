"""Everything but visitors: projects, experiments, goals and the rest, one JSON body per object.

Standard-library SQLite. Rules kept here:

- One connection, one lock: a reader never sees half a change, two writers never interleave.
- `change()` is a transaction; what it wrote is on disk (with a data directory) when it ends.
- A soft-deleted object stays, with `active` 0.
- What a search found is kept until its kind is written, so that a read neither decodes JSON again nor
  waits for a disk. Bodies are shared: whoever changes one makes a new one.
"""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midakit.sandbox.state.memo import Memo
from midakit.sandbox.values import Body

_SEARCHES = 1024

_TABLES = """
create table if not exists objects (
  kind text not null, id integer not null, company integer not null default 0,
  project text not null default '', name text not null default '',
  active integer not null default 1, body text not null, primary key (kind, id));
create index if not exists by_name on objects (kind, name);
create index if not exists by_project on objects (kind, project, active, id);
create index if not exists by_company on objects (kind, company, active, id);
"""


@dataclass(frozen=True, slots=True)
class RecordsImage:
    """All objects at one moment, and those of the baseline: two databases as bytes."""

    objects: bytes
    baseline: bytes


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object with all columns of the store."""

    number: int
    company: int
    project: str
    name: str
    active: bool
    body: Body


class Records:
    """The store of JSON objects, each with a kind and a whole number as its id.

    Args:
        path: The database file; None keeps everything in memory.

    Raises:
        ValueError: A file is damaged; the message names it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._writer: int | None = None
        self._found: Memo[list[Body]] = Memo(_SEARCHES)
        self._versions: Counter[str] = Counter()
        self._touched: set[str] = set()
        self.version = 0
        """Changes with every write."""
        with ExitStack() as opened:
            self._db = opened.enter_context(closing(_open(path)))
            beside = path.with_name(f"baseline-{path.name}") if path else None
            self._baseline = opened.enter_context(closing(_open(beside)))
            for database in (self._db, self._baseline):
                database.executescript(_TABLES)
            opened.pop_all()  # stay open, as nothing failed

    @contextmanager
    def change(self) -> Iterator[None]:
        """Open a transaction: all of it is written or nothing; nested ones join the outer one."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("begin immediate")
                self._writer = threading.get_ident()
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._db.execute("commit")
                    self._versions.update(self._touched)
                    self.version += 1
            except BaseException:
                if self._depth == 1 and self._db.in_transaction:  # a full disk has ended it already
                    self._db.execute("rollback")
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._writer = None
                    self._touched.clear()

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
        """Write one object in place of any with the same kind and id.

        Args:
            kind: What it is, such as `goal`.
            number: Its id.
            body: The whole object.
            company: The account it is listed under.
            project: The key of the project it belongs to.
            name: The name that `find_by_name` finds it by.
            active: False hides it from every search that does not ask for deleted ones.
        """
        row = (kind, number, company, project, name, int(active), _json(body))
        self._write(kind, "insert or replace into objects values (?, ?, ?, ?, ?, ?, ?)", row)

    def rewrite(self, kind: str, number: int, body: Body) -> None:
        """Replace the body of an object; its project, company and name stay.

        Args:
            kind: Type of the object, such as `experiment` or `goal`.
            number: Its id.
            body: The new body.
        """
        row = (_json(body), kind, number)
        self._write(kind, "update objects set body = ? where kind = ? and id = ?", row)

    def find(
        self, kind: str, number: int, *, project: str | None = None, deleted: bool = False
    ) -> Body | None:
        """Find one object by its kind and id.

        Args:
            kind: Type of the object, such as `experiment` or `goal`.
            number: Its id.
            project: Find it in this project only.
            deleted: Find it also when it was deleted.

        Returns:
            Its body, or None.
        """
        if not 0 <= number < 2**63:
            return None
        where = "kind = ? and id = ?" if deleted else "kind = ? and id = ? and active = 1"
        found = self._rows(where, (kind, number), project)
        return found[0] if found else None

    def find_by_name(self, kind: str, name: str, *, project: str | None = None) -> Body | None:
        """Return the active object of a kind with a name.

        Args:
            kind: Type of the object, such as `experiment` or `goal`.
            name: The name it was put under.
            project: Find it in this project only.

        Returns:
            Its body, or None.
        """
        found = self._rows("kind = ? and name = ? and active = 1", (kind, name), project)
        return found[0] if found else None

    def find_all(
        self,
        kind: str,
        *,
        project: str | None = None,
        company: int | None = None,
        name: str | None = None,
        deleted: bool = False,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Body]:
        """Return the objects of a kind, by id.

        Args:
            kind: What they are.
            project: Only those of this project.
            company: Only those of this account.
            name: Only those with this name.
            deleted: Include deleted ones.
            limit: The most to return; -1 is all.
            offset: How many to leave out at the beginning.

        Returns:
            Their bodies.
        """
        where = "kind = ?"
        values: tuple[Any, ...] = (kind,)
        if not deleted:
            where += " and active = 1"
        if company is not None:
            where, values = f"{where} and company = ?", (*values, company)
        if name is not None:
            where, values = f"{where} and name = ?", (*values, name)
        return self._rows(where, values, project, limit=limit, offset=min(offset, 2**62))

    def stored(self, kind: str) -> list[StoredObject]:
        """Return every object of a kind, by id, deleted ones too.

        Args:
            kind: What they are.

        Returns:
            The objects with all their columns.
        """
        query = "select id, company, project, name, active, body from objects where kind = ? order by id"
        with self._lock:
            rows = self._db.execute(query, (kind,)).fetchall()
        return [
            StoredObject(number, company, project, name, bool(active), json.loads(body))
            for number, company, project, name, active, body in rows
        ]

    def _rows(
        self,
        where: str,
        values: tuple[Any, ...],
        project: str | None,
        *,
        limit: int = -1,
        offset: int = 0,
    ) -> list[Body]:
        """Return the bodies that a condition selects."""
        if project is not None:
            where, values = f"{where} and project = ?", (*values, project)
        query = f"select body from objects where {where} order by id limit ? offset ?"  # noqa: S608 -- fixed text, values bound
        key, kind = (query, values, limit, offset), str(values[0])
        own = self._writer == threading.get_ident()  # it must see what it has not committed yet
        known = None if own else self._found.get(key, self._versions[kind])
        if known is None:
            with self._lock:
                found = self._db.execute(query, (*values, limit, offset)).fetchall()
                known = [json.loads(text) for (text,) in found]
                if self._writer is None:
                    self._found.put(key, known, self._versions[kind])
        return list(known)

    def _write(self, kind: str, statement: str, values: tuple[Any, ...] = ()) -> None:
        """Run one statement on objects of a kind as a transaction."""
        with self.change():
            self._db.execute(statement, values)
            self._touched.add(kind)

    def next_id(self, kind: str, *, first: int = 1) -> int:
        """Return the id after the highest one of a kind; deleted objects keep theirs.

        Args:
            kind: What the new object will be.
            first: The lowest id to return.

        Returns:
            An id that no object of this kind has.
        """
        with self._lock:
            row = self._db.execute("select max(id) from objects where kind = ?", (kind,)).fetchone()
        return max(first, (row[0] or 0) + 1)

    def drop(self, kind: str, number: int) -> None:
        """Remove an object for good.

        Args:
            kind: Type of the object, such as `experiment` or `goal`.
            number: Its id.
        """
        self._write(kind, "delete from objects where kind = ? and id = ?", (kind, number))

    def clear(self) -> None:
        """Remove every object of every kind."""
        with self.change():
            self._db.execute("delete from objects")
            self._found.clear()

    @property
    def empty(self) -> bool:
        """Whether nothing was ever stored."""
        with self._lock:
            return self._db.execute("select 1 from objects limit 1").fetchone() is None

    def keep_baseline(self) -> None:
        """Make what is stored now the state that `reset` goes back to."""
        with self._lock:
            self._db.backup(self._baseline)

    def reset(self) -> None:
        """Restore the baseline: what came since is gone."""
        with self._lock:
            self._baseline.backup(self._db)
            self._forget()

    def image(self) -> RecordsImage:
        """Return the objects as they are now, and their baseline."""
        with self._lock:
            return RecordsImage(_bytes_of(self._db), _bytes_of(self._baseline))

    def restore(self, image: RecordsImage) -> None:
        """Go back to an image, of these records or of others.

        Args:
            image: What `image` returned.
        """
        with self._lock:
            _fill(self._baseline, image.baseline)
            _fill(self._db, image.objects)
            self._forget()

    def fork(self) -> "Records":
        """Return records in memory that start from this baseline."""
        fresh = Records()
        with self._lock:
            self._baseline.backup(fresh._baseline)
        fresh.reset()
        return fresh

    def _forget(self) -> None:
        """Forget what searches found."""
        self._found.clear()
        self.version += 1

    def close(self) -> None:
        """Close the database and its baseline."""
        with self._lock:
            self._db.close()
            self._baseline.close()


def _json(body: Body) -> str:
    """Return a body as it is stored."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _bytes_of(database: sqlite3.Connection) -> bytes:
    """Return a database as bytes that can be opened in memory."""
    with closing(sqlite3.connect(":memory:")) as copy:
        database.backup(copy)
        image = bytearray(copy.serialize())
    if image:
        image[18:20] = b"\1\1"  # file format: without a write-ahead log, which memory cannot have
    return bytes(image)


def _fill(database: sqlite3.Connection, image: bytes) -> None:
    """Replace what is in a database, in one transaction."""
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(image)
        copy.backup(database)


def _open(path: Path | None) -> sqlite3.Connection:
    """Open a database in a file or in memory; every write to a file is synced.

    Raises:
        ValueError: The file is damaged.
    """
    database = sqlite3.connect(
        str(path) if path else ":memory:", isolation_level=None, check_same_thread=False
    )
    if path is None:
        return database
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        if database.execute("pragma quick_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError("quick_check found something")
    except sqlite3.DatabaseError as error:
        database.close()
        raise ValueError(f"{path} is damaged ({error})") from error
    return database
