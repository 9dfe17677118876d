"""The words that people type into the search of the documentation, and the page that they need.

The search ranks a page by the fields that hold a word: first its tags (`tags:` at the top of the file,
which are not shown), then titles, then text.
"""

WORDS = {
    "429": "how-to/retries",
    "a/b test": "explanation/significance",
    "celery": "how-to/celery",
    "confidence interval": "explanation/significance",
    "cookbook": "how-to/cookbook",
    "django": "how-to/django",
    "error handling": "how-to/error-handling",
    "exception": "how-to/error-handling",
    "faq": "how-to/troubleshooting",
    "feature flag": "how-to/delivery",
    "flask": "how-to/flask",
    "gunicorn": "how-to/celery",
    "jupyter": "how-to/notebooks",
    "logging": "how-to/logging",
    "opentelemetry": "how-to/logging",
    "mock": "how-to/testing",
    "otel": "how-to/logging",
    "p-value": "explanation/significance",
    "pagination": "how-to/pagination",
    "parquet": "how-to/exports",
    "proxy": "how-to/proxies",
    "pytest-asyncio": "how-to/testing-pytest-asyncio",
    "pytest-xdist": "how-to/testing-xdist",
    "rate limit": "how-to/retries",
    "sample ratio": "explanation/statistics",
    "split": "explanation/statistics",
    "SRM": "explanation/statistics",
    "statistical significance": "explanation/significance",
    "time zone": "how-to/time-zones",
    "timezone": "how-to/time-zones",
    "tracing": "how-to/logging",
    "trio": "how-to/testing-anyio",
    "troubleshooting": "how-to/troubleshooting",
    "upgrade": "how-to/upgrading",
}
"""What is typed, and the page that must come first."""
