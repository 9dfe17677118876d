"""The public surface: pinned names, twins that match, and every operation of the contract."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import midakit

CONTRACT = Path(__file__).parents[1] / "data" / "api" / "mida-v2.openapi.yaml"

RESOURCES = {
    "projects": ["list", "create", "get", "update", "delete", "configuration", "update_configuration"],
    "experiments": [
        "list", "create", "get", "update", "delete", "set_status", "start", "stop", "to_draft",
        "distribution", "result", "timeseries", "metrics", "share_link", "preview_urls",
        "serve_winner", "update_rollout", "stop_serving", "segments",
    ],
    "comments": ["list", "add", "delete"],
    "account": ["members", "my_access"],
    "personalization": [
        "campaigns", "campaign", "create_campaign", "add_accounts", "suggested_pages", "saved_accounts",
    ],
    "exclusion_groups": ["list", "create", "update", "delete", "add_tests"],
    "events": ["list", "record", "get", "update", "delete"],
    "goals": ["list", "create", "get", "update", "delete"],
}  # fmt: skip

CONSTRUCTOR = [
    "api_key", "project_key", "region", "base_url", "auth", "timeout", "deadline", "retry",
    "max_concurrency", "transport", "http_client", "max_body", "profile", "on_unknown",
]  # fmt: skip


def resource(client, name):
    module = import_module(f"midakit.mida.{client}.{name}")
    prefix = "Async" if client == "_async" else ""
    return getattr(module, prefix + "".join(part.title() for part in name.split("_")))


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


def test_the_exported_names_are_pinned():
    """What users import from the top is this, and each name resolves."""
    pinned = {
        "APIError", "AsyncMida", "BadRequest", "Call", "ConfigurationError", "Conflict",
        "BodyTooLarge", "ConnectionFailed", "DeadlineExceeded", "DecodeError", "E", "F", "Failure", "Forbidden",
        "InvalidRequest", "Mida", "MidakitError", "MissingExtra", "NotAcceptable", "NotFound",
        "Outcome", "PlanLimitReached", "RateLimited", "Region", "Retry", "ServerError", "Status", "Success",
        "Timeout", "TransportError", "UNSET", "Unauthorized", "__version__",
    }  # fmt: skip
    assert set(midakit.__all__) == pinned
    for name in pinned:
        assert getattr(midakit, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    """Lazy names do not turn typos into import errors."""
    with pytest.raises(AttributeError, match="AsyncMidda"):
        midakit.AsyncMidda  # noqa: B018


@pytest.mark.parametrize("client", [midakit.AsyncMida, midakit.Mida])
def test_the_constructor_is_pinned(client):
    """Keyword only but the first."""
    parameters = list(inspect.signature(client).parameters.values())
    assert [one.name for one in parameters] == CONSTRUCTOR
    assert parameters[0].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in parameters[1:])


@pytest.mark.parametrize(("name", "methods"), RESOURCES.items())
def test_each_resource_has_its_methods(name, methods):
    """The table of the design, on both clients."""
    for client in ("_async", "_sync"):
        assert set(methods) == public(resource(client, name))


def test_the_two_clients_have_the_same_surface():
    """Names, parameters, defaults and documentation are equal; only async differs."""
    pairs = [(midakit.AsyncMida, midakit.Mida)]
    pairs += [(resource("_async", name), resource("_sync", name)) for name in RESOURCES]
    for slow, quick in pairs:
        renamed = {"aclose": "close"}
        assert {renamed.get(name, name) for name in public(slow)} == public(quick)
        for name in public(slow):
            one, other = getattr(slow, name), getattr(quick, renamed.get(name, name))
            if callable(one):
                first, second = inspect.signature(one), inspect.signature(other)
                assert [(p.name, p.kind, p.default) for p in first.parameters.values()] == [
                    (p.name, p.kind, p.default) for p in second.parameters.values()
                ], name
                assert bool(one.__doc__) == bool(other.__doc__)


def test_every_operation_of_the_contract_has_a_builder():
    """The contract's operationIds are exactly what the builders make."""
    wanted = set(re.findall(r"^\s+operationId: (\w+)$", CONTRACT.read_text(), re.MULTILINE))
    assert len(wanted) >= 47
    made = set()
    for name in RESOURCES:
        source = inspect.getsource(import_module(f"midakit.mida.calls.{name}"))
        made |= {word for word in wanted if f'"{word}"' in source}
    assert made == wanted, f"no builder in midakit.mida.calls makes {sorted(wanted - made)}"


def test_the_delivery_clients_are_pinned_and_match():
    """Both have the same methods and arguments, and so have the views of a visitor and the stores."""
    from midakit import delivery

    expected = {
        "attributes", "event", "flags", "flush", "hooks", "is_enabled", "limits", "preload",
        "project_key", "stats", "variant", "visitor",
    }  # fmt: skip
    assert public(delivery.AsyncMidaDelivery) == expected | {"aclose"}
    assert public(delivery.MidaDelivery) == expected | {"close"}
    for one, other in (
        (delivery.AsyncMidaDelivery, delivery.MidaDelivery),
        (delivery.AsyncVisitorView, delivery.VisitorView),
        (delivery.AsyncRedisStore, delivery.RedisStore),
        (delivery.AsyncMemoryStore, delivery.MemoryStore),
    ):
        assert [*inspect.signature(one).parameters] == [*inspect.signature(other).parameters]
        for name in public(one) & public(other):
            first, second = getattr(one, name), getattr(other, name)
            if callable(first):
                assert [*inspect.signature(first).parameters.values()] == [
                    *inspect.signature(second).parameters.values()
                ]
