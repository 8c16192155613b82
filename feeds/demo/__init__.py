"""The demo newsroom and its partner."""
