"""An article's files as they are printed: what its submitter said, and of the rest what was measured.

What was measured stands beside the article and fills what was left out, nothing else: a width alone is not completed
by a height that belongs to another width.
"""

from dataclasses import replace

from feeds.model.article import Article, Attachment, Image, Measure


def file_address(url: str) -> str:
    """Give by what a file is known: its address without the fragment, which no server is asked for."""
    return url.partition("#")[0]


def lacking(article: Article) -> tuple[str, ...]:
    """List the files of an article of which something was left out, each once, in order."""
    found = {file_address(each.url) for each in article.attachments if not each.type or each.length is None}
    image = article.image
    if image is not None and (not image.type or None in (image.length, image.width, image.height)):
        found.add(file_address(image.url))
    return tuple(sorted(found))


def measured_image(article: Article) -> Image | None:
    """Give an article's picture with all that is known of it."""
    image = article.image
    known = None if image is None else _of(article, image.url)
    if image is None or known is None:
        return image
    is_sized = image.width is not None or image.height is not None
    return replace(
        image,
        type=image.type or (known.type if known.type.startswith("image/") else ""),
        length=image.length if image.length is not None else known.length,
        width=image.width if is_sized else known.width,
        height=image.height if is_sized else known.height,
    )


def measured_attachments(article: Article) -> tuple[Attachment, ...]:
    """Give an article's other files with all that is known of them."""
    return tuple(_filled(each, _of(article, each.url)) for each in article.attachments)


def _filled(attachment: Attachment, known: Measure | None) -> Attachment:
    if known is None:
        return attachment
    length = attachment.length if attachment.length is not None else known.length
    return replace(attachment, type=attachment.type or known.type, length=length)


def _of(article: Article, url: str) -> Measure | None:
    address = file_address(url)
    return next((known for known in article.measured if known.address == address), None)
