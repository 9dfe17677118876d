"""The words a report request may use."""

DEVICES = ("mobile", "desktop", "tablet")
SOURCES = ("direct", "referral", "social", "search", "nonpaid", "paid", "email")
USER_TYPES = ("new", "returning")
OPERATING_SYSTEMS = ("windows", "macos", "ios", "linux")  # [choice 14]
BROWSERS = (
    "chrome", "firefox", "safari", "edge_chromium", "edge_legacy", "opera", "ie", "brave",
    "vivaldi", "yandex", "chromium", "samsung", "uc", "duckduckgo", "silk", "facebook",
    "instagram", "other",
)  # fmt: skip
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
BREAKDOWNS = (
    "device", "browser", "os", "country", "region", "city", "user_type", "ref_page",
    "landing_page", "utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term",
)  # fmt: skip
PHASES = ("pre_deploy", "post_deploy", "all_time")
BUILT_IN = {"BounceRate": "Bounce Rate", "_engagement": "Engagement", "_pageview": "Pageviews"}
EVENT_BACKED = ("event", "revenue", "script")
GOAL_TYPES = (
    *EVENT_BACKED, "pageview", "pageviewExact", "pageviewWildcard", "pageviewRegex",
    "clickOnElement", "clickOnText", "externalLink", "formSubmit", "elementAppears", "scrolling",
    "duration",
)  # fmt: skip
STATUS_LABELS = {9: "draft", 1: "live", 0: "inactive"}
