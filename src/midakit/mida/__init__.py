"""The Mida V2 API: models, filters, pure call builders, and the two clients."""
