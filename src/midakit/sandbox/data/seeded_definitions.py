"""The projects, goals and experiments of the seeded data."""

from datetime import datetime, timedelta
from typing import Any

from midakit.sandbox.data.definitions import Definitions, with_defaults
from midakit.sandbox.data.further_experiments import FurtherExperiments
from midakit.sandbox.data.further_experiments import definitions as further_definitions
from midakit.sandbox.data.seeded_forms import FORMS, Form
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.data.truth import TRUTH, Truth, project_key
from midakit.sandbox.state.timestamps import iso_text

_BEFORE = timedelta(days=4, hours=16)  # the first visitor comes so long after all was made
_WEBSITES = ("shop.example.com", "agency.example.com")
_PAGE_GOALS = (
    (101, "thank_you_page", "Thank You Page", "pageview", "/thank-you"),
    (102, "cta_click", "CTA Click", "clickOnElement", ".cta-button"),
    (103, "scroll_75", "Scroll 75", "scrolling", "75"),
    (104, "stay_30s", "Stay 30s", "duration", "30"),
)
_METRICS = [
    {"type": 2, "text": "goal_101", "name": "Thank you"},
    {"type": 2, "text": "goal_102", "name": "CTA clicks"},
    {"type": 2, "text": "BounceRate", "name": "Bounce rate"},
    {"type": 2, "text": "_pageview", "name": "Page views"},
    {"type": 2, "text": "_engagement", "name": "Engagement"},
]


def seeded_definitions(now: datetime, sizes: Sizes, further: FurtherExperiments) -> Definitions:
    """Return the projects with their goals and experiments.

    Args:
        now: The time at which the clock stands still.
        sizes: How many projects, and which experiments.
        further: The experiments beyond the described ones.

    Returns:
        The definitions, defaults included.
    """
    created = iso_text(sizes.first - _BEFORE)
    found = Definitions(projects=[_project(place, now, created) for place in range(sizes.projects)])
    for number, key, name, kind, value in _PAGE_GOALS:
        found.goals.append(_goal(created, 0, number, key, name, kind, value))
    for truth in TRUTH:
        if truth.project < sizes.projects:
            kind = "revenue" if truth.arms[0].aov else "event"
            name, key = truth.event.replace("_", " ").capitalize(), truth.event.lower()
            number = truth.test_id - 800
            found.goals.append(_goal(created, truth.project, number, key, name, kind, truth.event))
            found.experiments.append(_experiment(truth, number, created, sizes))
    found.experiments.extend(_form(form, created, sizes) for form in FORMS)
    found.experiments[:] = [one for one in found.experiments if one["test_id"] in sizes.described]
    goals, experiments = further_definitions(
        further, [*map(project_key, range(sizes.projects))], created
    )
    found.goals.extend(goals)
    found.experiments.extend(experiments)
    return with_defaults(found)


def _project(place: int, now: datetime, created: str) -> dict[str, Any]:
    """Return one of the projects."""
    website = _WEBSITES[place] if place < len(_WEBSITES) else f"site-{place + 1}.example.com"
    goals = (201, 1201)
    return {
        "project_key": project_key(place),
        "website_name": website,
        "allowed_website": website,
        "created_at": created,
        "fx_rates": {"EUR": 1.1, "GBP": 1.25},
        "now": iso_text(now),
        "configuration": {
            "analysis_method": "1",
            "frequentist_type": "0",
            "confidence_level": "95",
            "primary_goal_id": goals[place] if place < len(goals) else None,
            "secondary_goals": _METRICS[:2] if place == 0 else [],
            "weekly_ai_summary_enabled": False,
        },
    }


def _goal(
    created: str, place: int, number: int, key: str, name: str, kind: str, value: str
) -> dict[str, Any]:
    """Return one goal of a project."""
    return {
        "project_key": project_key(place),
        "goal_profile_id": number,
        "goal_key": key,
        "goal_name": name,
        "goal_type": kind,
        "goal_value": value,
        "element_url": "https://shop.example.com/" if kind == "clickOnElement" else None,
        "created_at": created,
    }


def _experiment(truth: Truth, goal: int, created: str, sizes: Sizes) -> dict[str, Any]:
    """Return one live experiment."""
    return {
        "project_key": project_key(truth.project),
        "test_id": truth.test_id,
        "test_name": truth.name,
        "url": "https://shop.example.com/",
        "status": 1,
        "created_at": created,
        "goal_profile_id": goal,
        "secondary_metrics": list(_METRICS) if truth.project == 0 else [],
        "variants": [
            {
                "variant_id": str(place),
                "name": f"Variant {place}" if place else "Control",
                "nickname": arm.nickname,
            }
            for place, arm in enumerate(truth.arms)
        ],
        **sizes.moved(truth.settings),
    }


def _form(form: Form, created: str, sizes: Sizes) -> dict[str, Any]:
    """Return one experiment that shows a form."""
    treatments = [
        {"variant_id": str(place), "name": f"Variant {place}", "data": [], **variant}
        for place, variant in enumerate(form.variants, 1)
    ]
    return {
        "project_key": project_key(0),
        "test_id": form.test_id,
        "test_name": form.name,
        "test_type": form.test_type,
        "url": "https://shop.example.com/",
        "created_at": created,
        "goal_profile_id": form.goal,
        "secondary_metrics": _METRICS[:2],
        "traffic_allocation": 100,
        "confidence_interval": 95,
        "variants": [{"variant_id": "0", "name": "Control"}, *treatments],
        **sizes.moved(form.settings),
    }
