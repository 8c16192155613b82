"""HTML and text, cleaned and made ready: the one cleaner of what comes in, and what goes out of it.

text.py is plain text, addresses.py addresses, cleaner.py the sanitiser (the only user of nh3), lazy.py pictures that
scripts would have loaded, rendered.py clean HTML as documents and pages print it.
"""

from feeds.model.markup.addresses import absolute_address, ascii_address, site_address, web_address
from feeds.model.markup.cleaner import absolute, balanced_end, clean, normal, text_of, text_of_clean, unsafe
from feeds.model.markup.rendered import for_documents, for_page, summary, without_pictures
from feeds.model.markup.text import from_plain, plain, plain_lines, shows, xml_text

__all__ = [
    "absolute",
    "absolute_address",
    "ascii_address",
    "balanced_end",
    "clean",
    "for_documents",
    "for_page",
    "from_plain",
    "normal",
    "plain",
    "plain_lines",
    "shows",
    "site_address",
    "summary",
    "text_of",
    "text_of_clean",
    "unsafe",
    "web_address",
    "without_pictures",
    "xml_text",
]
