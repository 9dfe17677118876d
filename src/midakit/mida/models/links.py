"""Links that show an experiment's results or one of its variants."""

from attrs import define, field

from midakit.core.models.model import PROMISED, Model
from midakit.mida.models._types import Reply


@define(kw_only=True, repr=False)
class ShareLink(Reply):
    """A read-only link; it loads only where `is_public`."""

    test_id: int = PROMISED
    """Id of the experiment."""
    company_id: int = PROMISED
    """Id of the account that owns the project."""
    share_link: str = PROMISED
    """The address to share."""
    is_public: bool = PROMISED
    """False until sharing is switched on in the dashboard; the link does not load before."""


@define(kw_only=True, repr=False)
class PreviewUrl(Model):
    """A link that shows one variant; `variant_id` 0 is Control."""

    variant_id: int = PROMISED
    """0 is Control, 1 is Variant 1."""
    name: str = PROMISED
    """Name of the variant."""
    preview_url: str = PROMISED
    """Address that shows this variant."""


@define(kw_only=True, repr=False)
class PreviewUrls(Reply):
    """Preview links of every variant."""

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    page_url: str = PROMISED
    """The page that the links lead to."""
    variants: list[PreviewUrl] = field(factory=list)
    """One link for each variant."""
