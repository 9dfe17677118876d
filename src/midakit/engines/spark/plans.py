"""The plan of a read: made once, on the driver, and frozen where the option `plan` says.

no plan named          listed and planned for this read alone
plan named, not there  planned, and written there
plan named and there   read back; nothing is listed, and what to fetch is decided already
"""

import asyncio

import attrs

from midakit.engines.spark.connect import SessionSettings, clients, projects
from midakit.engines.spark.options import ReadOptions
from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.stores import NameTaken, Store
from midakit.export.plan.frozen_plan import current_plan, plan_to_resume
from midakit.export.plan.plan import FILE, Plan
from midakit.export.plan.planner import make_plan
from midakit.export.plan.request import ExportRequest

ASKED = "asked"


def plan_of_read(options: ReadOptions, session: SessionSettings) -> Plan:
    """Return the plan that a read works off; make it where there is none.

    Args:
        options: What `.option(...)` set on the reader: table, place, and what to ask for.
        session: What the session's tasks go by.

    Raises:
        ConfigurationError: The place holds a plan that was made for other options.
        InvalidRequest: What is wanted breaks a rule of the API.
        MidakitError: The experiments could not be listed.
    """
    if options.plan is None:
        return asyncio.run(_make(options, session))
    store = open_store(options.plan)
    found = current_plan(CommitLog(store))
    if found is None:
        found = _freeze(asyncio.run(_make(options, session)), store)
    return _agreed(found, options, store)


def _freeze(made: Plan, store: Store) -> Plan:
    """Write a plan, unless another driver has written one meanwhile; return the one that is there."""
    try:
        store.put(FILE, "".join(f"{line}\n" for line in made.lines()).encode())
    except NameTaken:
        return plan_to_resume(CommitLog(store))
    return made


def _agreed(found: Plan, options: ReadOptions, store: Store) -> Plan:
    """Refuse a plan that was made for other options than those given."""
    asked = found.settings.get(ASKED)
    if options.asked and dict(options.asked) != asked:
        raise ConfigurationError(
            f"{store} holds a plan made for {'an export' if asked is None else f'other options ({asked})'};"
            f" leave {', '.join(options.asked)} out to work it off, or name another place as 'plan'"
        )
    return found


async def _make(options: ReadOptions, session: SessionSettings) -> Plan:
    request = ExportRequest(**options.wanted())
    async with clients(projects(options, session), options, session) as opened:
        made, _ = await make_plan(opened, request)
    return attrs.evolve(made, settings={**made.settings, ASKED: dict(options.asked)})
