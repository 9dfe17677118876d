"""The sandbox's own controls under `/__sandbox__/`: never part of the API it plays.

A page of some website must not be able to reset or read a sandbox on the visitor's machine: a
foreign `Origin`, or on loopback a foreign `Host`, is refused.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox.answers import Answer, Body, decode_json, encode_json
from midakit.sandbox.choices import CHOICES, SERVER_CHOICES
from midakit.sandbox.contract.operations import document, operations
from midakit.sandbox.data import datasets
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.rules import ACTIONS
from midakit.sandbox.origins import refuse_strangers
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.state.timestamps import iso_text

Control = Callable[[SandboxState, Mapping[str, str], Any], Answer | str]
_POLL = 0.1
_LONGEST_WAIT = 30.0
_log = logging.getLogger("midakit.sandbox")


def health(_state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """Ready to serve."""
    return {"status": "ok"}


def meta(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """Which contract is served, and every choice made where the docs are silent."""
    return {
        "contract": {"title": "Mida V2", "version": document()["info"]["version"]},
        "operations": sorted(operation.name for operation in operations()),
        "choices": [choice._asdict() for choice in (*CHOICES, *SERVER_CHOICES)],
        "faults": {name: sorted(args) for name, args in ACTIONS.items()},
        "projects": [
            {name: project[name] for name in ("project_key", "company_id", "website_name")}
            for project in state.records.find_all("project")
        ],
        "options": {k: v for k, v in state.options.items() if k != "clock"},
        "clock": _clock(state),
    }


def reset(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """Back to the data seeded or imported."""
    with state.loading:
        state.reset()
    return {"reset": True}


def seed(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """Replace the data by a seeded set."""
    given = _fields(body, {"seed": int, "visitors": int})
    return datasets.seed(state, given.get("seed", 42), given.get("visitors", 10_000))


def load(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """Replace the data by JSON lines in the neutral format."""
    return datasets.load(state, body.decode("utf-8", "replace").splitlines())


def export(state: SandboxState, _query: Mapping[str, str], _body: Any) -> str:
    """Everything as JSON lines in the neutral format."""
    return "".join(line + "\n" for line in datasets.dump(state))


def show_clock(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """What time it is here."""
    return _clock(state)


def set_clock(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """Freeze (`{"freeze": true}` or a moment), move (seconds), or let run again."""
    given = _fields(body, {"freeze": (bool, str), "move": (int, float), "run": bool})
    if given.get("run"):
        state.clock.run()
    if freeze := given.get("freeze"):
        state.clock.freeze(parse_time(freeze) if isinstance(freeze, str) else None)
    if "move" in given:
        state.clock.move(given["move"])
    state.keep_clock()
    return _clock(state)


def _clock(state: SandboxState) -> Body:
    return {"now": iso_text(state.clock.now()), "frozen": state.clock.frozen}


def show_faults(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """The rules in force, with what they saw and did."""
    return {"rules": state.faults.shown()}


def add_faults(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """Add a rule or a list of rules."""
    state.faults.add(body if isinstance(body, list) else [body])
    return {"rules": state.faults.shown()}


def clear_faults(state: SandboxState, query: Mapping[str, str], _body: Any) -> Answer:
    """Drop the rules; `?seed=N` also changes the seed of the chances."""
    state.faults.clear(_whole(query, "seed", None))
    return {"rules": []}


def show_requests(state: SandboxState, query: Mapping[str, str], _body: Any) -> Answer:
    """Requests after a number; `wait` seconds for the next one makes a live view."""
    found = state.requests.since(_whole(query, "after", 0) or 0, _whole(query, "limit", 1000) or 0)
    return {"requests": found, "count": state.requests.count}


def clear_requests(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Answer:
    """Forget the requests seen."""
    state.requests.clear()
    return {"requests": [], "count": state.requests.count}


def traffic(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """Simulate visitors of the live experiments."""
    given = _fields(body, {"visitors": int, "days": int, "seed": int})
    return datasets.traffic(state, **given)


def set_options(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """The plan (300 and 305 are limited), features and limits of the account."""
    none = type(None)
    kinds = {"plan": (int, none), "personalization": bool, "ld_rate_limit": (int, none)}
    state.change_options(**_fields(body, kinds))
    return {k: v for k, v in state.options.items() if k != "clock"}


def add_project(state: SandboxState, _query: Mapping[str, str], body: Any) -> Answer:
    """A further project, with an API key if one is given."""
    given = _fields(
        body,
        {"project_key": str, "website_name": str, "company_id": int, "status": int, "api_key": str},
    )
    if not given.get("project_key"):
        raise HttpError(400, "project_key is required")
    key = given.pop("api_key", None)
    stored = state.add_project(
        {"website_name": given["project_key"], "allowed_website": "*", **given}, key
    )
    return 201, stored


def launch(state: SandboxState, query: Mapping[str, str], _body: Any) -> Answer:
    """Do what the dashboard does: launch a campaign, which needs a goal."""
    number = _whole(query, "campaign_id", None) or 0
    with state.records.change():
        campaign = state.records.find("campaign", number)
        if campaign is None:
            raise HttpError(404, "Campaign not found")
        if campaign["goal_profile_id"] is None:
            raise HttpError(409, "A campaign needs a goal before launch")
        launched = {**campaign, "launched": True, "updated_at": state.now_text()}
        state.records.rewrite("campaign", number, launched)
    return {"abm_campaign_id": number, "launched": True}


def _fields(given: Any, kinds: Mapping[str, Any]) -> Body:
    body: Body = {} if given is None else given
    if not isinstance(body, dict) or set(body) - set(kinds):
        raise HttpError(400, f"The body is an object of {', '.join(kinds)}")
    for name, value in body.items():
        flag = isinstance(value, bool) and kinds[name] in {int, (int, float)}
        if flag or not isinstance(value, kinds[name]):
            raise HttpError(400, f"{name} has the wrong type")
    return body


def _whole(query: Mapping[str, str], name: str, default: int | None) -> int | None:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise HttpError(400, f"{name} must be a whole number")
    return int(text)


CONTROLS: dict[str, dict[str, Control]] = {
    "/health": {"GET": health},
    "/meta": {"GET": meta},
    "/reset": {"POST": reset},
    "/seed": {"POST": seed},
    "/import": {"POST": load},
    "/export": {"GET": export},
    "/clock": {"GET": show_clock, "POST": set_clock},
    "/faults": {"GET": show_faults, "POST": add_faults, "DELETE": clear_faults},
    "/requests": {"GET": show_requests, "DELETE": clear_requests},
    "/traffic": {"POST": traffic},
    "/options": {"PATCH": set_options},
    "/projects": {"POST": add_project},
    "/launch": {"POST": launch},
}


def routes(state: SandboxState, pool: ThreadPoolExecutor) -> list[BaseRoute]:
    """The controls as routes."""
    return [Route(path, Controls(state, pool, methods)) for path, methods in CONTROLS.items()]


class Controls:
    """All methods of one control."""

    def __init__(
        self, state: SandboxState, pool: ThreadPoolExecutor, methods: Mapping[str, Control]
    ) -> None:
        self._state = state
        self._pool = pool
        self._methods = methods

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        try:
            refuse_strangers(request, self._state.settings.host)
            control = self._methods.get(request.method)
            if control is None:
                allow = {"allow": ", ".join(sorted(self._methods))}
                return _json((405, {"error": "Method not allowed"}), allow)
            raw = await request.body()
            body = raw if control is load else decode_json(raw) if raw.strip() else None
            await self._wait(control, request.query_params)
            loop = asyncio.get_running_loop()
            query = dict(request.query_params)
            answer = await loop.run_in_executor(self._pool, control, self._state, query, body)
        except ClientDisconnect:
            return Response()
        except HttpError as problem:
            answer = problem.status, {"error": problem.message}
        except Exception:
            _log.exception("%s failed", request.url.path)
            answer = 500, {"error": "The sandbox failed; its log says why"}
        return PlainTextResponse(answer) if isinstance(answer, str) else _json(answer)

    async def _wait(self, control: Control, query: Mapping[str, str]) -> None:
        """Hold a reader of requests until there is a new one, without holding a thread."""
        if control is not show_requests or "wait" not in query:
            return
        after, wait = _whole(query, "after", 0) or 0, _whole(query, "wait", 0) or 0
        left = min(float(wait), _LONGEST_WAIT)
        while self._state.requests.count <= after and left > 0:
            await asyncio.sleep(_POLL)
            left -= _POLL


def _json(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return Response(encode_json(body), status, headers, media_type="application/json")
