"""A small account in memory, behind the port that transports have, and a disk that can die under it."""

import json
import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from midakit import AsyncMida
from midakit.core.wire.messages import Response
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.table_formats.delta import DeltaTables
from support.steps import kind_of

KEY = "mk-secret-5b1f77-of-nobody"
DAYS = 3


class Killed(BaseException):
    """As SIGKILL does it: nothing that was meant to follow follows."""


def survives(work):
    """Run it to its end, or to its death; whether it lived."""
    try:
        work()
    except Killed:
        return False
    except BaseExceptionGroup as group:
        assert group.subgroup(Killed)
        return False
    return True


class Account:
    """Experiments 1 to `count`; some may fail, be elsewhere, or answer with what a test puts in."""

    def __init__(self, count=9):
        self.ids = list(range(1, count + 1))
        self.status = {}
        """test id -> status instead of an answer"""
        self.die_at = None
        """number of the request, from now on, at which the process dies"""
        self.spoil = lambda kind, body: body
        self.between_pages = lambda: None
        self.seen = []

    def client(self, **options):
        return AsyncMida(
            KEY, project_key="p1", base_url="http://127.0.0.1:9", transport=self, retry=1, **options
        )

    @property
    def reports(self):
        """The reports asked for, as (test id, kind)."""
        return [
            (int(path.split("/")[-2]), path.split("/")[-1])
            for path in self.seen
            if "/experiment/" in path
        ]

    async def send(self, request):
        url = urlsplit(request.target.decode())
        self.seen.append(url.path)
        if self.die_at is not None:
            self.die_at -= 1
            if self.die_at < 0:
                raise Killed
        status, body = self._answer(url.path.split("/"), parse_qs(url.query))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(status, ((b"content-type", b"application/json"),), data)

    async def aclose(self):
        pass

    def _answer(self, path, query):
        offset, limit = (int(query.get(name, ["0"])[0]) for name in ("offset", "limit"))
        if path[-1] == "experiments":
            page = self.ids[offset : offset + limit]
            self.between_pages()
            return 200, {
                "success": True,
                "count": len(page),
                "experiments": list(map(experiment, page)),
            }
        if path[-1] == "goals":
            return 200, {"success": True, "goals": []}
        number, kind = int(path[-2]), path[-1]
        if number in self.status:
            return self.status[number], {"success": False, "error": f"no {kind} for {number}"}
        body = {"result": result, "timeseries": timeseries}[kind](number)
        return 200, self.spoil(kind, body)


def experiment(number):
    return {
        "test_id": number, "test_name": f"Experiment {number}", "status": 1, "is_completed": 0,
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-02T00:00:00.000Z",
    }  # fmt: skip


def result(number):
    variants = [
        {"variant_id": str(n), "name": f"V{n}", "visitors": 100 * number + n, "conversions": n}
        for n in range(2)
    ]
    return {
        "success": True,
        "test_id": number,
        "status": "live",
        "status_code": 1,
        "variants": variants,
    }


def timeseries(number):
    rows = [
        {"variant_id": str(n), "visitors": number + day, "created_at": f"2026-01-{day + 1:02}T00:00:00.000Z"}
        for day in range(DAYS) for n in range(2)
    ]  # fmt: skip
    return {"success": True, "test_id": number, "timeseries": rows}


CALLS = ("fsync", "link", "rename", "replace", "unlink", "mkdir", "open")
NAMED = ("link", "rename", "replace", "unlink")
"""Steps whose kind is told by the name of the file as well; others do the same for all files"""


@contextmanager
def dying(at, form=None):
    """The process dies at a step that changes the disk: at that number, or at that of a kind; None: it does not.

    Libraries that write by themselves die before and after each of the steps that they let be seen; table
    formats do so when `form` names them. Yields the kinds of the steps that were taken.
    """
    taken, dead = [], []

    def alive(kind):
        if dead or at in (len(taken), (kind, taken.count(kind))):
            dead.append(kind)
            raise Killed
        taken.append(kind)

    def dies_before(genuine, name):
        def call(*args, **options):
            file = kind_of(Path(args[0]).name) if name in NAMED else "any"
            alive(f"{name} {file}")
            return genuine(*args, **options)

        return call

    def dies_around(genuine, name):
        def call(*args, **options):
            file = kind_of(Path(getattr(args[0], "location", "")).name)
            alive(f"before {name} {file}")
            found = genuine(*args, **options)
            alive(f"after {name}")
            return found

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, dies_before(getattr(os, name), name))
        for owner, name in library_steps(form):
            patch.setattr(owner, name, dies_around(getattr(owner, name), name))
        patch.setattr(DuckDbTarget, "__init__", _seen_by(alive, DuckDbTarget.__init__))
        yield taken


def library_steps(form):
    """Where the library of a table format changes the disk, as (class, method)."""
    if form == "delta":
        import deltalake

        yield DeltaTables, "create"
        yield DeltaTables, "write"
        yield deltalake.table.TableOptimizer, "compact"
    if form == "iceberg":
        from pyiceberg.catalog.sql import SqlCatalog
        from pyiceberg.io.pyarrow import PyArrowFile

        yield SqlCatalog, "create_namespace_if_not_exists"
        yield SqlCatalog, "commit_table"
        yield PyArrowFile, "create"


def _seen_by(alive, genuine):
    """A DuckDB target whose process can die between two statements of a transaction."""

    class Connection:
        def __init__(self, real):
            self.real = real

        def __getattr__(self, name):
            return getattr(self.real, name)

        def execute(self, query, *args):
            if not query.startswith("select"):
                alive(query)
            return self.real.execute(query, *args)

    def make(self, *args, **options):
        genuine(self, *args, **options)
        self._db = Connection(self._db)

    return make
