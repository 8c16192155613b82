"""JSON merge patches (RFC 7396)."""


def merge_patch(target: object, patch: object) -> object:
    """Apply a JSON merge patch (RFC 7396 §2): null removes, lists are replaced whole."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
