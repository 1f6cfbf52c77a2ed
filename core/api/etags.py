"""Entity tags: `"version.digest"`, strong because the digest covers every byte of the body."""

from hashlib import blake2b

from core.errors import DomainError


class PreconditionRequiredError(DomainError):
    """The operation insists on If-Match."""

    code = "precondition_required"
    status = 428


def etag_of(body: bytes, version: int | None) -> str:
    """The tag of one record's JSON; the version part (0 when the record has none) is what If-Match compares."""
    return f'"{version or 0}.{blake2b(body, digest_size=9).hexdigest()}"'


def none_match(header: str | None, etag: str) -> bool:
    """Whether If-None-Match names this tag, so that 304 is the answer."""
    if not header:
        return False
    return header.strip() == "*" or etag in {_weakless(tag) for tag in header.split(",")}


def versions_wanted(header: str) -> set[str] | None:
    """The versions If-Match accepts; None for `*`, which accepts any.

    Only the version counts: a figure joined from another record may differ without the caller's
    edit being lost. `"7"`, the plain version of the body, is therefore accepted too.
    """
    if header.strip() == "*":
        return None
    tags = (tag.strip() for tag in header.split(","))
    return {tag.strip('"').partition(".")[0] for tag in tags if not tag.startswith("W/")}


def _weakless(tag: str) -> str:
    return tag.strip().removeprefix("W/")
