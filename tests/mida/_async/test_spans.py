"""OpenTelemetry spans: one per call, attempts folded in, nothing secret."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from midakit import AsyncMida, BadRequest, ConnectionFailed, F, NotFound
from midakit.mida import calls

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


async def test_a_call_is_one_client_span_with_its_operation(options, spans, sandbox):
    """The name groups by operation; host, template and status are attributes."""
    async with AsyncMida(**options) as mida:
        await mida.experiments.result(1001)
    (span,) = spans()
    assert span.name == "get_experiment_result"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    found = dict(span.attributes)
    assert found["http.request.method"] == "GET"
    assert found["http.response.status_code"] == 200
    assert found["http.request.resend_count"] == 0
    assert found["server.address"] == "127.0.0.1"
    assert found["url.template"] == "/project/{project_key}/experiment/{test_id}/result"


async def test_attempts_are_folded_into_the_calls_span(options, spans, sandbox):
    """Two failures and a success are one span that counts two repeats."""
    sandbox.faults("status;code=503;retry_after_ms=1", path="/1001$", times=2)
    async with AsyncMida(**options) as mida:
        await mida.experiments.get(1001)
    (span,) = spans()
    assert span.attributes["http.request.resend_count"] == 2
    assert span.attributes["http.response.status_code"] == 200


async def test_a_refusal_marks_the_span(options, spans):
    """A 404 is an error in the trace."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(NotFound):
            await mida.experiments.get(999_999)
    (span,) = spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["http.response.status_code"] == 404
    assert span.attributes["error.type"] == "404"
    assert span.attributes["url.template"] == "/project/{project_key}/experiment/{test_id}"


async def test_a_dead_server_marks_the_span(spans):
    """No answer at all: the exception is on the span, and there is no status."""
    async with AsyncMida(
        "sekret-key-123", project_key="p", base_url="http://127.0.0.1:9", retry=1
    ) as mida:
        with pytest.raises(ConnectionFailed):
            await mida.experiments.get(1001)
    (span,) = spans()
    assert span.status.status_code is StatusCode.ERROR
    assert "http.response.status_code" not in span.attributes
    assert span.attributes["error.type"] == "ConnectionFailed"


async def test_spans_of_a_fan_out_hang_under_the_callers_span(options, spans):
    """The caller's context goes along with each call, whichever engine sends it."""
    tracer = trace.get_tracer("test")
    async with AsyncMida(**options) as mida:
        with tracer.start_as_current_span("report") as parent:
            await mida.gather([calls.experiments.get(test_id) for test_id in (1001, 1002, 1003)])
    children = [span for span in spans() if span.name != "report"]
    assert len(children) == 3
    assert {span.parent.span_id for span in children} == {parent.get_span_context().span_id}


async def test_no_span_carries_a_key_or_a_visitors_data(options, spans):
    """Neither the API key nor a segment's values are anywhere in the trace."""
    async with AsyncMida(**{**options, "api_key": "sandbox"}) as mida:
        await mida.experiments.result(1001, where=F.queryparam("coupon") == "SECRETLAND")
        with pytest.raises(BadRequest):
            await mida.events.record("buy", email="someone@example.com")
    told = " ".join(span.to_json() for span in spans())
    for secret in ("SECRETLAND", "someone@example.com", '"sandbox"', options["project_key"]):
        assert secret not in told
