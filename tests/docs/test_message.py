"""The page that explains a mail line by line is about the mail that a mail server gets."""

import re

import pytest

from mail.content.freezing import frozen
from mail.fanouts import queue_issue
from mail.models import Digest
from mail.outbox import send_ready_mail
from tests.docs.pages import DOCS
from tests.mail.issues import AS_OF, DAY, ordinary
from tests.mail.subscribers import make_subscriber
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db

PAGE = DOCS / "reference" / "a-message.md"
SOURCE = re.compile(r"^```eml\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPLAINED = re.compile(r"^\| `([A-Z][\w-]+)` \|", re.MULTILINE)
# What is another in each mail: signatures, the hash in its Message-ID, boundaries, the date.
CHANGING = (
    (r"(?<=:)[\w-]{43}(?=/)", "SIGNATURE"),
    (r"<[0-9a-f]{40}@", "<HASH@"),
    (r"={15}\d+==", "BOUNDARY"),
    (r"(?m)^Date: .*$", "Date: DATE"),
    (r"(?<=/)\d+(?=[.:])", "NUMBER"),
    (r"subscriber:\d+", "subscriber:NUMBER"),
)


def lasting(head: str) -> str:
    for pattern, name in CHANGING:
        head = re.sub(pattern, name, head)
    return head


def heads_of(source: str) -> list[str]:
    """The headers of the mail, and then of each part."""
    first, *parts = re.split(r"(?m)^--=+\d+==(?:--)?\n", source)
    return [lasting(part.partition("\n\n")[0].strip()) for part in (first, *parts) if part.strip()]


@pytest.fixture
def source(postbox: Postbox) -> str:
    """An ordinary issue, as it came over the wire."""
    content = ordinary()
    issue = Digest.objects.create(
        week=content.week, starts_at=content.starts_at, as_of=content.as_of,
        made_at=AS_OF, content=frozen(content),
    )  # fmt: skip
    make_subscriber("ada@example.org", as_of=AS_OF - DAY)
    queue_issue(digest=issue, as_of=AS_OF)
    assert send_ready_mail(clock=lambda: AS_OF + 7 * DAY) == 1
    return postbox.sources[-1].decode("ascii").replace("\r\n", "\n")


def test_headers_on_the_page_are_those_of_a_real_mail(source: str) -> None:
    printed = SOURCE.search(PAGE.read_text())

    assert printed is not None
    assert heads_of(printed[1]) == heads_of(source)


def test_every_header_is_explained(source: str) -> None:
    explained = set(EXPLAINED.findall(PAGE.read_text()))

    names = {name for head in heads_of(source) for name in re.findall(r"(?m)^([A-Z][\w-]+):", head)}
    assert explained == names
