"""Expressions <-> the nested lists that the API takes (pure)."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import (
    Condition,
    EventAnd,
    EventCondition,
    EventFilter,
    EventOr,
    Filter,
    FilterAnd,
    FilterCondition,
    FilterOr,
    RawCondition,
)
from midakit.mida.filters.normal_forms import conjunctive, disjunctive
from midakit.mida.filters.rules import PARTS, RawRules, check, check_event, unknown

Raw = list[list[dict[str, Any]]]


def render_filter(expression: Filter) -> Raw:
    """Return a segment of visitors as the API's nested lists: an AND of ORs.

    Args:
        expression: The segment.
    """
    return [[_rule(one) for one in clause] for clause in conjunctive(expression)]


def _rule(one: Condition) -> dict[str, Any]:
    if isinstance(one, RawCondition):
        rule: dict[str, Any] = json.loads(str(one.value))
        return rule
    return _given(criteria=one.criteria, operator=one.operator, key=one.key, value=one.value)


def render_event_filter(expression: EventFilter) -> Raw:
    """Return a filter of events as the API's nested lists: an OR of ANDs.

    Args:
        expression: Built from `E`, or parsed from text.
    """
    return [
        [_given(key=one.key, operand=one.operator, value=one.value) for one in clause]
        for clause in disjunctive(expression)
    ]


def _given(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part is not None}


def parse_filter(raw: RawRules, *, keep_unknown: bool = False) -> Filter:
    """Read a segment of visitors back from the API's nested lists.

    Args:
        raw: An AND of ORs, or its JSON text.
        keep_unknown: Whether a rule with a criterion or a key that is not known is kept as it is.

    Raises:
        InvalidRequest: It is not such a list, or a rule in it is not one that the API takes.
    """

    def one(rule: Mapping[str, Any]) -> Filter:
        if keep_unknown and unknown(rule):
            return raw_condition(rule)
        _only("where", rule, *PARTS)
        criteria, operator = str(rule.get("criteria")), str(rule.get("operator"))
        value = check(criteria, operator, rule.get("value"), rule.get("key"))
        return FilterCondition(criteria, operator, value, rule.get("key"))

    found: Filter = _nested("where", raw, one, FilterOr, FilterAnd)
    return found


def raw_condition(rule: Mapping[str, Any]) -> RawCondition:
    """Return a rule that is sent as it is.

    Args:
        rule: One rule as the API takes it.

    Raises:
        InvalidRequest: JSON cannot hold it.
    """
    try:
        text = json.dumps(dict(rule), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidRequest("where", f"a raw rule must be JSON: {error}") from None
    return RawCondition("raw", "raw", text)


def doubts(raw: Any) -> tuple[str, ...]:
    """Return what nested lists hold that this package does not know, in words.

    Args:
        raw: What was given as `where`; expressions and text in the language of segments hold nothing
            unknown.
    """
    if isinstance(raw, str) and raw.lstrip().startswith("["):
        try:
            raw = json.loads(raw)
        except ValueError:
            return ()
    if not _is_list(raw):
        return ()
    rules = [rule for group in raw if _is_list(group) for rule in group]
    found = [unknown(rule) for rule in rules if isinstance(rule, Mapping)]
    return tuple(dict.fromkeys(one for one in found if one))


def parse_event_filter(raw: RawRules) -> EventFilter:
    """Read a filter of events back from the API's nested lists.

    Args:
        raw: An OR of ANDs, or its JSON text.

    Raises:
        InvalidRequest: It is not such a list, or a condition in it is not one that the API takes.
    """

    def one(rule: Mapping[str, Any]) -> EventCondition:
        _only("event_where", rule, "operand", "operator", "value", "key")
        operator = str(rule.get("operand", rule.get("operator")))
        key = rule.get("key")
        return EventCondition("event", operator, check_event(operator, rule.get("value"), key), key)

    found: EventFilter = _nested("event_where", raw, one, EventAnd, EventOr)
    return found


def _only(field: str, rule: Mapping[str, Any], *known: str) -> None:
    """Refuse a key that would not be sent."""
    for name in rule:
        if name not in known:
            hint = "; F.raw(rule) sends a rule as it is" if field == "where" else ""
            raise InvalidRequest(field, f"a rule has no key {name!r}, but {', '.join(known)}{hint}")


def _nested(field: str, raw: Any, one: Callable[[Any], Any], inner: Any, outer: Any) -> Any:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise InvalidRequest(field, "is text that is not JSON") from None
    if not _is_list(raw) or not raw:
        raise InvalidRequest(field, "must be an expression, or a list of lists of rules")
    groups = []
    for group in raw:
        if not _is_list(group) or not group or not all(isinstance(rule, Mapping) for rule in group):
            raise InvalidRequest(field, "each group must be a list of rules that is not empty")
        rules = tuple(one(rule) for rule in group)
        groups.append(rules[0] if len(rules) == 1 else inner(rules))
    return groups[0] if len(groups) == 1 else outer(tuple(groups))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
