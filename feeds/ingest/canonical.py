"""Addresses without what follows readers about: campaign and click parameters.

In comes an address as a partner gave it, out goes the same address less the tracking parameters of its query
and fragment; every other byte of it stays, and the order too. Two addresses that differ by them alone are equal.
"""

import re

_PREFIXES = ("utm_", "mtm_", "piwik_", "matomo_", "hsa_", "fb_action_")
_NAMES = frozenset(
    """
    _bta_c _bta_tid _ga _gl _hsenc _hsmi _kx _openstat __hsfp __hssc __hstc at_campaign at_campaign_type
    at_format at_link_id at_link_origin at_link_type at_medium at_ptr_name at_bbc_team at_creation cmpid dclid
    ef_id epik fb_comment_id fb_ref fb_source fbclid gad_source gbraid gclid gclsrc hsctatracking igsh igshid
    itm_campaign itm_medium itm_source li_fat_id mc_cid mc_eid mkt_tok ml_subscriber ml_subscriber_hash msclkid
    ns_campaign ns_fee ns_linkname ns_mchannel ns_source oly_anon_id oly_enc_id pk_campaign pk_content pk_kwd
    pk_medium pk_source rb_clickid ref_src s_cid srsltid ttclid twclid vero_conv vero_id wbraid wickedid xtor
    yclid ysclid
    """.split()
)
# What a fragment has to look like to be read as parameters: `utm_source=rss&x=1`, not `section-2`.
_PARAMETERS = re.compile(r"[\w.~-]+=[^&#]*(?:&[^&#]*)*", re.ASCII)
_WEB = re.compile(r"https?://", re.IGNORECASE)


def strip_tracking(url: str) -> str:
    """Give the address without tracking parameters; the others keep their order and spelling.

    What is no http or https address comes back as it is.
    """
    if not _WEB.match(url):
        return url
    rest, hash_sign, fragment = url.partition("#")
    path, question_mark, query = rest.partition("?")
    kept = _kept(query)
    if kept != query:
        question_mark = "?" if kept else ""
    if _PARAMETERS.fullmatch(fragment):
        fragment = _kept(fragment)
        hash_sign = "#" if fragment else ""
    return path + question_mark + kept + hash_sign + fragment


def _kept(query: str) -> str:
    return "&".join(part for part in query.split("&") if not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    # `amp;` is what is left of an ampersand that was escaped once too often.
    name = part.partition("=")[0].lower().removeprefix("amp;")
    return name in _NAMES or name.startswith(_PREFIXES)
