"""The contract's vocabularies. Fields that hold them are plain text, so a new word is no error."""

from enum import IntEnum, StrEnum


class GoalType(StrEnum):
    """What a goal counts."""

    PAGEVIEW = "pageview"
    PAGEVIEW_EXACT = "pageviewExact"
    PAGEVIEW_WILDCARD = "pageviewWildcard"
    PAGEVIEW_REGEX = "pageviewRegex"
    CLICK_ON_ELEMENT = "clickOnElement"
    CLICK_ON_TEXT = "clickOnText"
    EXTERNAL_LINK = "externalLink"
    FORM_SUBMIT = "formSubmit"
    ELEMENT_APPEARS = "elementAppears"
    SCROLLING = "scrolling"
    DURATION = "duration"
    EVENT = "event"
    REVENUE = "revenue"
    SCRIPT = "script"


class GoalPurpose(StrEnum):
    """What a goal is good for."""

    SELL = "sell"
    ENGAGE = "engage"
    GENERATE = "generate"


class TestType(StrEnum):
    """Kinds of experiments."""

    __test__ = False  # not a test class, whatever its name tells pytest

    ABTEST = "abtest"
    SPLIT = "split"
    PERSONALIZATION = "personalization"
    MVT = "mvt"


class DistributionMode(StrEnum):
    """How traffic is split."""

    EQUAL = "equal"
    CUSTOM = "custom"
    MAB = "mab"


class VariantStatus(StrEnum):
    """Whether a variant gets traffic; paused means a configured weight of 0."""

    ACTIVE = "active"
    PAUSED = "paused"


class StatsEngine(StrEnum):
    """Statistics of an experiment, which say how to read its confidence threshold."""

    BAYESIAN = "bayesian"
    FREQUENTIST = "frequentist"


class ReportPhase(StrEnum):
    """Part of an experiment's time that a report counts: before a winner was served, after it, or all."""

    PRE_DEPLOY = "pre_deploy"
    POST_DEPLOY = "post_deploy"
    ALL_TIME = "all_time"


class BreakdownBy(StrEnum):
    """Dimensions of a breakdown."""

    DEVICE = "device"
    BROWSER = "browser"
    OS = "os"
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    USER_TYPE = "user_type"
    REF_PAGE = "ref_page"
    LANDING_PAGE = "landing_page"
    UTM_CAMPAIGN = "utm_campaign"
    UTM_SOURCE = "utm_source"
    UTM_MEDIUM = "utm_medium"
    UTM_CONTENT = "utm_content"
    UTM_TERM = "utm_term"


class Device(StrEnum):
    """Devices, in filters and in targeting."""

    DESKTOP = "desktop"
    MOBILE = "mobile"
    TABLET = "tablet"


class FilterRegion(StrEnum):
    """Regions that `filter_by` knows."""

    NORTH_AMERICA = "northamerica"
    EUROPE = "europe"
    ASIA_PACIFIC = "asiapacific"
    LATIN_AMERICA = "latinamerica"
    AFRICA = "africa"
    MIDDLE_EAST = "middleeast"


class FilterPreset(StrEnum):
    """Presets of `filter_by` that the documentation names."""

    MOBILE = "mobile"
    DESKTOP = "desktop"
    NEW = "new"
    RETURNING = "returning"
    PAID = "paid"
    SEARCH = "search"
    DIRECT = "direct"


class ProjectStatus(IntEnum):
    """A project's state; `DELETED` appears only in the reply to a delete."""

    ACTIVE = 1
    PAUSED = 0
    DELETED = 2


class RecordStatus(IntEnum):
    """State of a goal or an event."""

    ACTIVE = 1
    DELETED = 2


class Role(IntEnum):
    """Team roles; only a Viewer cannot edit."""

    OWNER = 0
    ADMIN = 1
    EDITOR = 2
    VIEWER = 3


class RoleLabel(StrEnum):
    """Team roles by name."""

    OWNER = "Owner"
    ADMIN = "Admin"
    EDITOR = "Editor"
    VIEWER = "Viewer"


class MemberStatus(StrEnum):
    """Whether a person accepted the invitation."""

    ACTIVE = "active"
    INVITED = "invited"


class Membership(StrEnum):
    """How a person came to the account."""

    DIRECT = "direct"
    INVITED_MEMBER = "invited member"


class Principal(StrEnum):
    """Whom a request is made for: a person, or a project by its API key."""

    USER = "user"
    PROJECT_API_KEY = "project API key"


class CommentSource(StrEnum):
    """Who wrote a comment."""

    USER = "user"
    AGENT = "agent"
    ROUTINE = "routine"


class AnalysisMethod(StrEnum):
    """Statistics of a project's experiments, as the digits that the server writes."""

    BAYESIAN = "1"
    FREQUENTIST = "0"


class FrequentistType(StrEnum):
    """Kind of frequentist test, as the digits that the server writes."""

    ONE_TAILED = "0"
    TWO_TAILED = "2"


class BuiltInMetric(StrEnum):
    """Metrics that need no goal."""

    BOUNCE_RATE = "BounceRate"
    ENGAGEMENT = "_engagement"
    PAGEVIEW = "_pageview"


class CampaignStrategy(StrEnum):
    """Whom a campaign personalizes for."""

    ACCOUNTS = "accounts"
    PERSONAS = "personas"


class PersonaParam(StrEnum):
    """The query parameter that tells a persona."""

    UTM_CAMPAIGN = "utm_campaign"
    UTM_TERM = "utm_term"
    UTM_MEDIUM = "utm_medium"
    UTM_SOURCE = "utm_source"
    REF = "ref"


class PageUrlRuleKind(StrEnum):
    """How a page address is compared."""

    SIMPLE = "simple"
    EXACT = "exact"
    CONTAIN = "contain"
    REGEX = "regex"
