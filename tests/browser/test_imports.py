"""A coder imports a file: pages that pass axe, on a screen and a phone; scripts are not needed."""

from pathlib import Path

import pytest

from forecasts.models import Expert, Role, Source
from tests.browser.conftest import OpenPage, log_in
from tests.browser.test_accessibility import look
from tests.factories import make_user
from tests.imports.files import EXPERT, SOURCE, csv_file, take_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "x" * 190


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_file_is_looked_at_and_imported(
    open_page: OpenPage, color_scheme: str, tmp_path: Path
) -> None:
    take_in("experts", EXPERT)
    rows = [{**EXPERT, "name": "Ada L."}, {**EXPERT, "external_id": LONG, "slug": "bob"}]
    file, wrong_file = tmp_path / "experts.csv", tmp_path / "wrong.csv"
    file.write_bytes(csv_file(*rows))
    wrong_file.write_bytes(csv_file(EXPERT, {**EXPERT, "slug": f"{LONG} {LONG}"}))
    page = open_page(color_scheme)
    log_in(page, make_user(Role.CODER))

    page.click("text=Import records from a file")
    wrong = look(page, "upload")
    page.click("text=Show what it would do")
    wrong += look(page, "nothing chosen")
    page.click("summary >> nth=0")
    page.set_input_files("#id_file", wrong_file)
    page.click("text=Show what it would do")
    wrong += look(page, "refused")
    page.click("text=Discard the file")
    page.set_input_files("#id_file", file)
    page.click("text=Show what it would do")
    wrong += look(page, "shown")
    page.click("text=Import 2 rows")
    page.wait_for_selector(".success")

    assert not wrong, "\n".join(wrong)
    assert sorted(Expert.objects.values_list("name", flat=True)) == ["Ada", "Ada L."]


def test_import_needs_no_scripts(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "sources.csv"
    file.write_bytes(csv_file(SOURCE))
    page = open_page()
    page.route("**/*.js", lambda route: route.abort())
    log_in(page, make_user(Role.CODER))

    page.goto("/admin/import/")
    page.select_option("#id_table", "sources")
    page.set_input_files("#id_file", file)
    page.click("text=Show what it would do")
    page.click("text=Import 1 row")
    page.wait_for_selector(".success")

    assert Source.objects.count() == 1
