"""The SQL that turns drawn numbers into the seeded visitors, assignments and events."""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

_COUNTRIES = {
    "US": 35, "GB": 10, "DE": 8, "CA": 7, "IN": 7, "BR": 6, "FR": 5, "JP": 4, "AU": 4, "MX": 3,
    "ZA": 3, "AE": 3, "": 5,
}  # fmt: skip
_PLACES = {"US": "California", "GB": "England", "DE": "Bavaria", "CA": "Ontario"}
_CITIES = {"US": "San Francisco", "GB": "London", "DE": "Munich", "CA": "Toronto"}
_DEVICES = {"mobile": 55, "desktop": 38, "tablet": 7}
_BROWSERS = {"chrome": 50, "safari": 25, "edge_chromium": 9, "firefox": 8, "samsung": 5, "other": 3}
_SOURCES = {"direct": 30, "search": 25, "paid": 15, "social": 12, "referral": 10, "email": 8}
_PAGES = {"/": 40, "/pricing": 20, "/products/42": 20, "/blog/ab-testing": 15, "/lp/spring": 5}
_CAMPAIGNS = {"spring-sale": 50, "brand": 30, "retarget_7": 20}
_PLANS = {"free": 50, "pro": 25, "enterprise": 10, "": 15}


def _pick(column: str, weights: dict[str, int]) -> str:
    """Return SQL for a uniform number as one of the words; the empty word is a missing value."""
    edge, cases = 0.0, []
    for word, weight in weights.items():
        edge += weight / sum(weights.values())
        cases.append(f"WHEN {column} < {edge:.6f} THEN {_word(word)}")
    return f"CASE {' '.join(cases)} ELSE {_word(list(weights)[-1])} END"


def _word(word: str) -> str:
    """Return SQL for a word."""
    return f"'{word}'" if word else "NULL"


def _by_country(words: dict[str, str]) -> str:
    """Return SQL for a word that depends on the country."""
    cases = " ".join(f"WHEN '{country}' THEN '{word}'" for country, word in words.items())
    return f"CASE country {cases} END"


INSERT_VISITORS = f"""
INSERT INTO base.visitors
WITH named AS (
  SELECT * REPLACE (
      {_pick("country", _COUNTRIES)} AS country, {_pick("device", _DEVICES)} AS device,
      {_pick("browser", _BROWSERS)} AS browser, {_pick("source", _SOURCES)} AS source,
      {_pick("page", _PAGES)} AS page, {_pick("campaign", _CAMPAIGNS)} AS campaign,
      {_pick("plan", _PLANS)} AS plan),
    os AS pick_os
  FROM people),
told AS (
  SELECT *,
    CASE WHEN device = 'desktop' AND pick_os < 0.65 THEN 'windows'
      WHEN device = 'desktop' AND pick_os < 0.92 THEN 'macos'
      WHEN device = 'desktop' THEN 'linux'
      WHEN pick_os < 0.5 THEN 'ios' ELSE 'android' END AS system,
    CASE WHEN source IN ('paid', 'email') THEN campaign END AS utm,
    CASE WHEN ref < 0.10 THEN 'aff' WHEN ref < 0.16 THEN 'partner' END AS referrer
  FROM named)
SELECT visitor_id, CASE WHEN second THEN $second ELSE $first END,
  left(md5($seed || '-' || visitor_id), 12),
  CASE WHEN known < 0.25 THEN 'user_' || visitor_id END,
  CASE WHEN known < 0.25 THEN 'user_' || visitor_id || '@example.com' END,
  make_timestamp(created), device, browser, system, country,
  {_by_country(_PLACES)}, {_by_country(_CITIES)},
  CASE system WHEN 'windows' THEN 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0'
    WHEN 'macos' THEN 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1'
    WHEN 'linux' THEN 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/127.0'
    WHEN 'ios' THEN 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148'
    ELSE 'Mozilla/5.0 (Linux; Android 14; SM-S918B) Chrome/126.0 Mobile' END,
  'https://shop.example.com' || page || coalesce('?utm_campaign=' || utm, '?ref=' || referrer, ''),
  CASE source WHEN 'search' THEN 'https://www.google.com/' WHEN 'social' THEN 'https://t.co/x1'
    WHEN 'referral' THEN 'https://news.example.org/post?id=9' ELSE '' END,
  source,
  CASE WHEN utm IS NOT NULL THEN CASE source WHEN 'paid' THEN 'google' ELSE 'newsletter' END END,
  CASE WHEN utm IS NOT NULL THEN CASE source WHEN 'paid' THEN 'cpc' ELSE 'email' END END,
  utm, CASE WHEN utm = 'brand' THEN 'footer' END, CASE WHEN utm = 'spring-sale' THEN 'shoes' END,
  json_object('ref', referrer, 'gclid', CASE source WHEN 'paid' THEN 'Cj' || visitor_id END),
  json_object('plan', plan, 'seats', CASE WHEN seats < 0.6 THEN 1 + floor(seats * 50)::INTEGER END,
    'vip', vip < 0.1,
    'signup_date', CASE WHEN signup < 0.5 THEN
      strftime(make_timestamp(created) - to_days(floor(signup * 200)::INTEGER), '%Y-%m-%d') END)
FROM told ORDER BY visitor_id
"""

INSERT_ASSIGNMENTS = """
INSERT INTO base.assignments
SELECT test_id, visitor_id, serving, variant, make_timestamp(entered), NULL
FROM entries ORDER BY test_id, visitor_id
"""

SELECT_EVENTS = """
WITH shown AS (
  SELECT p.visitor_id, p.entered, p.pages, p.click, p.scroll, p.stay, v.landing_page,
    v.project_key FROM people p JOIN base.visitors v USING (visitor_id)),
told AS (
  SELECT visitor_id, 1 AS event_type, '!pageview' AS event_text, NULL AS event_property,
    landing_page AS url, entered AS moment_us, project_key FROM shown
  UNION ALL
  SELECT visitor_id, 1, '!pageview', NULL,
    CASE WHEN pages < 0.1 THEN 'https://shop.example.com/thank-you?o=1'
      ELSE 'https://shop.example.com/pricing' END, entered + 60000000, project_key
  FROM shown WHERE pages < 0.6
  UNION ALL
  SELECT visitor_id, 1, '!click', CASE WHEN click < 0.15
      THEN '{"selector":".cta-button","text":"Start Free Trial","href":"/signup"}'
      ELSE '{"selector":".nav","text":"Pay now","href":"https://checkout.stripe.com/pay"}' END,
    landing_page, entered + 30000000, project_key FROM shown WHERE click < 0.4
  UNION ALL
  SELECT visitor_id, 1, '!scroll', '{"percent":' || (25 * (1 + floor(scroll * 8)::INTEGER)) || '}',
    landing_page, entered + 20000000, project_key FROM shown WHERE scroll < 0.5
  UNION ALL
  SELECT visitor_id, 1, '!duration', '{"seconds":' || (10 + floor(stay * 200)::INTEGER) || '}',
    landing_page, entered + 90000000, project_key FROM shown WHERE stay < 0.4
  UNION ALL
  SELECT c.visitor_id, 2, c.name, CASE WHEN isnan(c.value) THEN '{"via":"web"}'
      ELSE '{"revenue":' || CASE WHEN c.foreign THEN round(c.value / 1.1, 2) ELSE c.value END
        || ',"currency":"' || CASE WHEN c.foreign THEN 'EUR' ELSE 'USD' END
        || '","quantity":' || c.quantity || '}' END,
    'https://shop.example.com/done', c.moment_us, s.project_key
  FROM conversions c JOIN shown s USING (visitor_id))
SELECT row_number() OVER (ORDER BY visitor_id, moment_us, event_text) AS event_id, visitor_id, event_type,
  1 AS status, event_text, event_property, url,
  regexp_replace(substr(url, 25), '[?].*', '') AS event_path,
  's' || visitor_id AS session, make_timestamp(moment_us) AS created_at, project_key
FROM told
"""
