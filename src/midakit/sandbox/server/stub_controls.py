"""Controls of stubs, of the requests that were seen, and of the check that something was asked."""

from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.control_body import Control, Query, fields
from midakit.sandbox.stubs.request_match import parse_match
from midakit.sandbox.stubs.verification import check_asked, sent_by
from midakit.sandbox.values import Answer, Body, whole_number


def show_requests(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Return requests after a number; with `wait`, the server first waits for the next one.

    Args:
        state: What the sandbox holds.
        query: `after`, a number of a request; `limit`; `method` and `path`, a pattern, of the wanted
            ones; `brief=1` leaves headers and bodies out.
        _body: Not used.

    Returns:
        The requests, oldest first, and the number of the latest one.
    """
    match = parse_match({name: query[name] for name in ("method", "path") if name in query})
    found = [
        one
        for one in state.requests.entries(whole_number(query, "after", 0))
        if not match.differences(sent_by(one))
    ]
    shown = found[: whole_number(query, "limit", 1000)]
    whole = query.get("brief") != "1"
    return {"requests": [one.as_json(whole=whole) for one in shown], "count": state.requests.count}


def _clear_requests(state: SandboxState, _query: Query, _body: Any) -> Answer:
    """Forget the requests that were seen."""
    state.requests.clear()
    return {"requests": [], "count": state.requests.count}


def _show_request(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Return the request `?number=`, with its headers and bodies."""
    seen = state.requests.find(whole_number(query, "number", 0))
    if seen is None:
        raise HttpError(404, "No such request, or it is forgotten")
    return seen.as_json()


def _verify(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Check how often something was asked; 406 with a message when it was not as expected."""
    counts = dict.fromkeys(("times", "at_least", "at_most"), int)
    found = check_asked(fields(body, {"request": dict, **counts}), state.requests)
    return found if found["verified"] else (406, {"error": found["message"], **found})


def _show_stubs(state: SandboxState, _query: Query, _body: Any) -> Body:
    """Return the stubs in force, with how often each has answered."""
    return {"stubs": state.stubs.as_json()}


def _add_stub(state: SandboxState, _query: Query, body: Any) -> Answer:
    """Add a stub or a list of them; the one that was added last answers."""
    return 201, state.stubs.add(body)


def _drop_stubs(state: SandboxState, query: Query, _body: Any) -> Answer:
    """Remove the stub `?number=`, or all of them."""
    if "number" in query:
        state.stubs.drop(whole_number(query, "number", 0))
    else:
        state.stubs.clear()
    return _show_stubs(state, query, None)


CONTROLS: dict[str, dict[str, Control]] = {
    "/requests": {"GET": show_requests, "DELETE": _clear_requests},
    "/request": {"GET": _show_request},
    "/verify": {"POST": _verify},
    "/stubs": {"GET": _show_stubs, "POST": _add_stub, "DELETE": _drop_stubs},
}
