"""Write the sandbox's copy of the API contract: the OpenAPI file as JSON, without the files of examples.

The sandbox routes and checks requests by the contract itself, so that a mistake shared by
client and server cannot hide, and serves it at `/openapi.json`.  `--check` compares instead of writing.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "tests/data/api/mida-v2.openapi.yaml"
TARGET = ROOT / "src/midakit/sandbox/contract/contract.json"


def drop_examples(node: Any) -> None:
    """Remove the references to examples, which lie in files of their own.

    Args:
        node: A part of the contract, changed in place.
    """
    if isinstance(node, dict):
        node.pop("examples", None)
    for value in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        drop_examples(value)


def rendered() -> str:
    """Return the contract as one line of JSON."""
    document = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    for item in document["paths"].values():
        for operation in item.values():
            drop_examples(operation)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"


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
