"""Settings: what an operator may choose, from files and environment to one frozen value (CONTRACT section 3).

kinds.py says what a setting may be, sections.py is the table of all settings, layers.py reads the files and the
environment, load.py joins them and reports every fault at once. Defaults live in config/default.toml alone.
"""

from feeds.settings.load import for_children, load_settings
from feeds.settings.sections import Settings

__all__ = ["Settings", "for_children", "load_settings"]
