"""The web page, in a real browser."""

from support.browser import MARKS

pytestmark = MARKS
READY = "document.querySelectorAll('#report tbody tr').length > 0"


def test_it_shows_experiments_and_their_results(api, browser):
    """Every experiment is in the menu, and a click shows the figures the API gives."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    names = page.evaluate("[...document.querySelectorAll('nav .name')].map(x => x.textContent)")
    assert names == [e["test_name"] for e in api.get("/experiments")["experiments"]]
    page.evaluate("document.querySelector('[data-test=\"1005\"]').click()")
    result = api.get("/experiment/1005/result")
    page.wait_for(f"document.querySelector('#report h2').textContent === {result['test_name']!r}")
    text = page.evaluate("document.querySelector('#report').textContent")
    assert f"{result['total_revenue']:,.2f} USD" in text
    for variant in result["variants"]:
        assert f"{variant['visitors']:,}" in text
        assert f"{variant['conversion_rate']:.2f} %" in text
    assert page.evaluate("document.querySelectorAll('#report svg path').length") == 3
    assert page.console_errors == []


def test_requests_appear_as_they_come(api, browser):
    """A call made now is on the page a moment later, with its status and its fault."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    api.get("/goals?limit=3")
    fault = {"x-sandbox-fault": "status;code=503"}
    api.send("GET", "/goals", status=503, headers=fault)
    page.wait_for("document.querySelectorAll('#rows tr.request').length === 2")
    latest = page.evaluate("document.querySelector('#rows tr.request').textContent")
    assert "503" in latest
    assert "status;code=503" in latest
    assert page.evaluate("document.querySelector('#link').textContent") == "live"


def test_what_clients_send_is_text_and_nothing_more(api, browser):
    """Markup in names, paths and bodies is shown, not run."""
    evil = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
    api.patch("/experiment/1001", {"test_name": evil})
    api.patch("", {"name": evil})
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    api.http.get(f"/project/{api.project}/goals", params={"limit": evil})
    page.wait_for("document.querySelectorAll('#rows tr.request').length >= 3")
    page.evaluate("document.querySelectorAll('#rows tr.request').forEach(row => row.click())")
    assert page.evaluate("document.querySelector('#report h2').textContent") == evil
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
    assert page.evaluate("window.hit") is None


def test_it_needs_no_other_host(api, browser):
    """Everything comes from the sandbox itself."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    assert all(url.startswith((api.sandbox.url, "data:")) for url in page.requests)


def test_it_follows_light_and_dark(api, browser):
    """The ground is bright by day and dark by night."""
    grounds = []
    for dark in (False, True):
        page = browser.open(api.sandbox.url, dark=dark)
        page.wait_for(READY)
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        grounds.append(sum(int(part) for part in color[4:-1].split(",")))
    assert grounds[0] > 600
    assert grounds[1] < 150


def test_an_empty_sandbox_says_so(browser):
    """Without data the page explains instead of failing."""
    from midakit.sandbox import Sandbox

    with Sandbox(seed=None) as sandbox:
        page = browser.open(sandbox.url)
        page.wait_for("document.querySelector('nav').textContent.includes('No data')")
        assert page.console_errors == []
