"""Copies of linked pages: fetched once, kept whole, tried again, and never in anybody's way."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, transaction
from pytest_django import Settings

from forecasts.exceptions import NothingToRetryError, RoleMissingError
from forecasts.models import EvidenceCopy, Question, Role
from forecasts.models.evidence_copies import MAX_ADDRESS
from forecasts.services import evidence_copies
from forecasts.services.evidence_copies import (
    LEASE,
    MAX_ATTEMPTS,
    MAX_DEATHS,
    PAUSE_WITHOUT_ROOM,
    claim_copy,
    fail_copy,
    queue_copies,
    release_abandoned_copies,
    retry_copy,
)
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, make_kept_copies, make_question, make_user
from tests.webservers import LOOPBACK, Reply, Site, web_server
from worker import copying
from worker.copying import copy_linked_pages
from worker.fetching.pages import LIMITS
from worker.schedule import SWEEP
from worker.watchdog import PATIENCE

pytestmark = pytest.mark.django_db
State = EvidenceCopy.State
STORAGE: Any = FileSystemStorage
MINUTE = timedelta(minutes=1)
HTML = b"<title>Minutes</title><script>alert(1)</script><p>It &lt;happened&gt;.\x00"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server({"/": Reply(HTML, headers={"Content-Type": "text/html; charset=utf-8"})}) as s:
        yield s


def link(*urls: str) -> Question:
    question = make_question()
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="yes", known_at=DEADLINE,
        links=urls, as_of=AFTER,
    )  # fmt: skip
    return question


def copy_pages(*, after: timedelta = timedelta(0)) -> int:
    return copy_linked_pages(clock=lambda: AFTER + after, reach=LOOPBACK)


def the_copy() -> EvidenceCopy:
    return EvidenceCopy.objects.get()


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_page_is_kept_as_it_was_received(site: Site, media: Path) -> None:
    link(site.url())

    assert copy_pages() == 1

    copy = the_copy()
    (file,) = files(media)
    assert file.read_bytes() == HTML
    assert copy.sha256 == hashlib.sha256(HTML).hexdigest()
    assert (copy.state, copy.kept_at, copy.status) == (State.KEPT, AFTER, 200)
    assert (copy.media_type, copy.size, copy.final_url) == ("text/html", len(HTML), site.url())
    assert (copy.title, copy.text) == ("Minutes", "It <happened>.")
    assert (copy.claim, copy.lease_until, copy.reason) == (None, None, "")


def test_its_file_has_a_name_that_nobody_guesses_and_no_program_runs(
    site: Site, media: Path
) -> None:
    site.pages["/page.html"] = Reply(b"<p>x")
    link(site.url("/page.html"))

    copy_pages()

    (file,) = files(media)
    folder, prefix, name = file.relative_to(media).parts
    assert (folder, len(name), name[:2], file.suffix) == ("copies", 32, prefix, "")
    assert file.stat().st_mode & 0o111 == 0


def test_a_kept_page_is_never_asked_for_again(site: Site) -> None:
    link(site.url())
    copy_pages()

    assert copy_pages(after=timedelta(days=400)) == 0

    assert site.paths == ["/"]


def test_the_server_is_told_who_keeps_copies(site: Site) -> None:
    link(site.url())

    copy_pages()

    ((_, headers),) = site.asked
    assert headers["User-Agent"] == (
        "Hindcast/1 (keeps copies of pages cited as evidence; +https://hindcast.test)"
    )


def test_files_handed_in_are_not_fetched(site: Site) -> None:
    give_verdict(
        question=make_question(), reviewer=make_user(Role.REVIEWER), answer="yes",
        known_at=DEADLINE, files=[SimpleUploadedFile("a.txt", b"a")], as_of=AFTER,
    )  # fmt: skip

    copy_pages()

    assert not EvidenceCopy.objects.exists()


@pytest.mark.parametrize(
    "url",
    ["https://example.org/x", "http://www.example.com/", "https://db.internal/", "http://a.test"],
)
def test_names_reserved_for_examples_are_never_asked(url: str) -> None:
    link(url)

    copy_pages()

    copy = the_copy()
    assert (copy.state, copy.attempts, copy.can_be_retried) == (State.FAILED, 0, False)
    assert "is a name reserved for examples" in copy.reason
    with pytest.raises(NothingToRetryError):
        retry_copy(copy=copy, by=make_user(Role.LEAD), as_of=AFTER)


def test_a_final_refusal_is_shown_and_not_tried_again(site: Site) -> None:
    site.pages["/"] = Reply(b"", 403)
    link(site.url())

    copy_pages()
    copy_pages(after=timedelta(days=30))

    copy = the_copy()
    assert (copy.state, copy.reason) == (State.FAILED, "the server refused (403)")
    assert site.paths == ["/"]


def test_what_may_pass_is_tried_six_times_in_ten_hours(site: Site) -> None:
    site.pages["/"] = Reply(b"", 503)
    link(site.url())
    asked_after = []

    for minutes in range(0, 24 * 60, 5):
        n_before = len(site.asked)
        copy_pages(after=minutes * MINUTE)
        asked_after += [minutes] * (len(site.asked) - n_before)

    copy = the_copy()
    assert asked_after == [0, 5, 20, 65, 200, 605]
    assert (copy.state, copy.reason) == (State.FAILED, "the server failed (503)")


def test_a_page_that_comes_back_is_kept(site: Site) -> None:
    page, site.pages["/"] = site.pages["/"], Reply(b"", 500)
    link(site.url())
    copy_pages()
    between = the_copy()
    site.pages["/"] = page

    assert copy_pages(after=4 * MINUTE) == 0
    assert copy_pages(after=5 * MINUTE) == 1

    assert (between.state, between.reason) == (State.WAITING, "the server failed (500)")
    assert (the_copy().state, the_copy().reason) == (State.KEPT, "")


def test_a_server_that_asks_for_patience_gets_it_for_all_its_pages(site: Site) -> None:
    site.pages["/"] = Reply(b"", 429, {"Retry-After": "7200"})
    link(site.url(), site.url("/b"))

    copy_pages()
    copy_pages(after=119 * MINUTE)

    assert site.paths == ["/"]
    assert {c.not_before for c in EvidenceCopy.objects.all()} == {AFTER + timedelta(hours=2)}


def test_no_server_puts_us_off_for_longer_than_a_day(site: Site) -> None:
    site.pages["/"] = Reply(b"", 429, {"Retry-After": "999999"})
    link(site.url())

    copy_pages()

    assert the_copy().not_before == AFTER + timedelta(days=1)


def test_a_host_is_asked_once_in_a_run(site: Site) -> None:
    paths = [f"/{n}" for n in range(3)]
    site.pages.update(dict.fromkeys(paths, Reply()))
    link(*map(site.url, paths))

    n_kept = [copy_pages() for _ in range(4)]

    assert n_kept == [1, 1, 1, 0]
    assert site.paths == paths


def test_nothing_is_begun_when_the_time_is_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "LONGEST_START", 0.0)
    link(site.url())

    assert copy_pages() == 0

    assert (the_copy().state, site.asked) == (State.WAITING, [])


def test_a_run_ends_before_its_tick_comes_again() -> None:
    longest = copying.LONGEST_START + LIMITS.seconds

    assert longest < SWEEP.total_seconds() < PATIENCE
    assert LIMITS.seconds * 2 < LEASE.total_seconds()


def test_a_page_that_nobody_thought_of_stops_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(copying, "title_and_text", fail)
    link(site.url(), "http://localhost.invalid/")

    assert copy_pages() == 0

    copy = EvidenceCopy.objects.get(state=State.WAITING)
    assert copy.reason == "Hindcast could not read what the server sent"


def test_where_there_is_no_room_nothing_is_kept_and_no_attempt_is_lost(
    site: Site, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes half the file and then no more."""
    save = STORAGE._save

    def fill(self: FileSystemStorage, name: str, content: Any) -> str:
        save(self, name, type(content)(content.read()[:10]))
        raise OSError(28, "No space left on device")

    link(site.url())
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", fill)
        assert copy_pages() == 0
        full = the_copy()
        left = files(media)

    assert (full.state, full.reason, full.attempts, full.sha256) == (
        State.WAITING, "there was no room to store it", 0, "",
    )  # fmt: skip
    assert left == []
    assert copy_pages(after=PAUSE_WITHOUT_ROOM) == 1


def test_half_a_file_is_not_taken_for_a_whole_one(
    site: Site, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = STORAGE._save
    monkeypatch.setattr(
        FileSystemStorage, "_save", lambda s, n, c: save(s, n, type(c)(c.read()[:10]))
    )
    link(site.url())

    assert copy_pages() == 0

    assert (the_copy().state, files(media)) == (State.WAITING, [])


def test_a_copy_that_says_it_is_kept_has_a_file_and_a_hash() -> None:
    link("https://page.dev/")
    queue_copies(as_of=AFTER)

    for facts in ({}, {"file": "copies/a"}, {"sha256": "a"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceCopy.objects.update(state=State.KEPT, kept_at=AFTER, size=1, **facts)


def test_a_failed_page_is_asked_for_again_when_somebody_wants_it(site: Site) -> None:
    page, site.pages["/"] = site.pages["/"], Reply(b"", 404)
    link(site.url())
    copy_pages()
    site.pages["/"] = page

    retry_copy(copy=the_copy(), by=make_user(Role.REVIEWER), as_of=AFTER + MINUTE)

    assert copy_pages(after=MINUTE) == 1


def test_a_kept_page_is_not_asked_for_again() -> None:
    link("https://page.dev/")
    make_kept_copies()

    with pytest.raises(NothingToRetryError):
        retry_copy(copy=the_copy(), by=make_user(Role.LEAD), as_of=AFTER)

    assert the_copy().state == State.KEPT


def claimed(url: str = "https://page.dev/") -> EvidenceCopy:
    link(url)
    queue_copies(as_of=AFTER)
    copy = claim_copy(as_of=AFTER)
    assert copy is not None
    return copy


@pytest.mark.parametrize("roles", [(), (Role.CODER,)])
def test_only_who_collects_evidence_asks_for_a_page_again(roles: tuple[Role, ...]) -> None:
    fail_copy(copy=claimed(), reason="the server refused (403)")

    with pytest.raises(RoleMissingError):
        retry_copy(copy=the_copy(), by=make_user(*roles), as_of=AFTER)

    assert the_copy().state == State.FAILED


def test_an_address_that_is_too_long_is_cut(media: Path) -> None:
    copy, url = claimed(), f"https://page.dev/{'x' * MAX_ADDRESS}"

    page = evidence_copies.Page(b"x", url, 200, "text/html")

    assert evidence_copies.keep_page(copy=copy, page=page, as_of=AFTER)
    assert the_copy().final_url == url[:MAX_ADDRESS]


@pytest.mark.parametrize(("is_written", "n_files"), [(False, 0), (True, 1)])
def test_no_file_stays_without_a_row_and_none_goes_that_a_row_names(
    media: Path, monkeypatch: pytest.MonkeyPatch, n_files: int, *, is_written: bool
) -> None:
    copy = claimed()
    page = evidence_copies.Page(b"x", "https://page.dev/", 200, "text/html")

    def fail(*_: Any, **__: Any) -> bool:
        raise DataError

    if is_written:
        EvidenceCopy.objects.update(file=evidence_copies._file_of(copy.claim))
    monkeypatch.setattr(evidence_copies, "_report", fail)

    with pytest.raises(DataError):
        evidence_copies.keep_page(copy=copy, page=page, as_of=AFTER)

    assert len(files(media)) == n_files


def test_a_claim_whose_time_is_up_is_released(media: Path) -> None:
    copy = claimed()
    half = media / evidence_copies._file_of(copy.claim)
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")

    release_abandoned_copies(as_of=AFTER + LEASE)
    still = the_copy().state
    release_abandoned_copies(as_of=AFTER + LEASE + MINUTE)

    assert (still, the_copy().state, the_copy().deaths) == (State.FETCHING, State.WAITING, 1)
    assert not half.exists()


def test_who_comes_back_too_late_changes_nothing(media: Path) -> None:
    copy = claimed()
    late = AFTER + LEASE + MINUTE
    release_abandoned_copies(as_of=late)

    page = evidence_copies.Page(b"x", "https://page.dev/", 200, "text/html")
    is_kept = evidence_copies.keep_page(copy=copy, page=page, as_of=late)
    fail_copy(copy=copy, reason="the server refused (403)")

    assert not is_kept
    assert (the_copy().state, the_copy().sha256, files(media)) == (State.WAITING, "", [])


def test_a_page_over_which_its_worker_dies_three_times_is_set_aside() -> None:
    copy, as_of = claimed(), AFTER
    for _ in range(MAX_DEATHS - 1):
        as_of += LEASE + MINUTE
        release_abandoned_copies(as_of=as_of)
        assert claim_copy(as_of=as_of) is not None

    as_of += LEASE + MINUTE
    release_abandoned_copies(as_of=as_of)

    copy = the_copy()
    assert (copy.state, copy.deaths) == (State.FAILED, MAX_DEATHS)
    assert copy.reason == "whoever fetched it stopped again and again"
    assert claim_copy(as_of=as_of + timedelta(days=9)) is None
    assert MAX_DEATHS < MAX_ATTEMPTS


def test_one_host_is_not_asked_while_somebody_asks_it() -> None:
    claimed("https://page.dev/1")
    link("https://page.dev/2", "https://other.dev/")
    queue_copies(as_of=AFTER)

    second, third = claim_copy(as_of=AFTER), claim_copy(as_of=AFTER)

    assert second is not None
    assert (second.host, third) == ("other.dev", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceCopy.objects.update(state=State.FETCHING, claim=second.claim, lease_until=AFTER)


def at_once(call: Callable[[], Any], n: int = 4) -> list[Any]:
    barrier = Barrier(n)

    def run(_: int) -> Any:
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_ask_once_and_one_at_a_time(site: Site) -> None:
    def slowly() -> Reply:
        time.sleep(0.05)
        return Reply()

    paths = [f"/{n}" for n in range(6)]
    site.pages.update(dict.fromkeys(paths, slowly))
    link(*map(site.url, paths))

    for _ in range(6):
        at_once(copy_pages)

    assert sorted(site.paths) == paths
    assert site.most_at_once == 1
    assert EvidenceCopy.objects.filter(state=State.KEPT).count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_fetch_that_is_killed_is_done_by_the_next(site: Site, media: Path) -> None:
    """A process is killed while the server drips; a later sweep finds its page and keeps it."""
    page, site.pages["/"] = site.pages["/"], Reply(b"x" * 1000, drip=0.1)
    link(site.url())
    code = (
        "import django; django.setup();"
        "from django.db import connections; from django.utils import timezone;"
        f"connections['default'].settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r};"
        "from tests.webservers import LOOPBACK; from worker.copying import copy_linked_pages;"
        "copy_linked_pages(clock=timezone.now, reach=LOOPBACK)"
    )
    env = {**os.environ, "MEDIA_ROOT": str(media)}
    with subprocess.Popen([sys.executable, "-c", code], env=env) as process:
        ends = time.monotonic() + 30
        while not site.asked and time.monotonic() < ends:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    abandoned = the_copy()
    site.pages["/"] = page
    assert abandoned.lease_until is not None
    later = abandoned.lease_until + MINUTE

    n_kept = copy_linked_pages(clock=lambda: later, reach=LOOPBACK)

    assert (abandoned.state, files(media)[0].read_bytes()) == (State.FETCHING, HTML)
    assert (n_kept, the_copy().state, the_copy().deaths) == (1, State.KEPT, 1)


def test_the_command_keeps_what_the_worker_would(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying.copy_linked_pages, "__kwdefaults__", {"reach": LOOPBACK})
    link(site.url(), "https://example.org/never-asked")
    out = StringIO()

    with time_machine.travel(AFTER, tick=False):
        call_command("sweep", "sweep_copies", stdout=out)

    assert out.getvalue() == "sweep_copies: 1\n"
    states = dict(EvidenceCopy.objects.values_list("evidence__url", "state"))
    assert states == {site.url(): "kept", "https://example.org/never-asked": "failed"}


def test_the_command_asks_nobody_inside(site: Site) -> None:
    """As in production: a link to this very machine is refused, and nothing hangs on it."""
    question = link(site.url(), "http://169.254.169.254/latest/meta-data/")

    call_command("sweep", "sweep_copies", stdout=StringIO())

    assert {c.state for c in EvidenceCopy.objects.all()} == {State.FAILED}
    assert site.asked == []
    assert question.resolutions.get().answer == "yes"
