"""Write the sandbox's copy of the API contract: the OpenAPI file as JSON, prose left out.

The sandbox routes and checks requests by the contract itself, so that a mistake shared by
client and server cannot hide.  `--check` compares instead of writing.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "tests/data/api/mida-v2.openapi.yaml"
TARGET = ROOT / "src/midakit/sandbox/contract/contract.json"
PROSE = {"description", "summary", "title", "tags", "examples", "example", "x-doc", "externalValue"}


def without_prose(node: Any, *, named: bool = False) -> Any:
    """Return a part of the contract without its documentation.

    Args:
        node: The JSON value.
        named: Whether its keys are names, as under `properties`; names stay.

    Returns:
        A copy.
    """
    if isinstance(node, list):
        return [without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_prose(value, named=key in {"properties", "schemas", "parameters"})
        for key, value in node.items()
        if named or key not in PROSE
    }


def rendered() -> str:
    """Return the contract as one line of JSON."""
    document = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    kept = {key: document[key] for key in ("openapi", "info", "paths", "components")}
    return json.dumps(without_prose(kept), separators=(",", ":"), sort_keys=True) + "\n"


def main() -> int:
    """Write the file, or say whether it is up to date."""
    if "--check" in sys.argv[1:]:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == rendered()
        print("up to date" if fresh else f"{TARGET.name} differs from the contract")
        return 0 if fresh else 1
    TARGET.write_text(rendered(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
