"""The documented wire contract: JSON Schemas by version, validation, fault messages, result codes, limits."""
