"""Rules of the fields in request bodies: each checks a value and returns it as it is sent (pure).

A rule gets the name of its field, for the message, and the value. `midakit.mida.fields` names them;
what depends on several fields at once is checked by the builders.
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import inf
from numbers import Real
from typing import Any

from midakit.core.checks import between, number_id, one_of, several, text
from midakit.core.models.encode import plain
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls.patterns import refuse_bad_pattern

STATUSES = (9, 1, 0)
MOST_ACCOUNTS = 200

Rule = Callable[[str, Any], Any]


def word(vocabulary: str) -> Rule:
    """Return the rule that a value is a word of a vocabulary.

    Args:
        vocabulary: Name of an enum in `midakit.mida.models`.
    """
    return lambda name, value: one_of(name, value, getattr(models, vocabulary))


def digit(*known: str) -> Rule:
    """Return the rule that a value is one of these digits, as a number or as text.

    Args:
        *known: The values that the server accepts, such as "0" and "2".
    """
    return lambda name, value: one_of(name, str(value), known)


def number(low: float, high: float = inf, *, whole: bool = False) -> Rule:
    """Return the rule that a value is a number within bounds.

    Args:
        low: The smallest value.
        high: The largest value.
        whole: Only whole numbers.
    """
    return lambda name, value: between(name, value, low, high, whole=whole)


PERCENT = number(0, 100)


def texts(name: str, value: Any) -> Any:
    """Refuse what is no list where a list of texts belongs.

    Args:
        name: The field.
        value: A list of texts.

    Raises:
        InvalidRequest: It is no list.
    """
    return several(name, value, "must be a list of texts")


def status(name: str, value: Any) -> int:
    """Return the number of an experiment's status, which may be given by its name.

    Args:
        name: The field, for the message.
        value: A number or a name, such as `live`.

    Raises:
        InvalidRequest: There is no such status.
    """
    try:
        code = int(models.Status(value))
    except ValueError:
        code = -1
    if code in STATUSES:
        return code
    words = [models.Status(known).label for known in STATUSES]
    near = get_close_matches(str(value).lower(), words, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    raise InvalidRequest(name, f"{value!r} is not one of: {', '.join(words)}{meant}")


def goal_value(name: str, value: Any) -> str:
    """Return what a goal compares as text, which the API wants of numbers too.

    Args:
        name: The field, for the message.
        value: Text that is not empty, or a number.

    Raises:
        InvalidRequest: It is neither.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    return text(name, str(value) if number else value)


def with_valid_pattern(body: dict[str, Any], name: str = "goal_value") -> dict[str, Any]:
    """Refuse a goal that compares pages with a pattern that no browser can read.

    Args:
        body: Fields of a goal, or of its change.
        name: The field, for the message.

    Returns:
        The same fields.

    Raises:
        InvalidRequest: The pattern is not valid.
    """
    value = body.get("goal_value")
    if body.get("goal_type") == models.GoalType.PAGEVIEW_REGEX and isinstance(value, str):
        refuse_bad_pattern(name, value)
    return body


def goal(name: str, value: Any) -> Any:
    """Refuse a new goal without name, type or value.

    Args:
        name: The field, for the message.
        value: A `GoalInput` or a dict with its keys.

    Raises:
        InvalidRequest: A part is missing or its type is unknown.
    """
    found = plain(value)
    if not isinstance(found, dict):
        keys = "primary_goal_key" if name == "primary_goal" else "secondary_goal_keys"
        raise InvalidRequest(
            name, f"takes a GoalInput or a dict with its keys; the key of a goal goes to {keys}"
        )
    for part in ("goal_name", "goal_type", "goal_value"):
        if not str(found.get(part) or "").strip():
            raise InvalidRequest(name, f"needs a {part}")
    one_of(f"{name}.goal_type", found["goal_type"], models.GoalType)
    found = {**found, "goal_value": goal_value(f"{name}.goal_value", found["goal_value"])}
    return with_valid_pattern(found, f"{name}.goal_value")


def goals(name: str, value: Any) -> Any:
    """Check each of several new goals.

    Args:
        name: The field, for the message.
        value: A list of what `goal` takes.

    Raises:
        InvalidRequest: One of them is refused.
    """
    return [goal(name, one) for one in several(name, value, "must be a list of goals")]


def further_goals(name: str, value: Any) -> Any:
    """Refuse a goal of a project's configuration that names neither a key nor a text.

    Args:
        name: The field, for the message.
        value: A list of dicts.

    Raises:
        InvalidRequest: One of them names neither.
    """
    found = [plain(one) for one in several(name, value, "must be a list of goals")]
    for one in found:
        named = isinstance(one, dict) and ("goal_key" in one or {"text", "name"} <= one.keys())
        if not named:
            raise InvalidRequest(name, "each needs a goal_key, or text and name")
    return found


def configuration(name: str, value: Any) -> Any:
    """Refuse a share of traffic beyond 100 percent.

    Args:
        name: The field, for the message.
        value: An `ExperimentConfiguration` or a dict with its keys.

    Raises:
        InvalidRequest: The share is not from 0 to 100.
    """
    found = plain(value)
    if not isinstance(found, dict):
        raise InvalidRequest(name, "must be an ExperimentConfiguration, or a dict with its keys")
    if found.get("traffic_allocation") is not None:
        PERCENT(f"{name}.traffic_allocation", found["traffic_allocation"])
    return found


def accounts(name: str, value: Sequence[Any]) -> list[Any]:
    """Refuse too many companies, or one without a name.

    Args:
        name: The field, for the message.
        value: 1 to 200 companies, as `AccountInput` or dict.

    Raises:
        InvalidRequest: There are too many, or one has no name.
    """
    found = _each_with("name", name, value)
    if not 1 <= len(found) <= MOST_ACCOUNTS:
        raise InvalidRequest(name, f"{len(found)} are not 1 to {MOST_ACCOUNTS}")
    return found


def personas(name: str, value: Sequence[Any]) -> list[Any]:
    """Refuse a persona without a label.

    Args:
        name: The field, for the message.
        value: Personas, as `PersonaInput` or dict.

    Raises:
        InvalidRequest: One has no label.
    """
    return _each_with("label", name, value)


def _each_with(key: str, name: str, items: Sequence[Any]) -> list[Any]:
    found = [plain(item) for item in several(name, items, f"must be a list of {name}")]
    for item in found:
        if not isinstance(item, dict) or not str(item.get(key) or "").strip():
            raise InvalidRequest(name, f"each needs a {key}")
    return found


def group_members(name: str, tests: Any) -> list[dict[str, Any]]:
    """Refuse fewer than two experiments, one named twice, and percents that do not sum to 100.

    Args:
        name: The field, for the message.
        tests: Ids, `{id: percent}`, or objects with `test_id`.

    Raises:
        InvalidRequest: They do not make a group.
    """
    rule = "must be a list of experiments, or {id: percent}"
    given = tests.items() if isinstance(tests, Mapping) else several(name, tests, rule)
    found = [_member(name, one) for one in given]
    if len(found) < 2:
        raise InvalidRequest(name, "a group needs at least two experiments")
    ids = [member["test_id"] for member in found]
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise InvalidRequest(name, f"experiment {min(twice)} is named twice")
    percents = [member["percent"] for member in found if "percent" in member]
    if percents and len(percents) < len(found):
        raise InvalidRequest(name, "give percents for all experiments or for none")
    if percents and abs(sum(percents) - 100) > 0.01:
        raise InvalidRequest(name, f"the percents sum to {sum(percents):g}, not to 100")
    return found


def _member(name: str, one: Any) -> dict[str, Any]:
    if isinstance(one, tuple) and len(one) == 2:
        one = {"test_id": one[0], "percent": one[1]}
    found = plain(one)
    if not isinstance(found, dict):
        found = {"test_id": one}
    member = {"test_id": int(number_id(name, found.get("test_id")))}
    if found.get("percent") is not None:
        member["percent"] = PERCENT(name, found["percent"])
    return member
