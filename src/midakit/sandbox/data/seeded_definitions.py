"""The projects, goals and experiments of the seeded state."""

from datetime import datetime
from typing import Any

from midakit.sandbox.data.dataset_format import Definitions
from midakit.sandbox.data.truth import PROJECTS, TRUTH, Truth
from midakit.sandbox.state.timestamps import iso_text

_CREATED = datetime(2026, 3, 20, 8)

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
    """Both projects with their goals and experiments, the clock frozen at `now`."""
    found = Definitions(projects=[_project(place, now) for place in range(len(PROJECTS))])
    for number, key, name, kind, value in _PAGE_GOALS:
        found.goals.append(_goal(PROJECTS[0], number, key, name, kind, value))
    for truth in TRUTH:
        kind = "revenue" if truth.arms[0].aov else "event"
        name = truth.event.replace("_", " ").capitalize()
        number = truth.test_id - 800
        project = PROJECTS[truth.project]
        key = truth.event.lower()
        found.goals.append(_goal(project, number, key, name, kind, truth.event))
        found.experiments.append(_experiment_line(truth, project, number))
    return found


def _project(place: int, now: datetime) -> dict[str, Any]:
    return {
        "project_key": PROJECTS[place],
        "company_id": 1001,
        "website_name": ("shop.example.com", "agency.example.com")[place],
        "allowed_website": ("shop.example.com", "agency.example.com")[place],
        "status": 1,
        "created_at": iso_text(_CREATED),
        "currency": "USD",
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
    return {
        "project_key": project,
        "goal_profile_id": number,
        "goal_key": key,
        "goal_name": name,
        "goal_type": kind,
        "goal_value": value,
        "goal_purpose": "sell",
        "element_url": "https://shop.example.com/" if kind == "clickOnElement" else None,
        "status": 1,
        "created_at": iso_text(_CREATED),
    }


def _experiment_line(truth: Truth, project: str, goal: int) -> dict[str, Any]:
    return {
        "project_key": project,
        "test_id": truth.test_id,
        "test_name": truth.name,
        "test_type": "abtest",
        "url": "https://shop.example.com/",
        "status": 1,
        "is_completed": 0,
        "created_at": iso_text(_CREATED),
        "updated_at": iso_text(_CREATED),
        "end_date": None,
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
        "traffic_allocation": 100,
        "distribution": None,
        "is_mab": 0,
        "bayesian": 1,
        "confidence_interval": 95,
        "serving_variant_id": None,
        "serving_periods": [],
        **truth.settings,
    }
