"""Decoding: a result, metrics, a page of 200 experiments, a timeseries of 20,000 sparse rows.

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
from benchmarks.calls.exchanges import METRICS, RESULT, encoded, page, timeseries
from benchmarks.harness import Row
from benchmarks.tables.spreads import divided
from midakit.core.models.decode import loads
from midakit.core.models.model import Model
from midakit.mida.models import ExperimentList, Metrics, Result, Status, Timeseries

LONG = "20,000 rows"
CLOSE_TO_STRUCT, LONG_CLOSE_TO_STRUCT = 0.33, 0.53
"""Of the speed of msgspec's own Structs, which keep nothing that is unknown."""
NAMES = ("midakit", "msgspec Struct", "json (dicts)", "pydantic", "stock cattrs")
CASES: dict[str, tuple[type[Model], dict[str, Any], int]] = {
    "result": (Result, RESULT, 2000),
    "metrics": (Metrics, METRICS, 2000),
    "page of 200": (ExperimentList, page(200), 30),
    LONG: (Timeseries, timeseries(20_000), 1),
}
GOALS = {
    ("result", "msgspec Struct"): CLOSE_TO_STRUCT,
    ("result", "pydantic"): 1.0,
    (LONG, "msgspec Struct"): LONG_CLOSE_TO_STRUCT,
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
    converter.register_structure_hook(int | str | None, lambda value, _: value)
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
    body = encoded(value)
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
    return [
        Row(title, name, divided(taken, found["midakit"]), at_least=GOALS.get((title, name)))
        for name, taken in found.items()
        if name != "midakit"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="only what the stated goal compares")
    parser.add_argument("--rounds", type=int, default=5)
    given = harness.options(parser)
    cases = {title: CASES[title] for title, _ in GOALS} if given.smoke else CASES
    names = ("midakit", "msgspec Struct", "pydantic") if given.smoke else NAMES
    found = [
        row
        for title, case in cases.items()
        for row in rows(title, measured(case, names, given.rounds))
    ]
    harness.tell("Decoding", found, "CPU time of theirs over midakit's.")


if __name__ == "__main__":
    main()
