"""Broadsheet: stores articles, publishes them as feeds, takes in partners' feeds.

The folders are the stages of two walks, told in docs/architecture.md. Imports go one way:
errors < settings, clock < model < store | publish | ingest < pipeline < demo < web < cli < app.py.
"""

VERSION = "0.1.0"
