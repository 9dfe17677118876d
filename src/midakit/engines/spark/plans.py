"""The plan of a read: made once, on the driver, and frozen where the option `plan` says.

no plan named          listed and planned for this read alone
plan named, not there  planned, and written there
plan named and there   read back; nothing is listed, and what to fetch is settled
"""

import asyncio

import attrs

from midakit.engines.spark.connect import Shared, clients, projects
from midakit.engines.spark.options import Wanted
from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.stores import NameTaken, Store
from midakit.export.plan.frozen_plan import current_plan, plan_to_resume
from midakit.export.plan.planner import make_plan
from midakit.export.plan.request import ExportRequest
from midakit.export.plan.spec import FILE, Plan

ASKED = "asked"


def frozen(wanted: Wanted, shared: Shared) -> Plan:
    """The plan that this read works off."""
    if wanted.plan is None:
        return asyncio.run(_make(wanted, shared))
    store = open_store(wanted.plan)
    found = current_plan(store)
    if found is None:
        found = _freeze(asyncio.run(_make(wanted, shared)), store)
    return _agreed(found, wanted, store)


def _freeze(made: Plan, store: Store) -> Plan:
    try:
        store.put(FILE, "".join(f"{line}\n" for line in made.lines()).encode())
    except NameTaken:  # another driver was first
        return plan_to_resume(store)
    return made


def _agreed(found: Plan, wanted: Wanted, store: Store) -> Plan:
    asked = found.settings.get(ASKED)
    if wanted.asked and dict(wanted.asked) != asked:
        raise ConfigurationError(
            f"{store} holds a plan made for {'an export' if asked is None else f'other options ({asked})'};"
            f" leave {', '.join(wanted.asked)} out to work it off, or name another place as 'plan'"
        )
    return found


async def _make(wanted: Wanted, shared: Shared) -> Plan:
    request = ExportRequest(**wanted.request())
    async with clients(projects(wanted, shared), wanted, shared) as opened:
        made, _ = await make_plan(opened, request)
    return attrs.evolve(made, settings={**made.settings, ASKED: dict(wanted.asked)})
