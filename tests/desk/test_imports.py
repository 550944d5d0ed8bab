"""Coders import files after a look at each row; what was shown is what is done, once."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forecasts.models import ImportDraft, Role, Source, User
from forecasts.services.import_drafts import MOST_BYTES, MOST_ROWS, forget_drafts
from tests.desk.conftest import sign_in
from tests.factories import make_user
from tests.forecasts.test_races import at_once
from tests.imports.files import EXPERT, SOURCE, csv_file, json_lines, take_in

PAGE = "/admin/import/"
TWO = csv_file(SOURCE, {**SOURCE, "external_id": "s2", "url": ""})


@pytest.fixture
def client(db: None) -> Client:
    return sign_in(make_user(Role.CODER))


def upload(client: Client, content: bytes = TWO, name: str = "sources.csv", **typed: Any) -> Any:
    """Send the form; the page that it leads to."""
    fields = {"table": "sources", "encoding": "utf-8", "format": "", **typed}
    file = SimpleUploadedFile(name, content)
    return client.post(PAGE, {**fields, "file": file}, follow=True)


def confirm(client: Client, page: Any, **typed: Any) -> Any:
    """Send what a page with a draft has in its form."""
    fields = {**page.context["form"].initial, "action": "import", **typed}
    return client.post(f"{PAGE}?draft={page.context['draft'].pk}", fields, follow=True)


def test_file_is_shown_row_by_row_and_then_imported(client: Client) -> None:
    page = upload(client)
    before = Source.objects.count()
    done = confirm(client, page)

    text = page.content.decode()
    assert "2</strong> to record" in text
    assert "Line 3" in text
    assert "<ins>The Paper</ins>" in text
    assert (before, Source.objects.count(), ImportDraft.objects.count()) == (0, 2, 0)
    assert "Imported: 2 new." in done.content.decode()


def test_first_visit_complains_of_nothing(client: Client) -> None:
    page = client.get(PAGE)

    assert not page.context["form"].errors
    assert "errornote" not in page.content.decode()


def test_refused_rows_are_shown_with_line_column_and_reason(client: Client) -> None:
    page = upload(client, csv_file({**SOURCE, "date_basis": "guessed"}))

    text = page.content.decode()
    assert "1</strong> refused" in text
    assert "<code>date_basis</code>:" in text
    assert "is none of printed, archived, inferred" in text
    assert 'value="import"' not in text


def test_difference_of_what_may_be_edited_is_shown(client: Client) -> None:
    take_in("experts", EXPERT)

    page = upload(client, csv_file({**EXPERT, "name": "Ada L."}), "experts.csv", table="experts")

    assert "<del>Ada</del> <ins>Ada L.</ins>" in page.content.decode()


def test_file_that_changes_nothing_offers_nothing_to_import(client: Client) -> None:
    take_in("sources", SOURCE)

    page = upload(client, csv_file(SOURCE))

    assert "There is nothing to import" in page.content.decode()
    assert 'value="import"' not in page.content.decode()


def test_json_lines_are_known_by_their_ending(client: Client) -> None:
    page = upload(client, json_lines([SOURCE]), "sources.ndjson")

    assert page.context["draft"].format == "jsonl"


def test_format_can_be_chosen_and_has_to_be_where_the_name_says_nothing(client: Client) -> None:
    refused = upload(client, TWO, "sources")
    page = upload(client, TWO, "sources", format="csv")

    assert "choose" in refused.context["form"].errors["format"][0]
    assert page.context["draft"].format == "csv"


def test_form_sent_twice_imports_once(client: Client) -> None:
    page = upload(client)

    confirm(client, page)
    again = confirm(client, page)

    assert Source.objects.count() == 2
    assert "imported or discarded already" in again.content.decode()


def test_records_that_came_meanwhile_are_shown_before_anything_is_done(client: Client) -> None:
    page = upload(client)
    take_in("sources", SOURCE)

    again = confirm(client, page)

    assert again.status_code == 409
    assert "has changed since you looked" in again.content.decode()
    assert Source.objects.count() == 1
    confirm(client, again)
    assert Source.objects.count() == 2


def test_file_that_changed_meanwhile_is_refused(client: Client) -> None:
    page = upload(client)
    other = csv_file({**SOURCE, "outlet": "Another"})
    ImportDraft.objects.update(content=other)

    again = confirm(client, page)

    assert again.status_code == 409
    assert "not the file that you looked at" in again.content.decode()
    assert Source.objects.count() == 0


@pytest.mark.parametrize("typed", [{"sha256": "0" * 64}, {"sha256": ""}, {"fingerprint": ""}])
def test_form_that_was_not_shown_imports_nothing(client: Client, typed: dict[str, str]) -> None:
    page = upload(client)

    again = confirm(client, page, **typed)

    assert (again.status_code, Source.objects.count()) == (409, 0)


def test_discarded_file_is_gone(client: Client) -> None:
    page = upload(client)

    confirm(client, page, action="discard")

    assert (ImportDraft.objects.count(), Source.objects.count()) == (0, 0)


def test_files_of_others_are_out_of_reach(client: Client) -> None:
    page = upload(client)
    other = sign_in(make_user(Role.LEAD))

    seen = other.get(f"{PAGE}?draft={page.context['draft'].pk}", follow=True)
    confirm(other, page)
    confirm(other, page, action="discard")

    assert "imported or discarded already" in seen.content.decode()
    assert (ImportDraft.objects.count(), Source.objects.count()) == (1, 0)


def test_next_upload_takes_the_place_of_the_last(client: Client) -> None:
    first = upload(client)

    second = upload(client)

    assert list(ImportDraft.objects.values_list("pk")) == [(second.context["draft"].pk,)]
    assert first.context["draft"].pk != second.context["draft"].pk


def test_files_are_forgotten_after_a_day(client: Client) -> None:
    draft = upload(client).context["draft"]

    kept = forget_drafts(as_of=draft.uploaded_at)

    assert kept == 0
    assert forget_drafts(as_of=draft.uploaded_at.replace(year=draft.uploaded_at.year + 1)) == 1


@pytest.mark.parametrize("user", [(Role.REVIEWER,), ()])
def test_only_coders_and_leads_import(user: tuple[Role, ...], db: None) -> None:
    client = sign_in(make_user(*user))

    assert client.get(PAGE).status_code == 403
    assert upload(client).status_code == 403


def test_file_of_100_megabytes_is_not_read(client: Client) -> None:
    response = client.generic(
        "POST",
        PAGE,
        b"",
        CONTENT_LENGTH=100_000_000,
        content_type="multipart/form-data; boundary=x",
    )

    assert response.status_code == 413
    assert "at most 10 MB" in response.content.decode()


def test_form_without_token_is_refused(db: None) -> None:
    user = make_user(Role.CODER)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(PAGE, {"table": "sources"}).status_code == 403


def test_file_a_little_too_large_is_refused_in_the_form(client: Client) -> None:
    page = upload(client, b"x" * (MOST_BYTES + 1))

    assert page.context["form"].errors["file"] == ["This file has more than 10 MB."]


def test_file_with_too_many_rows_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasts.services.import_drafts.MOST_ROWS", 1)

    page = upload(client)

    assert "it has more than 1 rows" in page.content.decode()
    assert MOST_ROWS == 5_000


@pytest.mark.parametrize(
    "typed",
    [{"table": "users"}, {"encoding": "utf-7"}, {"format": "xlsx"}, {"table": "a\0"}],
)
def test_what_the_form_does_not_offer_is_refused(client: Client, typed: dict[str, Any]) -> None:
    page = upload(client, **typed)

    assert page.status_code == 200
    assert set(page.context["form"].errors) >= set(typed)


HOSTILE = ("\0", "a\0b", "\u202e", "\ud800", "\x1b[31m", "=1+1", "<script>", "9" * 5_000)


@pytest.mark.parametrize("column", [*SOURCE, "unknown\0column"])
def test_hostile_cells_are_shown_and_never_an_error(client: Client, column: str) -> None:
    rows = [{**SOURCE, "external_id": str(n), column: text} for n, text in enumerate(HOSTILE)]

    pages = [
        upload(client, json_lines(rows), "sources.jsonl"),
        upload(client, json.dumps(rows).encode(), "sources.json"),
        *(upload(client, csv_file(row)) for row in rows if row[column] != "\ud800"),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "What it would do" in page.content.decode()
        assert "<script>" not in re.sub(r"<script [^>]*>", "", page.content.decode())


@pytest.mark.parametrize("draft", ["0", "9" * 30, "x", "-1", ""])
def test_draft_that_is_none_leads_back(client: Client, draft: str) -> None:
    for method in (client.get, client.post):
        assert method(f"{PAGE}?draft={draft}", follow=True).status_code == 200


def test_hostile_names_are_made_harmless(client: Client) -> None:
    page = upload(client, TWO, "../\u202e<script>.csv")

    assert page.context["draft"].name == "script.csv"
    assert "<script>." not in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_import_the_same_file_at_once_record_it_once() -> None:
    coders = [make_user(Role.CODER) for _ in range(2)]
    reports: list[Any] = []

    def run(by: User) -> None:
        reports.append(take_in("sources", TWO, by=by))

    at_once(*(lambda by=by: run(by) for by in coders))

    numbers = sorted((report.counts["new"], report.counts["unchanged"]) for report in reports)
    assert numbers == [(0, 2), (2, 0)]
    assert Source.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_imports_once() -> None:
    user = make_user(Role.CODER)
    page = upload(sign_in(user))
    codes: list[int] = []

    def send() -> None:
        codes.append(confirm(sign_in(user), page).status_code)

    at_once(send, send)

    assert Source.objects.count() == 2
    assert not ImportDraft.objects.exists()
