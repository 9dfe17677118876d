"""Controls of snapshots and of namespaces."""

from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.control_body import Control, Query, fields
from midakit.sandbox.values import Answer, Body


def _show_snapshots(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Return the names of the snapshots that can be restored."""
    return {"snapshots": state.snapshots.names()}


def _take_snapshot(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Keep the present data, options and clock under a name: `{"name": "logged-in"}`."""
    with state.loading:
        state.take_snapshot(_name(body))
    return 201, {"snapshots": state.snapshots.names()}


def _drop_snapshot(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Delete the snapshot `?name=`."""
    with state.loading:
        state.snapshots.drop(query.get("name", ""))
    return {"snapshots": state.snapshots.names()}


def _restore(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Go back to a snapshot: `{"name": "logged-in"}`; requests, faults and stubs are forgotten."""
    name = _name(body)
    with state.loading:
        state.restore(name)
    return {"restored": name}


def _show_namespaces(state: SandboxState, _query: Query, _body: Any) -> Body:
    """Return the namespaces, with the number of requests that each has seen."""
    namespaces = state.root.namespaces
    return {
        "namespaces": [
            {"name": name, "requests": namespaces.get(name).requests.count}
            for name in namespaces.names()
        ]
    }


def _add_namespace(state: SandboxState, query: Query, body: Any) -> Answer:
    """Make a namespace before its first request: `{"name": "checkout-test"}`."""
    state.root.namespaces.get(_name(body))
    return 201, _show_namespaces(state, query, None)


def _drop_namespaces(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Delete the namespace `?name=`; without a name all of them."""
    namespaces = state.root.namespaces
    namespaces.drop(query["name"]) if "name" in query else namespaces.clear()
    return _show_namespaces(state, query, None)


def _name(body: Any) -> str:
    """Return the name in a body."""
    name = fields(body, {"name": str}).get("name")
    if not isinstance(name, str) or not name:
        raise HttpError(400, "name is required")
    return name


CONTROLS: dict[str, dict[str, Control]] = {
    "/snapshots": {"GET": _show_snapshots, "POST": _take_snapshot, "DELETE": _drop_snapshot},
    "/restore": {"POST": _restore},
    "/namespaces": {"GET": _show_namespaces, "POST": _add_namespace, "DELETE": _drop_namespaces},
}
