"""Files handed in as evidence, told apart by their first bytes and not by their name."""

import codecs
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 10
MAX_STEM = 80
ACCEPTED = "PDF, PNG, JPEG, GIF, WebP and plain text (UTF-8)"
# Extension, offset and the bytes that stand there.
SIGNATURES = (
    ("pdf", 0, b"%PDF-"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("jpg", 0, b"\xff\xd8\xff"),
    ("gif", 0, b"GIF87a"),
    ("gif", 0, b"GIF89a"),
    ("webp", 8, b"WEBP"),
)
TEXT_CONTROLS = frozenset(b"\t\n\r\f")


def extension_of(chunks: Iterable[bytes]) -> str | None:
    """What the content is, as an extension; None where it is nothing that we accept."""
    iterator = iter(chunks)
    head = next(iterator, b"")
    for extension, offset, magic in SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return extension if extension != "webp" or head.startswith(b"RIFF") else None
    return "txt" if head and _is_text(head, iterator) else None


def _is_text(head: bytes, rest: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in (head, *rest):
            decoder.decode(chunk)
            if any(byte < 32 and byte not in TEXT_CONTROLS for byte in chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def check_upload(file: UploadedFile) -> UploadedFile:
    """Accept the file under a harmless name that tells what it is; raise ValidationError."""
    name = harmless(PurePath(file.name or "").stem)
    if (file.size or 0) > MAX_BYTES:
        msg = f"“{name}” is larger than 10 MB."
        raise ValidationError(msg, code="too_large")
    if not file.size:
        msg = f"“{name}” is empty."
        raise ValidationError(msg, code="empty")
    extension = extension_of(file.chunks())
    if extension is None:
        msg = f"“{name}” is not a file that can be kept as evidence. Accepted are {ACCEPTED}."
        raise ValidationError(msg, code="file_type")
    file.seek(0)
    file.name = f"{name}.{extension}"
    return file


def harmless(stem: str) -> str:
    """A file's name without control, direction and path characters, and not too long."""
    normal = unicodedata.normalize("NFC", stem)
    kept = [c for c in normal if _is_harmless(c)]
    return "".join(kept).strip(" .")[:MAX_STEM] or "file"


def _is_harmless(character: str) -> bool:
    category = unicodedata.category(character)
    # Of separators only spaces: the others break lines.
    return (category[0] in "LNPSM" or category == "Zs") and character not in '/\\"<>:|?*'
