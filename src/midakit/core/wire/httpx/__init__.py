"""The way through httpx: trio, proxies, mocks, injected clients."""
