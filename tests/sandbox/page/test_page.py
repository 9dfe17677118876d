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
    # the browser draws the chart when it has laid the page out
    page.wait_for("document.querySelectorAll('#report .chart svg path').length === 3")
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
    sandbox = api.sandbox
    sandbox.faults({"action": "latency", "args": {"ms": 0}}, path="<img src=x>", method="GET")
    sandbox.stub("GET", "<img src=x>", {"text": evil})
    api.http.patch(f"/project/{api.project}", json={"name": evil}, headers={"user-agent": evil})
    page.wait_for("document.querySelectorAll('#rows tr.request').length >= 4")
    page.evaluate("document.querySelectorAll('#rows tr.request').forEach(row => row.click())")
    page.wait_for("document.querySelectorAll('.part').length >= 8")
    page.wait_for("document.querySelector('#fault-list').textContent.includes('<img src=x>')")
    assert "onerror" in page.evaluate("document.querySelector('.parts').textContent")
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


def test_a_request_opens_with_its_headers_and_its_answer(api, browser):
    """The key is masked, the bodies are readable, and a second click closes it."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    api.post("/goal", {"goal_name": "Opened", "goal_type": "event", "goal_value": "o"})
    page.wait_for("document.querySelectorAll('#rows tr.request').length === 1")
    page.click("#rows tr.request button")
    page.wait_for("document.querySelectorAll('.part').length === 2")
    request, answer = page.evaluate(
        "[...document.querySelectorAll('.part')].map(x => x.textContent)"
    )
    assert "x-api-key: ***" in request
    assert api.sandbox.api_key not in request.replace("/__sandbox__", "")
    assert '"goal_name": "Opened"' in request
    assert "Answer: 200" in answer
    assert '"success": true' in answer
    assert (
        page.evaluate("document.querySelector('#rows .target').getAttribute('aria-expanded')")
        == "true"
    )
    page.click("#rows tr.request button")
    page.wait_for("document.querySelector('#rows .details').hidden")


def test_requests_are_filtered_by_words_method_and_status(api, browser):
    """What does not match is hidden, and a filter that nothing matches says so."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    api.get("/goals?limit=3")
    api.send("GET", "/experiment/404404", status=404)
    api.patch("/experiment/1001", {"test_name": "Renamed"})
    page.wait_for("document.querySelectorAll('#rows tr.request').length === 3")

    def filtered(**fields):
        for name in ("search", "method", "status"):
            page.evaluate(
                f"(x => {{ x.value = {fields.get(name, '')!r}; x.dispatchEvent(new Event('input')) }})"
                f"(document.getElementById({name!r}))"
            )
        rows = "[...document.querySelectorAll('#rows tr.request')].filter(x => !x.hidden)"
        return page.evaluate(f"{rows}.map(x => x.querySelector('.m').textContent)")

    assert filtered(search="GOALS?lim") == ["GET"]
    assert filtered(method="PATCH") == ["PATCH"]
    assert filtered(status="4") == ["GET"]
    assert filtered(status="4", method="PATCH") == []
    assert page.evaluate("document.querySelector('#none').textContent") == "No request matches."
    assert len(filtered()) == 3


def test_it_drives_clock_faults_snapshots_and_reset(api, browser):
    """What is clicked happens in the sandbox."""
    sandbox = api.sandbox
    page = browser.open(sandbox.url)
    page.wait_for(READY)
    before = sandbox.clock()
    page.click('[data-move="86400"]')
    page.wait_for("document.querySelector('#message').textContent.includes('moved')")
    assert sandbox.clock()[:10] > before[:10]
    page.evaluate("document.querySelector('#snapshot').value = 'from-the-page'")
    page.click("#take-snapshot button")
    page.wait_for("document.querySelector('#snapshot-list').textContent.includes('from-the-page')")
    page.evaluate("document.querySelector('#fault').value = 'status;code=503'")
    page.evaluate("document.querySelector('#fault-path').value = '/goals$'")
    page.evaluate("document.querySelector('#fault-times').value = '2'")
    page.click("#add-fault button")
    page.wait_for("document.querySelector('#fault-list').textContent.includes('status;code=503')")
    (rule,) = sandbox.faults()
    assert (rule["args"], rule["path"], rule["times"]) == ({"code": "503"}, "/goals$", 2)
    page.evaluate("document.querySelector('#fault').value = 'nonsense'")
    page.click("#add-fault button")
    page.wait_for("document.querySelector('#message').textContent.includes('Unknown fault')")
    assert page.evaluate("document.querySelector('#message').classList.contains('bad')")
    page.click("#clear-faults")
    page.wait_for("document.querySelector('#fault-list').textContent === 'None in force.'")
    assert sandbox.faults() == []
    api.delete("/experiment/1002")
    page.click("#snapshot-list button")
    page.wait_for("document.querySelector('#message').textContent.includes('restored')")
    api.get("/experiment/1002")
    page.click("#reset")
    assert sandbox.clock() != before
    page.click("#reset")
    page.wait_for("document.querySelector('#message').textContent.includes('as they were')")
    assert sandbox.clock() == before


def test_a_namespace_can_be_looked_at(api, browser):
    """Its experiments and its requests take the place of the server's."""
    mine = api.sandbox.namespace("looked-at")
    mine.state.records.drop("experiment", 1001)
    try:
        page = browser.open(api.sandbox.url)
        page.wait_for(READY)
        page.evaluate("document.querySelector('#namespace').value = 'looked-at'")
        page.evaluate("document.querySelector('#namespace').dispatchEvent(new Event('change'))")
        page.wait_for("!document.querySelector('[data-test=\"1001\"]')")
        api.http.get(f"/project/{api.project}/goals", headers=mine.headers)
        page.wait_for("document.querySelectorAll('#rows tr.request').length === 1")
        assert api.sandbox.requests() == []
    finally:
        mine.delete()


def test_the_interval_of_a_lift_stands_beside_it(api, browser):
    """As the pure function says, and with its level in the head of the column."""
    from midakit.sandbox.page.intervals import with_intervals

    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    variants = with_intervals(api.get("/experiment/1001/result")["variants"], 95)
    low, high = variants[1]["interval"]
    text = page.evaluate("document.querySelector('#report .range').textContent")
    assert text == f"{low:+.1f} % to {high:+.1f} %"
    assert "95 % interval" in page.evaluate("document.querySelector('#report thead').textContent")


def test_it_is_readable_on_a_phone(api, browser):
    """Nothing is wider than the screen, words of the chart have their size, buttons can be touched."""
    page = browser.open(api.sandbox.url)
    page.resize(390)
    page.wait_for(READY)
    api.get("/experiment/1001/result?filter_by=mobile&breakdown_by=country")
    page.wait_for("document.querySelectorAll('#rows tr.request').length === 1")
    page.click("#rows tr.request button")
    page.wait_for("document.querySelectorAll('.part').length === 2")
    page.wait_for("document.querySelector('.chart svg').getBoundingClientRect().width < 390")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    chart = "document.querySelector('.chart svg')"
    scale = page.evaluate(f"{chart}.getBoundingClientRect().width / {chart}.viewBox.baseVal.width")
    assert scale > 0.95
    small = "[...document.querySelectorAll('#controls button, #controls input')].map(x => x.offsetHeight)"
    assert min(height for height in page.evaluate(small) if height) >= 26


def test_tables_and_fields_are_named_for_those_who_hear_them(api, browser):
    """Every table has a caption, every head a scope, every field a label; roles survive on phones."""
    page = browser.open(api.sandbox.url)
    page.wait_for(READY)
    count = "document.querySelectorAll({!r}).length"
    assert (
        page.evaluate(count.format("table")) == page.evaluate(count.format("table > caption")) == 2
    )
    assert page.evaluate(count.format("th:not([scope])")) == 0
    assert page.evaluate(count.format("th[scope=row]")) >= 2
    assert page.evaluate(count.format("table:not([role=table]), td:not([role=cell])")) == 0
    unnamed = "[...document.querySelectorAll('input, select')].filter(x => !x.labels.length).length"
    assert page.evaluate(unnamed) == 0
