"""Random requests for reports that are allowed, over everything that a report takes."""

import json

from midakit.sandbox.reports.vocabulary import BREAKDOWNS, BROWSERS, DEVICES, OPERATING_SYSTEMS

COUNTRIES = ("US", "GB", "DE", "CA", "FR", "JP", "BR")
TOKENS = (
    *DEVICES, "new", "returning", "direct", "search", "paid", "nonpaid", "social", "email",
    "referral", "europe", "northamerica", "latinamerica", "asiapacific", "middleeast", "africa",
    *(f"country-{country}" for country in COUNTRIES),
)  # fmt: skip
BASE = ("==", "!=", "**", "!*", "ex", "nx")
ORDER = (">", ">=", "<", "<=")
NUMERIC = ("gt", "gte", "lt", "lte")
DAYS = ("days_gt", "days_gte", "days_lt", "days_lte")
PAGES = ("/", "/pricing", "BLOG", "shop.example.com", "https://shop.example.com/pricing", "zzz", "")
PLANS = ("free", "PRO", "enterprise", 10, "10.0", 3.5, True, "", "ü", "true", "1")


def any_rule(chance):
    """Return one rule of `custom_filter`."""
    pick = chance.choice
    criteria = pick(("landing_page", "ref_page", "user_agent", "queryparam", "utm", "device",
                     "browser", "os", "source", "visitor_type", "country", "v.uuid",
                     "v.visitor_id", "dayofweek", "hourofday", "attribute", "attribute"))  # fmt: skip
    rule = {"criteria": criteria, "operator": pick(BASE)}
    if criteria in ("landing_page", "ref_page", "user_agent"):
        rule["value"] = pick((*PAGES, "google", "Chrome/126.0", "t.co"))
    elif criteria == "queryparam":
        rule |= {"key": pick(("ref", "gclid", "none", "utm_campaign", "utm_source")),
                 "value": pick(("aff", "A", "Cj", 3, "brand", "google"))}  # fmt: skip
    elif criteria == "utm":
        rule |= {"key": pick(("campaign", "utm_source", "medium", "content", "term", "no")),
                 "value": pick(("spring-sale", "BRAND", "google", "cpc", "e"))}  # fmt: skip
    elif criteria == "country":
        rule |= {"operator": pick(BASE[:4]), "value": pick(COUNTRIES)}
    elif criteria in ("v.uuid", "v.visitor_id"):
        rule |= {"operator": pick(BASE[:4]), "value": pick(("1", "a", "31001", "Vis_0-C", "77"))}
    elif criteria in ("dayofweek", "hourofday"):
        rule |= {"operator": pick((*BASE, *ORDER)), "value": chance.randrange(7)}
    elif criteria == "attribute":
        rule |= {"key": pick(("plan", "seats", "vip", "signup_date", "note", "a/b"))}
        rule |= pick((
            {"operator": pick(BASE), "value": pick(PLANS)},
            {"operator": pick(NUMERIC), "value": pick((1, 10, "5", 12.5))},
            {"operator": pick(("bt", "bf"))},
            {"operator": pick(DAYS), "value": pick((0, 10, 40, 90))},
        ))  # fmt: skip
    else:
        words = {"device": DEVICES, "browser": BROWSERS, "os": OPERATING_SYSTEMS,
                 "visitor_type": ("new", "returning"),
                 "source": ("direct", "search", "nonpaid", "paid", "Social")}  # fmt: skip
        rule["value"] = pick(words[criteria])
    return rule


def any_property(chance):
    """Return one condition of `event_attribute`."""
    pick = chance.choice
    return {
        "key": pick(("revenue", "currency", "quantity", "coupon", "item.sku", "via", "a")),
        "operand": pick(("=", "!=", ">", "<", ">=", "<=", "**", "!*", "ex", "nx")),
        "value": pick((1, 2, 50, "EUR", "usd", "web", "100", 42.8, True)),
    }


def any_request(chance, experiments, goals, metrics):
    """Return the kind of a report, an experiment and the parameters."""
    kind = chance.choice(("result", "result", "timeseries", "metrics"))
    params = {}

    def sometimes(name, make, often=0.3):
        if chance.random() < often:
            params[name] = make()

    def groups(make):
        return json.dumps(
            [
                [make(chance) for _ in range(chance.randint(1, 3))]
                for _ in range(chance.randint(1, 2))
            ]
        )

    sometimes("filter_by", lambda: ",".join(chance.sample(TOKENS, chance.randint(1, 3))))
    sometimes("custom_filter", lambda: groups(any_rule), 0.5)
    sometimes("tz", lambda: chance.choice(("8", "-5", "5.5", "-9.75", "14")), 0.5)
    sometimes("report_phase", lambda: chance.choice(("pre_deploy", "post_deploy", "all_time")))
    days = sorted(f"2026-{chance.randint(3, 5):02}-{chance.randint(1, 28):02}" for _ in range(2))
    sometimes("start_date", lambda: days[0])
    sometimes("end_date", lambda: days[1])
    if kind == "metrics":
        sometimes("metric_keys", lambda: json.dumps(chance.sample(metrics, 3)))
        return kind, chance.choice(experiments), params
    sometimes("goal_key", lambda: chance.choice(goals), 0.8)
    sometimes("min_count", lambda: chance.choice(("1", "2", "3")))
    sometimes("timeframe_days", lambda: chance.choice(("0.01", "0.5", "1", "3", "30")))
    sometimes("event_attribute", lambda: groups(any_property))
    if kind == "result":
        sometimes("breakdown_by", lambda: chance.choice(BREAKDOWNS))
    return kind, chance.choice(experiments), params
