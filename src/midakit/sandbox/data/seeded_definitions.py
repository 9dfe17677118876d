"""The projects, goals and experiments of the seeded data."""

from datetime import datetime
from typing import Any

from midakit.sandbox.data.definitions import Definitions, with_defaults
from midakit.sandbox.data.seeded_forms import FORMS, Form
from midakit.sandbox.data.truth import PROJECTS, TRUTH, Truth
from midakit.sandbox.state.timestamps import iso_text

_CREATED = "2026-03-20T08:00:00.000Z"
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


def seeded_definitions(now: datetime) -> Definitions:
    """Return both projects with their goals and experiments.

    Args:
        now: The time at which the clock stands still.

    Returns:
        The definitions, defaults included.
    """
    found = Definitions(projects=[_project(place, now) for place in range(len(PROJECTS))])
    for number, key, name, kind, value in _PAGE_GOALS:
        found.goals.append(_goal(PROJECTS[0], number, key, name, kind, value))
    for truth in TRUTH:
        kind = "revenue" if truth.arms[0].aov else "event"
        name = truth.event.replace("_", " ").capitalize()
        number = truth.test_id - 800
        project = PROJECTS[truth.project]
        found.goals.append(_goal(project, number, truth.event.lower(), name, kind, truth.event))
        found.experiments.append(_experiment(truth, project, number))
    found.experiments.extend(map(_form, FORMS))
    return with_defaults(found)


def _project(place: int, now: datetime) -> dict[str, Any]:
    """Return one of the two projects."""
    return {
        "project_key": PROJECTS[place],
        "website_name": _WEBSITES[place],
        "allowed_website": _WEBSITES[place],
        "created_at": _CREATED,
        "fx_rates": {"EUR": 1.1, "GBP": 1.25},
        "now": iso_text(now),
        "configuration": {
            "analysis_method": "1",
            "frequentist_type": "0",
            "confidence_level": "95",
            "primary_goal_id": (201, 1201)[place],
            "secondary_goals": _METRICS[:2] if place == 0 else [],
            "weekly_ai_summary_enabled": False,
        },
    }


def _goal(project: str, number: int, key: str, name: str, kind: str, value: str) -> dict[str, Any]:
    """Return one goal of a project."""
    return {
        "project_key": project,
        "goal_profile_id": number,
        "goal_key": key,
        "goal_name": name,
        "goal_type": kind,
        "goal_value": value,
        "element_url": "https://shop.example.com/" if kind == "clickOnElement" else None,
        "created_at": _CREATED,
    }


def _experiment(truth: Truth, project: str, goal: int) -> dict[str, Any]:
    """Return one live experiment."""
    return {
        "project_key": project,
        "test_id": truth.test_id,
        "test_name": truth.name,
        "url": "https://shop.example.com/",
        "status": 1,
        "created_at": _CREATED,
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
        **truth.settings,
    }


def _form(form: Form) -> dict[str, Any]:
    """Return one experiment that shows a form."""
    treatments = [
        {"variant_id": str(place), "name": f"Variant {place}", "data": [], **variant}
        for place, variant in enumerate(form.variants, 1)
    ]
    return {
        "project_key": PROJECTS[0],
        "test_id": form.test_id,
        "test_name": form.name,
        "test_type": form.test_type,
        "url": "https://shop.example.com/",
        "created_at": _CREATED,
        "goal_profile_id": form.goal,
        "secondary_metrics": _METRICS[:2],
        "traffic_allocation": 100,
        "confidence_interval": 95,
        "variants": [{"variant_id": "0", "name": "Control"}, *treatments],
        **form.settings,
    }
