"""A plain HTTP client for the sandbox that holds every answer against the contract.

It shares nothing with the product: httpx for the wire, jsonschema and the OpenAPI file as published
for the shapes.
"""

import re
from functools import cache
from pathlib import Path

import httpx
import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

CONTRACT = Path(__file__).parents[1] / "data/api/mida-v2.openapi.yaml"


@cache
def contract():
    """The published contract."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times as fast, where libyaml is
    return yaml.load(CONTRACT.read_text(encoding="utf-8"), loader)


@cache
def operations():
    """operationId -> (method, path template, operation)."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in contract()["paths"].items()
        for method, operation in item.items()
        if method in {"get", "post", "patch", "delete"}
    }


@cache
def registry():
    """Lets `#/components/...` references find their schemas."""
    resource = Resource(contents=contract(), specification=DRAFT202012)
    return Registry().with_resource("urn:contract", resource)


@cache
def operation_of(method, path):
    """The operation a request path belongs to, or None."""
    for name, (wanted, template, _) in operations().items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if wanted == method.lower() and re.fullmatch(f"/v2{pattern}", path):
            return name
    return None


@cache
def validator(name, status):
    """The schema of an operation's answer with this status."""
    responses = operations()[name][2]["responses"]
    response = responses.get(str(status), responses["default"])
    while "$ref" in response:
        response = contract()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    schema = _absolute(response["content"]["application/json"]["schema"])
    return jsonschema.Draft202012Validator(schema, registry=registry())


def request_schema(name):
    """The schema of an operation's request body, references made absolute."""
    return _absolute(operations()[name][2]["requestBody"]["content"]["application/json"]["schema"])


def _absolute(node):
    if isinstance(node, dict):
        return {
            key: f"urn:contract{value}" if key == "$ref" else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(item) for item in node] if isinstance(node, list) else node


class Api:
    """Requests under one project; every answer must have the documented shape."""

    def __init__(self, sandbox, *, key=None, project=None):
        self.sandbox = sandbox
        self.project = project or sandbox.project_key
        self.http = httpx.Client(
            base_url=sandbox.base_url, headers={"x-api-key": key or sandbox.api_key}, timeout=300
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def send(self, method, path="", *, status=200, **options):
        """One call under the project; checks the status and the answer's shape."""
        response = self.http.request(method, f"/project/{self.project}{path}", **options)
        assert response.status_code == status, response.text
        body = response.json()
        name = operation_of(method, response.request.url.path)
        if name is not None:
            validator(name, status).validate(body)
        return body

    def get(self, path="", **options):
        return self.send("GET", path, **options)

    def post(self, path="", body=None, **options):
        return self.send("POST", path, json={} if body is None else body, **options)

    def patch(self, path="", body=None, **options):
        return self.send("PATCH", path, json={} if body is None else body, **options)

    def delete(self, path="", **options):
        return self.send("DELETE", path, **options)

    def admin(self, method, path, **options):
        """One call of the sandbox's own controls."""
        return self.http.request(method, f"{self.sandbox.url}/__sandbox__{path}", **options)
