"""The options of a report as query parameters (pure).

`query` applies the rule of each option; the rules below are named by `midakit.mida.options`.
"""

import json
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from numbers import Integral
from typing import TYPE_CHECKING, Any, get_args

from midakit.core.checks import between, in_order, not_both, one_of, several
from midakit.core.options import EXTRA, apply_rules
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida.calls.time_zones import in_zone

if TYPE_CHECKING:
    from midakit.core.call import Pairs

EITHER = (("goal_key", "goal_profile_id"), ("metric_keys", "goal_keys"))
"""Pairs of options of which only one may be given."""


def query(report: str, fields: type, given: Mapping[str, Any]) -> "Pairs":
    """Return the query parameters of a report, checked and in a fixed order.

    Args:
        report: The name of the report, for messages.
        fields: The `TypedDict` of its options.
        given: The options that the caller gave; what is `UNSET` is not sent.

    Raises:
        InvalidRequest: An option does not exist, or its value breaks its rule.
    """
    if not given:
        return ()
    for name, value in given.items():
        if value is None and name not in EXTRA:
            raise InvalidRequest(name, "must not be None; leave it out, or give UNSET")
    for names in EITHER:
        not_both(**{name: given.get(name, UNSET) for name in names})
    sent = apply_rules(report, fields, in_zone(given))
    in_order(sent.get("start_date", UNSET), sent.get("end_date", UNSET))
    return tuple((name, str(value)) for name, value in sent.items())


def unknown_rules(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the nested lists in `where` hold that this package does not know, in words.

    Args:
        given: The options that the caller gave.
    """
    where = given.get("where", UNSET) if given else UNSET
    if where is UNSET:
        return ()
    from midakit.mida.filters.as_lists import doubts

    return doubts(where)


def visitors(_: str, where: Any) -> str:
    """Render a segment of visitors.

    Args:
        _: The option, for the message.
        where: An expression of `F`, or the API's nested list.

    Returns:
        JSON text.

    Raises:
        InvalidRequest: The list is not a list of lists of rules, or a rule is wrong.
    """
    from midakit.mida.filters.accepted import custom_filter

    return custom_filter(where)


def event_attribute(_: str, event_where: Any) -> str:
    """Render a filter of events.

    Args:
        _: The option, for the message.
        event_where: An expression of `E`, or the API's nested list.

    Returns:
        JSON text.

    Raises:
        InvalidRequest: The list is not a list of lists of conditions, or one is wrong.
    """
    from midakit.mida.filters.accepted import event_attribute

    return event_attribute(event_where)


def word(vocabulary: Any) -> Callable[[str, Any], Any]:
    """Return the rule that a value is one of the words of a `Literal`.

    Args:
        vocabulary: The `Literal`.
    """
    return lambda name, value: one_of(name, value, get_args(vocabulary))


def plain(value: float) -> str:
    """Write a number with all its digits and without an exponent.

    Args:
        value: A finite number.
    """
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def at_least(low: float) -> Callable[[str, Any], str]:
    """Return the rule that a number is so much or more.

    Args:
        low: The smallest value.
    """
    return lambda name, value: plain(between(name, value, low, sys.float_info.max))


def tokens(name: str, value: Any) -> str:
    """Join preset filters with commas; unknown ones pass, because the documented list is not complete.

    Args:
        name: The option, for the message.
        value: Text that is sent as it is, or a list of filters.

    Raises:
        InvalidRequest: The list is empty, or holds a comma or no text.
    """
    if isinstance(value, str):
        return value
    rule = "must be text, or a list of tokens without commas"
    found = [getattr(token, "value", token) for token in several(name, value, rule)]
    if not found or not all(isinstance(one, str) and one and "," not in one for one in found):
        raise InvalidRequest(name, rule)
    return ",".join(found)


def keys(name: str, value: Any) -> str:
    """Join keys with commas; as JSON text when a key holds a comma.

    Args:
        name: The option, for the message.
        value: Text that is sent as it is, or a list of keys.

    Raises:
        InvalidRequest: The list is empty or holds no text.
    """
    if isinstance(value, str):
        return value
    rule = "must be text, or a list of keys"
    found = several(name, value, rule)
    if not found or not all(isinstance(key, str) and key for key in found):
        raise InvalidRequest(name, rule)
    return json.dumps(found) if any("," in key for key in found) else ",".join(found)


def indexes(name: str, value: Any) -> str:
    """Join the places of metrics with commas.

    Args:
        name: The option, for the message.
        value: One place, a list of places, or text that is sent as it is.

    Raises:
        InvalidRequest: A place is not a whole number from 0 up, or there is none.
    """
    if isinstance(value, str):
        return value
    rule = "must be the place of a metric, or a list of places"
    places = [value] if isinstance(value, Integral) else several(name, value, rule)
    found = [between(name, index, 0, float("inf"), whole=True) for index in places]
    if not found:
        raise InvalidRequest(name, "names no metric")
    return ",".join(map(str, found))


def hours(_: str, value: float) -> str:
    """Write an offset from UTC, which `in_zone` has made of what was given.

    Args:
        _: The option, which has no rule of its own.
        value: Hours east of UTC; that a positive number is east is the server's convention.
    """
    return plain(value)
