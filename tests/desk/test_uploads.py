"""Evidence files are known by their content, named harmlessly, and handed out as downloads."""

import hashlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from desk.uploads import MAX_BYTES, check_upload, extension_of, harmless
from forecasts.models import Evidence, Role, User
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import AFTER, DEADLINE, make_question, make_user

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        ("Der Ölpreis fiel.\r\n".encode(), "txt"),
        (b"<svg onload=alert(1)>", "txt"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "txt"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "txt"),
        (b"%PDF-1.7\n<script>alert(1)</script>", "pdf"),
        (b"GIF89a/*<script>*/=1;alert(1)", "gif"),
        (b"\xff\xd8\xff\xfe<script>alert(1)</script>", "jpg"),
        (b"junk %PDF-1.7 \0", None),
        (b"\0%PDF-1.7", None),
        (b"\x1f\x8b\x08\0\0", None),
        (b"#!/bin/sh\n", "txt"),
        ("\ufeffwith a mark".encode(), "txt"),
        ("text".encode("utf-16-le"), None),
        ("text".encode("utf-32"), None),
        (b"XXXX\x10\0\0\0WEBPVP8 ", None),
        (b"PK\x03\x04", None),
        (b"MZ\x90\0", None),
        (b"text with \0", None),
        (b"text with \x1b[2J", None),
        ("Ölpreis".encode("latin-1"), None),
        ("Ölpreis".encode("utf-16"), None),
        ("Ö".encode()[:1], None),
        (b"", None),
    ],
)
def test_content_tells_what_a_file_is(content: bytes, extension: str | None) -> None:
    assert extension_of([content] if content else []) == extension


def test_a_letter_cut_between_two_chunks_is_still_text() -> None:
    letter = "Ö".encode()

    assert extension_of([b"text " + letter[:1], letter[1:]]) == "txt"


def test_text_that_turns_into_something_else_is_not_text() -> None:
    assert extension_of([b"text", b"\0\0"]) is None


@pytest.mark.parametrize(
    ("stem", "kept"),
    [
        ("report", "report"),
        ("../../etc/passwd", "etcpasswd"),
        ("gnp\u202eexe", "gnpexe"),
        ("a\u2066b\u2069c\u200bd\ufeffe", "abcde"),
        ("two\u2028lines\u2029\x85", "twolines"),
        ("C:\\Windows\\system32", "CWindowssystem32"),
        ('a/b:c*d?e<f>g|h"i', "abcdefghi"),
        (".htaccess", "htaccess"),
        ("nul\0\n", "nul"),
        ("Bericht über März", "Bericht über März"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300, "x" * 80),
    ],
)
def test_names_are_made_harmless(stem: str, kept: str) -> None:
    assert harmless(stem) == kept


def test_the_extension_follows_the_content_and_not_the_name() -> None:
    assert check_upload(SimpleUploadedFile("page.html", PNG)).name == "page.png"


def test_a_file_of_more_than_ten_megabytes_is_refused() -> None:
    file = SimpleUploadedFile("big.txt", b"x" * (MAX_BYTES + 1))

    with pytest.raises(ValidationError, match=r"“big” is larger than 10 MB\."):
        check_upload(file)


def test_an_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(ValidationError, match=r"“nothing” is empty\."):
        check_upload(SimpleUploadedFile("nothing.pdf", b""))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../../x\u202etxt.exe", "a\u2028b.html", "\ud800.txt", "x" * 500, "CON", "..", "%00"]
)
def test_whatever_its_name_a_file_is_stored_inside_and_with_its_hash(
    reviewer: User, settings: Settings, name: str
) -> None:
    file = SimpleUploadedFile("x", b"seen")
    vars(file)["_name"] = name  # what the setter would have cleaned

    give_verdict(
        question=make_question(), reviewer=reviewer, answer="yes", known_at=DEADLINE,
        files=[check_upload(file)], as_of=AFTER,
    )  # fmt: skip

    evidence = Evidence.objects.get()
    stored = Path(evidence.file.path).resolve()
    assert stored.is_relative_to(Path(settings.MEDIA_ROOT).resolve() / "evidence")
    assert (stored.suffix, stored.read_bytes()) == (".txt", b"seen")
    assert evidence.sha256 == hashlib.sha256(b"seen").hexdigest()


@pytest.mark.django_db
def test_the_hash_of_a_file_is_public_with_the_ruling_and_its_bytes_are_not(
    reviewer: User, client: Client
) -> None:
    evidence = stored(reviewer)
    assert evidence.verdict is not None
    slug = evidence.verdict.question.slug

    page = client.get(f"/questions/{slug}/").content.decode()
    item = client.get(f"/api/v1/questions/{slug}/").json()["evidence"][0]

    assert evidence.sha256 in page
    assert item == {"url": None, "sha256": evidence.sha256, "copy": None}
    assert client.get(evidence.file.url).status_code == 404


@pytest.mark.django_db
def test_eleven_files_are_too_many(reviewer: User) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"text") for n in range(11)]
    url = reverse("admin:desk_duequestion_change", args=[make_question().pk])

    response = sign_in(reviewer).post(
        url, {"action": "verdict", "answer": "yes", "known_at": "2026-01-30T00:00", "files": files}
    )

    assert response.context["form"].errors["files"] == ["At most 10 files."]


@pytest.mark.django_db
def test_several_files_of_more_than_the_limit_for_texts_are_taken(reviewer: User) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"x" * 400_000) for n in range(3)]
    url = reverse("admin:desk_duequestion_change", args=[make_question().pk])

    response = sign_in(reviewer).post(
        url, {"action": "verdict", "answer": "yes", "known_at": "2026-01-30T00:00", "files": files}
    )

    assert response.status_code == 302
    assert Evidence.objects.count() == 3


def stored(reviewer: User) -> Evidence:
    give_verdict(
        question=make_question(), reviewer=reviewer, answer="yes", known_at=DEADLINE,
        files=[check_upload(SimpleUploadedFile("page.html", b"<script>alert(1)</script>"))],
        as_of=AFTER,
    )  # fmt: skip
    return Evidence.objects.get()


@pytest.mark.django_db
def test_a_file_is_a_download_that_no_browser_runs(reviewer: User) -> None:
    url = reverse("admin:forecasts_evidence_file", args=[stored(reviewer).pk])

    response = sign_in(make_user(Role.LEAD)).get(url)

    assert response.getvalue() == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="page.txt"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_file_that_is_gone_is_not_found(reviewer: User) -> None:
    evidence = stored(reviewer)
    evidence.file.storage.delete(evidence.file.name)

    response = sign_in(reviewer).get(reverse("admin:forecasts_evidence_file", args=[evidence.pk]))

    assert response.status_code == 404
