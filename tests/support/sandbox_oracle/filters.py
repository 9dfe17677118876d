"""`filter_by`, `custom_filter` and `event_attribute` as SQL; the sandbox has checked them before."""

from collections import defaultdict

from midakit.sandbox.reports.custom_filter import BASE, CLOCK, DAYS, IDENTIFIERS, WORDS
from midakit.sandbox.reports.regions import REGIONS
from midakit.sandbox.reports.vocabulary import DEVICES, SOURCES, USER_TYPES, UTM
from midakit.sandbox.state.text_rules import as_number, as_text
from support.sandbox_oracle.text_conditions import compare, equal, exists

# SQL over a unit `c` (its entry) and its visitor `v`.
USER_TYPE = (
    "CASE WHEN c.entered_at <= v.created_at + INTERVAL 24 HOUR THEN 'new' ELSE 'returning' END"
)
COLUMNS = {
    "visitor_type": f"({USER_TYPE})",
    "v.visitor_id": "cast(v.visitor_id AS VARCHAR)",
    "v.uuid": "v.uuid",
} | {
    name: f"v.{name}"
    for name in ("landing_page", "ref_page", "user_agent", "device", "browser", "os", "source",
                 "country")
}  # fmt: skip
LOCAL = {"dayofweek": "isodow({}) - 1", "hourofday": "hour({})"}
TRUTHS = {"bt": "('true', '1')", "bf": "('false', '0')"}


def source_is(wanted, values):
    if wanted.lower() == "nonpaid":
        return f"({exists('v.source')} AND lower(v.source) <> 'paid')"
    return equal("v.source", wanted, values)


def filter_by_conditions(tokens, values):
    dimensions = defaultdict(list)
    for token in tokens:
        dimension, condition = _token_condition(token, values)
        dimensions[dimension].append(condition)
    return [f"({' OR '.join(alternatives)})" for alternatives in dimensions.values()]


def _token_condition(token, values):
    if token in DEVICES:
        return "device", equal("v.device", token, values)
    if token in USER_TYPES:
        return "user_type", f"({USER_TYPE} = {values.bind(token)})"
    if token in SOURCES:
        return "source", source_is(token, values)
    if token in REGIONS:
        countries = values.among("upper(v.country)", sorted(REGIONS[token]))
        return "place", f"coalesce({countries}, false)"
    return "place", equal("v.country", token.removeprefix("country-"), values)


def custom_filter_conditions(query, now, values):
    return [
        f"({' OR '.join(_rule_condition(rule, query, now, values) for rule in group)})"
        for group in query.custom_filter
    ]


def _rule_condition(rule, query, now, values):
    criterion, operator, value = rule["criteria"], rule["operator"], rule.get("value")
    if criterion in CLOCK:
        local = f"c.entered_at + {values.bind(query.tz)}"
        stored = f"cast({LOCAL[criterion].format(local)} AS VARCHAR)"
        number = as_number(value)
        return compare(stored, operator, None if number is None else int(number), values)
    if criterion in ("queryparam", "utm", "attribute"):
        stored = _keyed_value(criterion, rule["key"], values)
        if criterion == "attribute" and operator not in BASE:
            return _attribute_condition(stored, operator, value, now, values)
        return compare(stored, operator, value, values)
    if criterion == "source" and operator in ("==", "!="):
        same = source_is(as_text(value), values)
        return same if operator == "==" else f"NOT {same}"
    exact = criterion in IDENTIFIERS
    return compare(COLUMNS[criterion], operator, value, values, exact=exact)


def _keyed_value(criterion, key, values):
    if criterion == "utm":
        column = key if key.startswith("utm_") else f"utm_{key}"
        return f"v.{column}" if column in UTM else "cast(NULL AS VARCHAR)"
    place = values.bind("/" + key.replace("~", "~0").replace("/", "~1"))
    column = "query" if criterion == "queryparam" else "attributes"
    found = f"json_extract_string(v.{column}, {place})"
    return f"coalesce({found}, v.{key})" if criterion == "queryparam" and key in UTM else found


def _attribute_condition(stored, operator, value, now, values):
    if operator in TRUTHS:
        return f"coalesce(lower({stored}) IN {TRUTHS[operator]}, false)"
    if operator in WORDS:
        return compare(stored, WORDS[operator], value, values)
    at = f"epoch_us(try_cast({stored} AS TIMESTAMP))"
    days = f"floor((epoch_us({values.bind(now)}::TIMESTAMP) - {at}) / 86400000000)"
    return f"coalesce({days} {DAYS[operator]} {values.bind(as_number(value))}, false)"


def event_attribute_condition(groups, values):
    if not groups:
        return "true"
    ands = [
        f"({' AND '.join(_property(condition, values) for condition in group)})" for group in groups
    ]
    return f"({' OR '.join(ands)})"


def _property(condition, values):
    operand = condition.get("operand", condition.get("operator"))
    return compare(_stored(condition["key"], values), operand, condition.get("value"), values)


def _stored(key, values):
    found = f"json_extract_string(e.event_property, {values.bind(_path([key]))})"
    if "." not in key:
        return found
    parts = key.split(".")
    nested = f"json_extract_string(e.event_property, {values.bind(_path(parts))})"
    return f"coalesce({found}, {nested})" if all(parts) else found


def _path(parts):
    return "$" + "".join(f'."{part}"' for part in parts)
