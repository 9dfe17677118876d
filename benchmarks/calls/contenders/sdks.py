"""Cores of other vendors' SDKs, doing the same GET through the door they offer for any endpoint."""

from contextlib import asynccontextmanager, contextmanager


def _result(base):
    """The model of a result that a user of these SDKs writes: what a report needs of it."""

    class Variant(base):
        variant_id: str
        name: str
        visitors: int
        conversions: int
        conversion_rate: float
        improvement: float | None = None
        traffic_weight: float
        variant_status: str
        is_control: bool

    class Result(base):
        test_id: int
        test_name: str
        status: str
        start_date: str
        days_running: int
        stats_engine: str
        report_phase: str
        total_visitors: int
        total_conversions: int
        variants: list[Variant]

    return Result


@asynccontextmanager
async def openai_client(url, ca, flight, exchange):
    from openai import AsyncOpenAI, BaseModel

    result = _result(BaseModel)

    async with AsyncOpenAI(api_key="key", base_url=url) as client:

        async def get(number):
            return await client.get(exchange.path(number), cast_to=result)

        yield get


@asynccontextmanager
async def stripe_client(url, ca, flight, exchange):
    import stripe

    stripe.ca_bundle_path = ca
    stripe.enable_telemetry = False
    http = stripe.HTTPXClient()
    client = stripe.StripeClient("sk_test_key", base_addresses={"api": url}, http_client=http)

    async def get(number):
        answer = await client.raw_request_async("get", exchange.path(number))
        return client.deserialize(answer, api_mode="V2")

    try:
        yield get
    finally:
        await http.close_async()


@asynccontextmanager
async def githubkit_client(url, ca, flight, exchange):
    import ssl

    from githubkit import GitHub
    from githubkit.throttling import LocalThrottler
    from pydantic import BaseModel

    result = _result(BaseModel)

    async with GitHub(
        "key", base_url=url, http_cache=False, throttler=LocalThrottler(flight),
        ssl_verify=ssl.create_default_context(cafile=ca),
    ) as client:  # fmt: skip

        async def get(number):
            target = exchange.path(number).lstrip("/")
            return (await client.arequest("GET", target, response_model=result)).parsed_data

        yield get


@contextmanager
def launchdarkly_client(url, ca, flight, exchange):
    import launchdarkly_api

    settings = launchdarkly_api.Configuration(host=url, ssl_ca_cert=ca)
    settings.connection_pool_maxsize = flight
    with launchdarkly_api.ApiClient(settings) as client:
        kinds = {"200": "object"}
        headers = {"authorization": "key", "accept": "application/json"}

        def get(number):
            answer = client.call_api("GET", url + exchange.path(number), headers)
            answer.read()
            return client.response_deserialize(answer, kinds).data

        yield get
