"""Pure builders: arguments -> a call that a LaunchDarkly client sends."""

from midakit.launchdarkly.calls import metrics

__all__ = ["metrics"]
