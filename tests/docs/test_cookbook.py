"""Every recipe of the cookbook works alone, on fresh data, and the index names all of them."""

import re

import pytest

from midakit.sandbox import Sandbox
from support.outside import US, Outside
from support.pages import ROOT, Reader, blocks

PAGE = ROOT / "docs" / "how-to" / "cookbook.md"
pytestmark = [
    pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel"),
    pytest.mark.xdist_group("cookbook"),  # its visitors come once
]


def recipes():
    """The blocks of each recipe, by its heading."""
    if not PAGE.exists():
        return {}
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    starts = {number: line[4:] for number, line in enumerate(lines, 1) if line.startswith("### ")}
    found = {name: [] for name in starts.values()}
    for block in blocks(PAGE):
        found[starts[max(start for start in starts if start < block.line)]].append(block)
    return found


RECIPES = recipes()


@pytest.fixture(scope="module")
def shop():
    """A sandbox with as many visitors as the page says: some experiments have a winner or a loser."""
    with Sandbox(visitors=150_000, hosts=(US,)) as sandbox:
        sandbox.snapshot("fresh")
        yield sandbox


@pytest.fixture
def fresh(shop):
    """The same with the data of the start, and a webhook that takes messages."""
    shop.restore("fresh")
    shop.stub("POST", "/services/T0/B0$", {"text": "ok"})
    yield shop
    shop.clear_stubs()


def settings(sandbox):
    """The environment that the recipes read."""
    return {
        "MIDA_API_KEY": sandbox.api_key,
        "MIDA_PROJECT_KEY": sandbox.project_key,
        "MIDA_BASE_URL": sandbox.base_url,
        "SLACK_WEBHOOK_URL": f"{sandbox.base_url}/services/T0/B0",
        "SHOP_KEY": sandbox.api_key,
        "SHOP_PROJECT": sandbox.project_key,
        "BLOG_KEY": sandbox.api_key,
        "BLOG_PROJECT": "SANDBOXxPROJECTxKEY002",
    }


@pytest.fixture
def company(fresh, monkeypatch, tmp_path):
    """A company's network: its proxy leads to the sandbox, and its certificates are its own."""
    with Outside(fresh.url) as outside:
        outside.write_ca(tmp_path / "company.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
        monkeypatch.setenv("COMPANY_PROXY", outside.proxy)
        yield outside


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_works_alone(name, fresh, company, monkeypatch, tmp_path):
    """On fresh data, without the recipes before it, and what it asserts is so."""
    found = settings(fresh)
    if "proxy" in name:
        found["MIDA_BASE_URL"] = f"https://{US}/v2"
    for variable, value in found.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    Reader(tmp_path, found).follow(RECIPES[name])
    assert bool(company.asked) is ("proxy" in name)
    fresh.verify("POST", "/services/T0/B0$", times=1 if "Slack" in name else 0)


def test_a_recipe_is_short_and_says_what_comes_out():
    """One block of at most twenty lines of code, which asserts its outcome."""
    assert len(RECIPES) >= 20
    for name, (block,) in RECIPES.items():
        lines = [line for line in block.text.splitlines() if line.strip()]
        assert len(lines) <= 20, name
        assert any(line.lstrip().startswith("assert ") for line in lines), name


def test_the_index_names_every_recipe_once():
    """In the order of the page; `test_site` checks that each link leads to its heading."""
    text = PAGE.read_text(encoding="utf-8")
    links = re.findall(r"^- \[[^\]]+\]\(#([\w-]+)\)$", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\s-]", "", name.lower()) for name in RECIPES]
    assert links == [re.sub(r"[\s-]+", "-", one.strip()) for one in anchors]


def test_waiting_looks_again_until_there_are_enough(fresh, monkeypatch):
    """The recipe's function, while a stub answers with more visitors each time."""
    (block,) = RECIPES["Wait until an experiment has enough visitors"]
    namespace = {}
    exec(block.text.split("with Mida()")[0], namespace)  # our own page
    answers = [{"body": {"test_id": 1001, "total_visitors": seen}} for seen in (0, 900, 1200)]
    fresh.stub("GET", "/experiment/1001/result$", *answers)
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with namespace["Mida"](
        fresh.api_key, project_key=fresh.project_key, base_url=fresh.base_url
    ) as mida:
        assert namespace["wait_for"](mida, 1001, visitors=1000, pause=5) == 1200
    assert pauses == [5, 5]
