"""Writes docs/reference/coverage.md from the contract: which method makes which operation."""

import re
import sys
from importlib import import_module
from inspect import getsource
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "tests" / "data" / "api" / "mida-v2.openapi.yaml"
PAGE = ROOT / "docs" / "reference" / "coverage.md"
RESOURCES = (
    "projects", "experiments", "comments", "account", "personalization", "exclusion_groups", "events", "goals",
)  # fmt: skip


def operations() -> list[tuple[str, str, str]]:
    """(operationId, HTTP method, path), in the contract's order."""
    found, path, method = [], "", ""
    for line in CONTRACT.read_text().splitlines():
        if match := re.match(r"^  (/\S+):$", line):
            path = match[1]
        elif match := re.match(r"^    (get|post|patch|delete|put):$", line):
            method = match[1].upper()
        elif match := re.match(r"^      operationId: (\w+)$", line):
            found.append((match[1], method, path))
    return found


def methods() -> dict[str, str]:
    """operationId -> resource.method."""
    found = {}
    for name in RESOURCES:
        source = getsource(import_module(f"midakit.mida.calls.{name}"))
        for part in re.split(r"^def ", source, flags=re.MULTILINE)[1:]:
            function = part.partition("(")[0]
            for operation in re.findall(r'"(\w+)"', part):
                found.setdefault(operation, f"{name}.{function}")
    return found


def page() -> str:
    """Return the whole page."""
    made = methods()
    rows = [
        f"| `{one}` | {method} `{path}` | {linked(made[one])} |"
        for one, method, path in operations()
    ]
    head = "# API coverage\n\nGenerated from the contract: all {} operations.\n\n| Operation | Request | Method |\n|---|---|---|\n"
    return head.format(len(rows)) + "\n".join(rows) + "\n"


def linked(method: str) -> str:
    """Return a method with a link to its description."""
    resource, _, function = method.partition(".")
    kind = "Async" + "".join(word.capitalize() for word in resource.split("_"))
    return f"[`mida.{method}`](clients.md#midakit.mida._async.{resource}.{kind}.{function})"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the contract gives")
    PAGE.write_text(page())
