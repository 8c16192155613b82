"""The last word before something goes out, and a judge of anyone's feeds.

rules.py is what a text, an address, a date or a piece of HTML must be; rss.py, atom.py and json_feed.py what each
format asks for by them; judge.py runs all of it on a fragment or a document.
"""

from feeds.publish.lint.judge import Finding, Report, examine, lint_document, lint_fragment

__all__ = ["Finding", "Report", "examine", "lint_document", "lint_fragment"]
