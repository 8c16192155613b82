"""The API under /api: JSON in, JSON out, refusals as problem details."""
