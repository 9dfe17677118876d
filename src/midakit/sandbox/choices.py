"""The points that the public documentation leaves open, and what the sandbox chose: 26 about reports,
the others about everything else.

Listed by the server at `/__sandbox__/meta` and in the docs, so that a difference from the real
service can be told from a mistake.
"""

# ruff: noqa: E501 - one sentence a row

from typing import NamedTuple


class SandboxChoice(NamedTuple):
    """One numbered choice."""

    number: int
    title: str
    text: str


_REPORTS = (
    ("Time zone (tz)", "tz=8 means UTC+8; a number from -14 to 14, fractions allowed. It shifts date filters, daily buckets, dayofweek and hourofday."),
    ("Text rules", "Missing is null or empty. == is numeric when both sides are numbers, else it ignores case; ** is a substring that ignores case; != and !* are exact negations, so missing values match them; order needs two numbers. Identifiers are exact."),
    ("Default report_phase", "pre_deploy while a winner is served, as documented; otherwise all_time. The answer repeats it."),
    ("Dates", "A range restricts both the test entry and the conversion, by local date, both days included. With only a start it runs to today in local time, with only an end from the local date of creation; one date alone is never out of order: it then stands for itself."),
    ("timeframe_days", "Half open, [entry, entry + N x 24 h); fractions allowed; 0 is no limit."),
    ("Parameters of event-backed goals", "min_count, timeframe_days and event_attribute are checked for every goal, used for event, revenue and script goals, and otherwise ignored with a warning."),
    ("Unknown goal", "goal_key and goal_profile_id must name an active goal of the project, else 404; the experiment's own goal is used even if it was deleted since."),
    ("Derived goal rows", "Goals that are not event-backed also match rows named goal_<id>."),
    ("pageview", "The goal's value is a case-sensitive substring of the whole URL, the query included."),
    ("filter_by", "AND over dimensions, OR inside one; countries and regions are one dimension; an unknown token gets 400."),
    ("Regions", "Each country is in exactly one region: Mexico and the Caribbean in latinamerica, Turkey and Israel in middleeast, Egypt in africa, Russia in europe, Central Asia in asiapacific."),
    ("New and returning", "new when the test was entered at most 24 hours after the visitor's record was made; exactly 24 hours is new."),
    ("Source nonpaid", "Any known source other than paid."),
    ("Operating systems", "The documented list has no android, so == and != on it get 400; ** finds it."),
    ("Day and hour", "dayofweek and hourofday are those of the test entry, in local time."),
    ("days_ operators", "Whole days since the date, floor((now - date) / 1 day), compared with N."),
    ("Event property keys", "The literal key first, then the dotted path through objects."),
    ("Revenue", "Every matching event with a numeric revenue is an order; another currency is converted at the project's rate, an unknown one at 1. Only of visitors who converted."),
    ("Rounding", "Two digits, halves up; lifts are computed from the rounded figures, as in the documented example."),
    ("Missing values in a breakdown", "Visitors without the value are one segment named unknown."),
    ("Equal weights", "100/n rounded to two digits; the last arm takes the rest: 33.33, 33.33, 33.34."),
    ("Metric numbering", "result_N follows the definition, from 1; metric_batch counts from 0, and an index out of range gives a warning."),
    ("Built-in metrics", "Values count visitors who converted. _pageview counts page views; BounceRate is the percent of units with exactly one page view among those with any; _engagement counts units with a click, a submit or a custom event."),
    ("Timeseries", "One row per local day and variant with any activity, not cumulative; converted is a count, conversion the rate in percent; the rows sum to the result."),
    ("Bucketing", "The first 8 bytes of sha256('<salt>:<id>:<uuid>') over 2^64; salt x for the exclusion group, a for traffic allocation, v for the variant. MAB traffic is re-weighted daily by Thompson sampling."),
    ("Deleted events", "An event with status 2 counts nowhere, past results included."),
)  # fmt: skip
_OTHERS = (
    ("Nested updates", "A sent configuration or targeting merges into the stored one by name; every other field, arrays included, replaces."),
    ("Idempotency", "Keys belong to a project. A known key gives the first reply whatever the body says; refused requests are not remembered; the 24 hours pass on the sandbox's clock."),
    ("Limits out of range", "limit below 1 or above 500 and an offset below 0 get 400."),
    ("Unknown goal keys", "A goal_key that names no active goal of the project gets 404 wherever a goal is attached. primary_goal_key wins over primary_goal."),
    ("Draft", "Status 9 from anything but 0 gets 400."),
    ("Project defaults", "New experiments inherit the statistics settings, and the secondary goals when they bring none. The default primary goal is not copied: reports fall back on it."),
    ("Listing order", "By id, ascending; events newest first."),
    ("Keys", "A key of another project of the account gets 401 outside the project operations; an unknown project 404; a paused one 403."),
    ("Campaign builds", "Targets are worked on one after the other, by default 60 seconds each, half research and half copy. A company is matched by its domain, else by its name."),
    ("Exclusion group reply", "As in the documented example, create does not return the new id."),
    ("Deleted members", "Deleting an experiment takes it out of its groups; the other percents stay."),
    ("Persons", "X-Sandbox-User: EMAIL stands for a connection that identifies a team member. An API key alone cannot delete comments (403)."),
    ("Cost of goods", "The property cogs of an order, in the order's currency. Timeseries rows have total_cogs and gross_profit (revenue less cost) when any order of the report has it."),
    ("Duration goals", "Their timeseries rows have duration, the mean seconds of the events that count, and start_date and end_date, the local times of the first and the last of them."),
    ("utm in queryparam", "A queryparam rule on utm_source, utm_medium, utm_campaign, utm_content or utm_term uses the visitor's utm value when the stored query has no such parameter."),
    ("Patterns", "Regular expressions of page rules, goals and faults are RE2's: no look-around, no references."),
    ("metric_text", "goal_<goal_key> for a goal, as in the documented example; configurations hold goal_<id>."),
    ("LaunchDarkly's text form", "Every fourth seeded metric has _site, _maintainer, filters, urls and its times as text, as the documented example has; the others have objects, lists and numbers, as the table of fields says."),
    ("Versions of a LaunchDarkly metric", "Version n of a metric has the versionId of the latest one with .n behind it, and differs in its description."),
    ("Experiment keys", "An experiment is asked for by its test_id, or by its name in lower case with hyphens. Only a live one, or one whose winner is served, gives a variant; every other key gets null."),
    ("Delivery", "The first answer with a variant records the visitor as having entered. A visitor keeps that variant, whatever the split is later. distinct_id is the visitor's own id, else the uuid; an unknown one is a new visitor."),
    ("Repeated events", "An event whose header Idempotency-Key is known in the project is acknowledged and not recorded again."),
    ("Feature flags", "A flag is on for a percent of the visitors: bucketing with salt f over the flag's name and the visitor's id."),
)  # fmt: skip

_ALL = tuple(SandboxChoice(number, *pair) for number, pair in enumerate(_REPORTS + _OTHERS, 1))
CHOICES = _ALL[: len(_REPORTS)]
SERVER_CHOICES = _ALL[len(_REPORTS) :]
