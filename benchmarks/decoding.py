"""Decoding: a result, a page of 200 experiments, a timeseries of 100,000 rows.

    python -m benchmarks.decoding [--json] [--smoke]

Every decoder reads the same bytes in the same process, in shuffled order, and the figure is the
median of the ratios within a round. midakit's column keeps unknown fields and unknown words; the
msgspec Structs drop them.
"""

import argparse
import gc
import json
import random
from collections.abc import Callable
from datetime import datetime
from statistics import median
from time import process_time
from typing import Any, get_type_hints

import attrs
import cattrs
import msgspec
import pydantic

from benchmarks.goals import ROWS
from midakit.core.decode import loads
from midakit.core.model import Model
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
    """The same fields in another library's classes; a Status is a plain number there."""
    if cls not in made:
        hints = {name: get_type_hints(cls)[name] for name in attrs.fields_dict(cls)}
        made[cls] = make(
            cls.__name__, {name: swapped(hint, make, made) for name, hint in hints.items()}
        )
    return made[cls]


def swapped(hint: Any, make: Any, made: Any) -> Any:
    parts = getattr(hint, "__args__", ())
    if hint is Status:
        return int
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
    cls: type[Model], value: dict[str, Any], times: int, *, names: tuple[str, ...] = (), rounds: int
) -> dict[str, list[float]]:
    """CPU seconds of each decoder, one figure a round."""
    body = json.dumps(value).encode()
    subjects = {
        name: decode for name, decode in decoders(cls).items() if not names or name in names
    }
    for decode in subjects.values():
        decode(body)
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name in random.sample(list(subjects), len(subjects)):
            found[name].append(seconds(subjects[name], body, times))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="seconds of every round")
    parser.add_argument("--smoke", action="store_true", help="only what the stated goal compares")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    cases = {ROWS: CASES[ROWS]} if given.smoke else CASES
    names = ("midakit", "msgspec Struct") if given.smoke else ()
    found = {
        title: measured(*case, names=names, rounds=given.rounds) for title, case in cases.items()
    }
    if given.json:
        print(json.dumps(found))
        return
    for title, case in found.items():
        base = case["msgspec Struct"]
        print(f"{title}, times msgspec Struct = 1:")
        for name, taken in case.items():
            ratio = median(one / other for one, other in zip(taken, base, strict=True))
            print(f"  {name:16} {ratio:6.2f}   {min(taken) * 1000:10.3f} ms")


if __name__ == "__main__":
    main()
