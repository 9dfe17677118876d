"""Which events meet a goal, as SQL over an event `e`."""

from midakit.sandbox.reports.goals import is_event_backed
from midakit.sandbox.state.text_rules import as_number

_ELEMENT = {"clickOnElement": "!click", "formSubmit": "!submit", "elementAppears": "!appear"}
_INSIDE = {"clickOnText": ("!click", "text"), "externalLink": ("!click", "href")}
_AT_LEAST = {"scrolling": ("!scroll", "percent"), "duration": ("!duration", "seconds")}


def event_condition(name, values):
    return f"(e.event_type = 2 AND e.event_text = {values.bind(name)})"


def goal_condition(goal, values):
    if is_event_backed(goal):
        return event_condition(str(goal["goal_value"]), values)
    derived = f"e.event_text = {values.bind('goal_' + str(goal['goal_profile_id']))}"
    return f"({derived} OR {_interaction(goal['goal_type'], str(goal['goal_value']), values)})"


def _interaction(kind, value, values):
    if kind.startswith("pageview"):
        return f"(e.event_text = '!pageview' AND {_page(kind, value, values)})"
    if kind in _ELEMENT:
        selector = f"{_detail('selector')} = {values.bind(value)}"
        return f"(e.event_text = '{_ELEMENT[kind]}' AND coalesce({selector}, false))"
    if kind in _INSIDE:
        name, detail = _INSIDE[kind]
        found = f"contains(lower({_detail(detail)}), lower({values.bind(value)}))"
        return f"(e.event_text = '{name}' AND coalesce({found}, false))"
    name, detail = _AT_LEAST[kind]
    least = as_number(value)
    if least is None:
        return "false"
    reached = f"num({_detail(detail)}) >= {values.bind(least)}"
    return f"(e.event_text = '{name}' AND coalesce({reached}, false))"


def _page(kind, value, values):
    if kind == "pageviewExact":
        return f"coalesce(e.url = {values.bind(value)}, false)"
    if kind == "pageviewWildcard":
        like = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = values.bind(like.replace("*", "%"))
        return _path_or_url("{} LIKE " + pattern + " ESCAPE '\\'")
    if kind == "pageviewRegex":
        return _path_or_url(f"regexp_matches({{}}, {values.bind(value)})")
    return f"coalesce(contains(e.url, {values.bind(value)}), false)"


def _path_or_url(condition):
    path, url = (
        f"coalesce({condition.format(column)}, false)" for column in ("e.event_path", "e.url")
    )
    return f"({path} OR {url})"


def _detail(name):
    return f"json_extract_string(e.event_property, '$.{name}')"
