"""The documented words. Fields that hold them are plain text, so a new word is no error."""

from enum import StrEnum


class GoalType(StrEnum):
    """What makes a conversion."""

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
    """What a goal is for."""

    SELL = "sell"
    ENGAGE = "engage"
    GENERATE = "generate"


class TestType(StrEnum):
    """The kind of experiment."""

    __test__ = False  # pytest would take it for a test class

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
    """`paused` is a configured weight of 0."""

    ACTIVE = "active"
    PAUSED = "paused"


class StatsEngine(StrEnum):
    """How the confidence threshold reads."""

    BAYESIAN = "bayesian"
    FREQUENTIST = "frequentist"


class ReportPhase(StrEnum):
    """Which conversions count once a winner is served."""

    PRE_DEPLOY = "pre_deploy"
    POST_DEPLOY = "post_deploy"
    ALL_TIME = "all_time"


class BreakdownBy(StrEnum):
    """A dimension to split a result by."""

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


class CommentSource(StrEnum):
    """Who wrote a comment."""

    USER = "user"
    AGENT = "agent"
    ROUTINE = "routine"


class RoleLabel(StrEnum):
    """A team role."""

    OWNER = "Owner"
    ADMIN = "Admin"
    EDITOR = "Editor"
    VIEWER = "Viewer"


class MemberStatus(StrEnum):
    """Whether a member has joined."""

    ACTIVE = "active"
    INVITED = "invited"


class CampaignStrategy(StrEnum):
    """Whom a campaign addresses."""

    ACCOUNTS = "accounts"
    PERSONAS = "personas"


class PersonaParam(StrEnum):
    """The parameter that names a persona."""

    UTM_CAMPAIGN = "utm_campaign"
    UTM_TERM = "utm_term"
    UTM_MEDIUM = "utm_medium"
    UTM_SOURCE = "utm_source"
    REF = "ref"


class PageUrlRuleKind(StrEnum):
    """How a page address is matched."""

    SIMPLE = "simple"
    EXACT = "exact"
    CONTAIN = "contain"
    REGEX = "regex"


class BuiltInMetric(StrEnum):
    """Metrics that need no goal."""

    BOUNCE_RATE = "BounceRate"
    ENGAGEMENT = "_engagement"
    PAGEVIEW = "_pageview"
