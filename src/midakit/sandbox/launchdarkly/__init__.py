"""The part of LaunchDarkly's API that the sandbox serves: metrics, read-only."""
