"""Template tags: `{% variant "key" as name %}` and `{% flag "key" as name %}`.

They use the blocking client, also in async views: a page that is rendered there waits for its budget
at most. Ask in the view where that is too long.
"""

from typing import Any

from django import template

from midakit.delivery.answers import AnswerReason, AssignedVariant
from midakit.delivery.django.middleware import delivery_of

register = template.Library()


def _visitor(context: Any) -> Any:
    request = getattr(context, "request", None) or context.get("request")
    return getattr(request, "mida", None)


@register.simple_tag(takes_context=True)
def variant(context: Any, experiment_key: str, default: str = "Control") -> AssignedVariant:
    """Return the variant of the visitor who asks for the page.

    Args:
        context: The template's context, made with the request.
        experiment_key: Key of the experiment.
        default: What to return without an answer.
    """
    visitor = _visitor(context)
    if visitor is None:
        return AssignedVariant(default, AnswerReason.INVALID)
    found: AssignedVariant = delivery_of().variant(experiment_key, visitor.id, default)
    return found


@register.simple_tag(takes_context=True)
def flag(context: Any, name: str, default: bool = False) -> bool:
    """Say whether a feature flag is on for the visitor who asks for the page.

    Args:
        context: The template's context, made with the request.
        name: The flag's name.
        default: What to return when nothing is known.
    """
    visitor = _visitor(context)
    return default if visitor is None else bool(delivery_of().is_enabled(name, visitor.id, default))
