"""The check of the contract, asynchronous."""
