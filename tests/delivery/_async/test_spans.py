"""OpenTelemetry spans of delivery: one for each request, those of events under no page."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from midakit.delivery import AsyncMidaDelivery

pytestmark = pytest.mark.anyio


@pytest.fixture
def spans(monkeypatch):
    """The finished spans of this test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter.get_finished_spans
    provider.shutdown()


async def test_spans_name_the_operation_and_show_no_visitor(options, spans):
    """A page's question belongs to the page; an event, which is sent later, to nobody."""
    async with AsyncMidaDelivery(**options) as delivery:
        with trace.get_tracer("a page").start_as_current_span("page"):
            await delivery.variant("homepage-headline", "user-42")
            await delivery.variant("homepage-headline", "user-42")
            await delivery.event("seen", "user-42", {"plan": "pro"})
            await delivery.attributes("user-42", {"plan": "pro"})
        assert await delivery.flush(60)
    found = {span.name: span for span in spans()}
    assert set(found) == {"page", "query_experiment", "record_event", "track_attributes"}
    assert found["query_experiment"].parent.span_id == found["page"].context.span_id
    assert found["record_event"].parent is None
    assert found["track_attributes"].attributes["url.template"] == "/track/{project_key}"
    shown = str([(span.name, dict(span.attributes)) for span in spans()])
    for secret in ("user-42", "pro", options["project_key"]):
        assert secret not in shown.replace("project_key", "")
