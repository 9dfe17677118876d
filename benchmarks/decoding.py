"""Decoding: a result, a page of 200 experiments, a timeseries of 100,000 rows.

    python -m benchmarks.decoding [--smoke] [--rounds 5]

Every decoder reads the same bytes in the same process, in shuffled order. midakit's models keep
unknown fields and unknown words; msgspec's Structs drop them.
"""

import argparse
import gc
import json
from collections.abc import Callable
from datetime import datetime
from time import process_time
from typing import Any, get_type_hints

import attrs
import cattrs
import msgspec
import pydantic

from benchmarks import harness
from benchmarks.harness import Row
from benchmarks.tables.spreads import divided
from midakit.core.models.decode import loads
from midakit.core.models.model import Model
from midakit.mida.models import ExperimentList, Result, Status, Timeseries

VARIANTS = [
    {
        "variant_id": str(number),
        "name": f"Variant {number}",
        "visitors": 1500,
        "conversions": 120,
        "conversion_rate": 8.0,
        "improvement": 25.0,
        "revenue": 5800.0,
        "orders": 145,
        "traffic_weight": 50,
        "variant_status": "active",
        "is_control": number == 0,
    }
    for number in range(2)
]
RESULT = {
    "success": True,
    "test_id": 1234,
    "test_name": "Homepage CTA",
    "status": 1,
    "status_code": 1,
    "start_date": "2024-01-15T10:30:00.000Z",
    "end_date": None,
    "days_running": 15,
    "primary_goal": {"goal_name": "Click", "goal_type": "clickOnElement", "goal_value": ".cta"},
    "stats_engine": "bayesian",
    "total_visitors": 2980,
    "total_conversions": 268,
    "variants": VARIANTS,
    "unheard_of": {"p": 0.03},
}
EXPERIMENT = {
    "test_id": 1234,
    "test_name": "Homepage CTA",
    "url": "https://example.com/",
    "status": 1,
    "is_completed": 0,
    "created_at": "2024-01-15T10:30:00.000Z",
    "updated_at": "2024-01-20T14:22:00.000Z",
}
ROW = {
    "variant_id": "0",
    "converted": 12,
    "conversion": 8.5,
    "visitors": 150,
    "revenue": 1200.5,
    "currency": "USD",
    "created_at": "2024-01-15T00:00:00.000Z",
    "updated_at": "2024-01-15T00:00:00.000Z",
    "unheard_of": 1,
}
ROWS = "100,000 rows"
AT_LEAST = 0.5
"""Of the speed of msgspec's own Structs, which keep nothing that is unknown."""
NAMES = ("midakit", "msgspec Struct", "json (dicts)", "pydantic", "stock cattrs")
CASES: dict[str, tuple[type[Model], dict[str, Any], int]] = {
    "result": (Result, RESULT, 2000),
    "page of 200": (
        ExperimentList,
        {"success": True, "count": 200, "experiments": [EXPERIMENT] * 200},
        30,
    ),
    ROWS: (Timeseries, {"success": True, "timeseries": [ROW] * 100_000}, 1),
}


def mirrored(
    cls: type[Any], make: Callable[[str, dict[str, Any]], Any], made: dict[Any, Any]
) -> Any:
    """The same fields in another library's classes; a Status is what was sent there."""
    if cls not in made:
        hints = {name: get_type_hints(cls)[name] for name in attrs.fields_dict(cls)}
        made[cls] = make(
            cls.__name__, {name: swapped(hint, make, made) for name, hint in hints.items()}
        )
    return made[cls]


def swapped(hint: Any, make: Any, made: Any) -> Any:
    parts = getattr(hint, "__args__", ())
    if hint is Status:
        return int | str
    if isinstance(hint, type) and issubclass(hint, Model) and not parts:
        return mirrored(hint, make, made)
    if getattr(hint, "__origin__", None) is list:
        return list[swapped(parts[0], make, made)]  # type: ignore[misc]
    if type(None) in parts:
        (inner,) = (part for part in parts if part is not type(None))
        return swapped(inner, make, made) | None
    return hint


def struct(name: str, fields: dict[str, Any]) -> Any:
    return msgspec.defstruct(
        name, [(key, kind, None) for key, kind in fields.items()], kw_only=True
    )


def pydantic_model(name: str, fields: dict[str, Any]) -> Any:
    return pydantic.create_model(
        name,
        __config__=pydantic.ConfigDict(extra="allow"),
        **{key: (kind, None) for key, kind in fields.items()},
    )


def plain_attrs(name: str, fields: dict[str, Any]) -> Any:
    made = {key: attrs.field(type=kind, default=None) for key, kind in fields.items()}
    return attrs.make_class(name, made, kw_only=True, slots=True)


def stock_cattrs(cls: type[Any]) -> Callable[[bytes], Any]:
    converter = cattrs.Converter()
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    kind = mirrored(cls, plain_attrs, {})
    return lambda body: converter.structure(json.loads(body), kind)


def decoders(cls: type[Model]) -> dict[str, Callable[[bytes], Any]]:
    return {
        "midakit": lambda body: loads(cls, body),
        "msgspec Struct": msgspec.json.Decoder(mirrored(cls, struct, {}), strict=False).decode,
        "json (dicts)": json.loads,
        "pydantic": mirrored(cls, pydantic_model, {}).model_validate_json,
        "stock cattrs": stock_cattrs(cls),
    }


def seconds(decode: Callable[[bytes], Any], body: bytes, times: int) -> float:
    gc.collect()
    start = process_time()
    for _ in range(times):
        decode(body)
    return (process_time() - start) / times


def measured(
    case: tuple[type[Model], dict[str, Any], int], names: tuple[str, ...], rounds: int
) -> dict[str, list[float]]:
    """CPU seconds of each decoder, one figure a round."""
    cls, value, times = case
    body = json.dumps(value).encode()
    subjects = {name: decode for name, decode in decoders(cls).items() if name in names}
    for decode in subjects.values():
        decode(body)
    works = {
        name: lambda decode=decode: seconds(decode, body, times)
        for name, decode in subjects.items()
    }
    return harness.interleaved(works, rounds)


def rows(title: str, found: dict[str, list[float]]) -> list[Row]:
    """How many times faster midakit is than each of the others."""
    goal = AT_LEAST if title == ROWS else None
    return [
        Row(title, name, divided(taken, found["midakit"]),
            at_least=goal if name == "msgspec Struct" else None)
        for name, taken in found.items() if name != "midakit"
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="only what the stated goal compares")
    parser.add_argument("--rounds", type=int, default=5)
    given = harness.options(parser)
    cases = {ROWS: CASES[ROWS]} if given.smoke else CASES
    names = ("midakit", "msgspec Struct") if given.smoke else NAMES
    found = [
        row
        for title, case in cases.items()
        for row in rows(title, measured(case, names, given.rounds))
    ]
    harness.tell("Decoding", found, "CPU time of theirs over midakit's.")


if __name__ == "__main__":
    main()
