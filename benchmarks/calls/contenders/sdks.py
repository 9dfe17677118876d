"""Cores of other vendors' SDKs, doing the same GET through the door they offer for any endpoint."""

from contextlib import asynccontextmanager, contextmanager

from benchmarks.calls.contenders.plain import PATH


@asynccontextmanager
async def openai_client(url, ca, flight):
    from openai import AsyncOpenAI, BaseModel

    class Variant(BaseModel):
        variant_id: str
        name: str
        traffic_weight: int
        variant_status: str

    class Distribution(BaseModel):
        test_id: int
        test_name: str
        distribution_mode: str
        is_mab: bool
        variants: list[Variant]

    async with AsyncOpenAI(api_key="key", base_url=url) as client:

        async def get(number):
            return await client.get(PATH.format(number), cast_to=Distribution)

        yield get


@asynccontextmanager
async def stripe_client(url, ca, flight):
    import stripe

    stripe.ca_bundle_path = ca
    stripe.enable_telemetry = False
    http = stripe.HTTPXClient()
    client = stripe.StripeClient("sk_test_key", base_addresses={"api": url}, http_client=http)

    async def get(number):
        answer = await client.raw_request_async("get", PATH.format(number))
        return client.deserialize(answer, api_mode="V2")

    try:
        yield get
    finally:
        await http.close_async()


@asynccontextmanager
async def githubkit_client(url, ca, flight):
    import ssl

    from githubkit import GitHub
    from githubkit.throttling import LocalThrottler
    from pydantic import BaseModel

    class Variant(BaseModel):
        variant_id: str
        name: str
        traffic_weight: int
        variant_status: str

    class Distribution(BaseModel):
        test_id: int
        test_name: str
        distribution_mode: str
        is_mab: bool
        variants: list[Variant]

    async with GitHub(
        "key", base_url=url, http_cache=False, throttler=LocalThrottler(flight),
        ssl_verify=ssl.create_default_context(cafile=ca),
    ) as client:  # fmt: skip

        async def get(number):
            target = PATH.format(number).lstrip("/")
            return (await client.arequest("GET", target, response_model=Distribution)).parsed_data

        yield get


@contextmanager
def launchdarkly_client(url, ca, flight):
    import launchdarkly_api

    settings = launchdarkly_api.Configuration(host=url, ssl_ca_cert=ca)
    settings.connection_pool_maxsize = flight
    with launchdarkly_api.ApiClient(settings) as client:
        kinds = {"200": "object"}
        headers = {"authorization": "key", "accept": "application/json"}

        def get(number):
            answer = client.call_api("GET", url + PATH.format(number), headers)
            answer.read()
            return client.response_deserialize(answer, kinds).data

        yield get
