"""What the sandbox's own controls under `/__sandbox__/` do.

A control is a function of the state, the query and the JSON body of a request.
"""

from typing import Any

from midakit.sandbox import page
from midakit.sandbox.choices import CHOICES, SERVER_CHOICES
from midakit.sandbox.contract.operations import document, operations
from midakit.sandbox.data import datasets
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.delivery.flags import flags_of, set_flags
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.rules import ACTIONS
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server import snapshot_controls, stub_controls
from midakit.sandbox.server.control_body import Control, Query, fields
from midakit.sandbox.values import Answer, Body, whole_number


def show_health(_state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Say that the sandbox serves requests.

    Args:
        _state: Not used.
        _query: Not used.
        _body: Not used.

    Returns:
        The status `ok`.
    """
    return {"status": "ok"}


def _meta(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Describe the contract, and every choice that was made where the docs are silent."""
    return {
        "contract": {"title": "Mida V2", "version": document()["info"]["version"]},
        "operations": sorted(operation.name for operation in operations()),
        "choices": [choice._asdict() for choice in (*CHOICES, *SERVER_CHOICES)],
        "faults": {name: sorted(args) for name, args in ACTIONS.items()},
        "projects": [
            {name: project[name] for name in ("project_key", "company_id", "website_name")}
            for project in state.records.find_all("project")
        ],
        "options": _options(state),
        "clock": _clock(state),
    }


def _reset(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Restore the data that were seeded or imported."""
    with state.loading:
        state.reset()
    return {"reset": True}


def _seed(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Replace the data by a seeded set."""
    names = ("seed", *Sizes.__dataclass_fields__)
    given = fields(body, dict.fromkeys(names, int))
    return datasets.seed(state, given.pop("seed", 42), Sizes(**given))


def import_lines(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Replace the data by JSON lines.

    Args:
        state: What the sandbox holds.
        _query: Not used.
        body: The lines, as bytes.

    Returns:
        How many projects, goals and experiments were read.
    """
    return datasets.import_data(state, body.decode("utf-8", "replace").splitlines())


def _export_lines(state: SandboxState, _query: Query, _body: Any) -> bytes:
    """Return projects, goals, experiments, visitors, assignments and events as JSON lines."""
    return "".join(line + "\n" for line in datasets.export_data(state)).encode()


def _show_clock(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Return the time that the clock shows."""
    return _clock(state)


def _set_clock(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Freeze the clock (`{"freeze": true}` or a time), move it (seconds), or let it run (`false`)."""
    given = fields(body, {"freeze": (bool, str), "move": (int, float), "run": bool})
    freeze = given.get("freeze")
    if freeze == "" or given.get("run") is False or (freeze and given.get("run")):
        raise HttpError(400, "freeze is true, false or a time; run is true, and without freeze")
    state.set_clock(False if given.get("run") else freeze, given.get("move"))
    return _clock(state)


def _clock(state: SandboxState) -> Body:
    """Return the clock as JSON."""
    return {"now": state.now_text(), "frozen": state.clock.frozen}


def _show_faults(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Return the fault rules in force, with what they matched and did."""
    return {"rules": state.faults.as_json()}


def _add_faults(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Add a fault rule or a list of them."""
    state.faults.add(body if isinstance(body, list) else [body])
    return {"rules": state.faults.as_json()}


def _clear_faults(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Remove all fault rules; `?seed=N` also sets the seed of their chances."""
    state.faults.clear(whole_number(query, "seed", 0) if "seed" in query else None)
    return {"rules": []}


def _add_traffic(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Simulate visitors of the live experiments."""
    return datasets.add_traffic(state, **fields(body, {"visitors": int, "days": int, "seed": int}))


def _set_options(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Set the plan (300 and 305 are limited), the features and the limits of the account."""
    none = type(None)
    kinds = {"plan": (int, none), "personalization": bool, "ld_rate_limit": (int, none)}
    state.change_options(**fields(body, kinds))
    return _options(state)


def _options(state: SandboxState) -> Body:
    """Return the options without the clock, which has a control of its own."""
    return {name: value for name, value in state.options.items() if name != "clock"}


def _add_project(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Add a project, with an API key if one is given."""
    texts = dict.fromkeys(("project_key", "website_name", "api_key"), str)
    given = fields(body, {**texts, "company_id": int, "status": int})
    if not given.get("project_key"):
        raise HttpError(400, "project_key is required")
    key = given.pop("api_key", None)
    defaults = {"website_name": given["project_key"], "allowed_website": "*"}
    return 201, state.add_project({**defaults, **given}, key)


def _set_flags(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Set the flags of a project: the percent of visitors that each is on for."""
    given = fields(body, {"project_key": str, "flags": dict})
    set_flags(state, given.get("project_key", ""), given.get("flags", {}))
    return {"flags": flags_of(state, given["project_key"])}


def _launch(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Launch a campaign as the dashboard does; it needs a goal."""
    number = whole_number(query, "campaign_id", 0)
    with state.records.change():
        campaign = state.records.find("campaign", number)
        if campaign is None:
            raise HttpError(404, "Campaign not found")
        if campaign["goal_profile_id"] is None:
            raise HttpError(409, "A campaign needs a goal before launch")
        launched = {**campaign, "launched": True, "updated_at": state.now_text()}
        state.records.rewrite("campaign", number, launched)
    return {"abm_campaign_id": number, "launched": True}


CONTROLS: dict[str, dict[str, Control]] = {
    **snapshot_controls.CONTROLS,
    **stub_controls.CONTROLS,
    "/health": {"GET": show_health},
    "/meta": {"GET": _meta},
    "/reset": {"POST": _reset},
    "/seed": {"POST": _seed},
    "/import": {"POST": import_lines},
    "/export": {"GET": _export_lines},
    "/clock": {"GET": _show_clock, "POST": _set_clock},
    "/faults": {"GET": _show_faults, "POST": _add_faults, "DELETE": _clear_faults},
    "/traffic": {"POST": _add_traffic},
    "/options": {"PATCH": _set_options},
    "/projects": {"POST": _add_project},
    "/flags": {"PUT": _set_flags},
    "/launch": {"POST": _launch},
    "/view/overview": {"GET": page.overview},
    "/view/report": {"GET": page.report},
}
