"""Lexicons: what their files say, how they are loaded, which of their phrases fit."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from forecasts.exceptions import AppendOnlyError
from forecasts.lexicons.files import LexiconFileError, read_lexicon, read_lexicons
from forecasts.lexicons.wordings import fitting, key_of
from forecasts.models import Lexicon, LexiconPhrase
from forecasts.refusals import LexiconChangedError
from forecasts.services.lexicons import load_lexicons
from tests.factories import AFTER, START

# A version never changes: what is published goes on to be what its hash says. A new text is a new
# file with a new version.
PUBLISHED = {
    ("house", "1"): "525d1f74594f782c77e3a006925ac64a2ee27f275dd444fdb7d21892f90ae4fe",
    ("icd-203", "2015"): "762516b74f5154e4ec0134f8c9bdf4c221d1ecfb8fba84360de365ac6504be82",
    ("ipcc", "AR6"): "078e6770021f48821a19cff490c89521a273a339fd47a227787b447afcf59910",
    ("kent", "1964"): "344490d314df33675802025ee25d0e3315eb932d58585d329e6d7c47c60f176e",
}
FILE = """
name = "mine"
version = "{version}"
title = "Mine"
citation = "Mine"
[[phrases]]
phrase = "maybe"
also = ["perhaps"]
low = 0.1
mid = {mid}
high = 0.9
"""


def write(folder: Path, version: str = "1", mid: str = "0.5") -> Path:
    path = folder / f"mine-{version}.toml"
    path.write_text(FILE.format(version=version, mid=mid))
    return path


def in_per_cent(lexicon: str, phrases: Iterable[str]) -> list[tuple[float, float, float]]:
    file = next(file for file in read_lexicons() if file.name == lexicon)
    rows = {row.phrase: row for row in file.phrases}
    return [
        (float(rows[one].low * 100), float(rows[one].mid * 100), float(rows[one].high * 100))
        for one in phrases
    ]


def test_published_files_never_change() -> None:
    assert {(file.name, file.version): file.sha256 for file in read_lexicons()} == PUBLISHED


def test_kent_says_what_kent_said() -> None:
    phrases = (
        *("almost certain", "probable", "chances about even"),
        *("probably not", "almost certainly not"),
    )

    found = [(mid, high - mid, mid - low) for low, mid, high in in_per_cent("kent", phrases)]

    assert found == [(93, 6, 6), (75, 12, 12), (50, 10, 10), (30, 10, 10), (7, 5, 5)]


@pytest.mark.parametrize("column", [0, 1])
def test_icd_203_says_what_the_directive_says(column: int) -> None:
    rows = (
        ("almost no chance", "remote"),
        ("very unlikely", "highly improbable"),
        ("unlikely", "improbable"),
        ("roughly even chance", "roughly even odds"),
        ("likely", "probable"),
        ("very likely", "highly probable"),
        ("almost certain", "nearly certain"),
    )

    found = in_per_cent("icd-203", [row[column] for row in rows])

    bounds = [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)]
    assert [(low, high) for low, _, high in found] == bounds
    assert [mid for _, mid, _ in found] == [(low + high) / 2 for low, high in bounds]


def test_ipcc_says_what_the_sixth_report_says() -> None:
    bounds = {
        "virtually certain": (99, 100),
        "extremely likely": (95, 100),
        "very likely": (90, 100),
        "likely": (66, 100),
        "more likely than not": (50, 100),
        "about as likely as not": (33, 66),
        "unlikely": (0, 33),
        "very unlikely": (0, 10),
        "extremely unlikely": (0, 5),
        "exceptionally unlikely": (0, 1),
    }

    found = in_per_cent("ipcc", bounds)

    assert [(low, high) for low, _, high in found] == list(bounds.values())
    assert [mid for _, mid, _ in found] == [(low + high) / 2 for low, high in bounds.values()]


def test_house_lexicon_flags_what_cannot_be_codified() -> None:
    file = next(file for file in read_lexicons() if file.name == "house")

    widths = {row.phrase: row.high - row.low for row in file.phrases}
    wide = {row.phrase for row in file.phrases if row.is_wide}

    assert {"could", "not impossible", "cannot be ruled out", "it is possible", "may"} <= wide
    assert min(widths[phrase] for phrase in wide) >= Decimal("0.4")
    assert max(widths[phrase] for phrase in widths.keys() - wide) < Decimal("0.4")


def test_range_lies_on_the_side_that_the_phrase_speaks_for() -> None:
    wrong = [
        (file.name, row.phrase)
        for file in read_lexicons()
        for row in file.phrases
        if not row.is_wide and row.speaks_for != (row.mid >= Decimal("0.495"))
    ]

    assert wrong == []


WORDINGS = (
    *("will", "will not", "likely", "very likely", "possible", "impossible", "not impossible"),
    *("cannot be ruled out", "ruled out", "there will be no", "almost certainly not"),
)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("will occur", ["will"]),
        ("Will", ["will"]),
        ("won\u2019t happen", ["will not"]),
        ("he'll win", ["will"]),
        ("there will be no", ["there will be no"]),
        ("it is very likely that", ["very likely"]),
        ("is not likely", []),
        ("never likely", []),
        ("not impossible", ["not impossible"]),
        ("can't be ruled out", ["cannot be ruled out"]),
        ("CANNOT  be\nruled out!", ["cannot be ruled out"]),
        ("will almost certainly not", ["almost certainly not"]),
        ("it will, very likely,", ["very likely", "will"]),
        ("willing", []),
        ("", []),
        ("…", []),
    ],
)
def test_longest_wording_fits_and_what_is_denied_does_not(phrase: str, expected: list[str]) -> None:
    assert fitting(phrase, [(wording, wording) for wording in WORDINGS]) == expected


def test_key_is_the_same_for_the_same_words() -> None:
    assert key_of("It\u2019s  LIKELY, that") == key_of("it is likely that") == "it is likely that"


@pytest.mark.django_db
class TestLoading:
    """Into the tables, once."""

    def test_own_lexicons_are_there_after_a_migration(self) -> None:
        found = {(str(lexicon), lexicon.phrases.count()) for lexicon in Lexicon.objects.in_force()}

        assert found == {
            (f"{file.name} {file.version}", len(file.phrases)) for file in read_lexicons()
        }

    def test_loading_again_changes_nothing(self) -> None:
        before = list(LexiconPhrase.objects.values_list("pk", flat=True))

        loaded = load_lexicons(files=read_lexicons(), as_of=AFTER)

        assert loaded == []
        assert list(LexiconPhrase.objects.values_list("pk", flat=True)) == before

    def test_same_version_with_other_contents_is_refused(self, tmp_path: Path) -> None:
        load_lexicons(files=[read_lexicon(write(tmp_path))], as_of=START)
        changed = read_lexicon(write(tmp_path, mid="0.6"))

        with pytest.raises(LexiconChangedError, match='Version 1 of the lexicon "mine"'):
            load_lexicons(files=[changed], as_of=AFTER)

        assert Decimal("0.5") == LexiconPhrase.objects.get(lexicon__name="mine", phrase="maybe").mid

    def test_later_version_supersedes_and_leaves_the_earlier_as_it_was(
        self, tmp_path: Path
    ) -> None:
        for version, mid in (("10", "0.7"), ("9", "0.4")):
            write(tmp_path, version, mid)

        load_lexicons(files=read_lexicons(tmp_path), as_of=START)

        rows = Lexicon.objects.filter(name="mine").order_by("pk")
        assert [(row.version, row.superseded_at) for row in rows] == [("9", START), ("10", None)]
        mids = LexiconPhrase.objects.filter(lexicon__in=rows, phrase="maybe").order_by("pk")
        assert [row.mid for row in mids] == [Decimal("0.4"), Decimal("0.7")]

    def test_nothing_is_changed_or_deleted(self) -> None:
        phrase = LexiconPhrase.objects.all()[0]

        for change in (phrase.save, phrase.delete, phrase.lexicon.delete):
            with pytest.raises(AppendOnlyError):
                change()

    def test_what_no_column_holds_is_refused(self, tmp_path: Path) -> None:
        path = write(tmp_path)
        path.write_text(path.read_text().replace("Mine", "Mi\\u202ene"))

        with pytest.raises(ValidationError):
            load_lexicons(files=[read_lexicon(path)], as_of=START)

        assert not Lexicon.objects.filter(name="mine").exists()

    def test_command_loads_a_folder_whole_or_not_at_all(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(tmp_path)
        call_command("load_lexicons", tmp_path, "--check")
        call_command("load_lexicons", tmp_path)
        call_command("load_lexicons", tmp_path)
        write(tmp_path, "2")
        write(tmp_path, mid="0.6")

        with pytest.raises(CommandError, match=r"Nothing loaded\. Version 1"):
            call_command("load_lexicons", tmp_path)

        assert capsys.readouterr().out.splitlines() == [
            "mine 1: 2 phrases, read",
            "mine 1: 2 phrases, loaded",
            "mine 1: 2 phrases, there already",
        ]
        assert Lexicon.objects.filter(name="mine").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "mine"', "", "name has to be a text"),
        ('name = "mine"', "name = 3", "name has to be a text"),
        ('name = "mine"', 'name = "mine"\nmade = 3', "nothing is known of made"),
        ("low = 0.1", "low = 0.6", "low, mid and high"),
        ("low = 0.1", "low = -0.1", "low, mid and high"),
        ("high = 0.9", "high = 1e400", "low, mid and high"),
        ("high = 0.9", "high = inf", "low, mid and high"),
        ("mid = 0.5", "mid = nan", "low, mid and high"),
        ("mid = 0.5", "mid = true", "low, mid and high"),
        ("mid = 0.5", 'mid = "0.5"', "low, mid and high"),
        ("mid = 0.5", "mid = 0.1234567", "low, mid and high"),
        ('phrase = "maybe"', 'phrase = "…"', "hold words"),
        ('phrase = "maybe"', "phrase = 3", "hold words"),
        ('phrase = "maybe"', f'phrase = "{"so " * 100}"', "hold words"),
        ('["perhaps"]', '"perhaps"', "hold words"),
        ('["perhaps"]', '["Maybe!"]', "more than once in it: maybe"),
        ("low = 0.1", 'low = 0.1\nis_wide = "yes"', "is_wide is true or false"),
        ("low = 0.1", "low = 0.1\nnote = 3", "note has to be a text"),
        ("low = 0.1", "low = 0.1\nlikely = 3", "nothing is known of likely"),
        ("[[phrases]]", "[[phrase]]", "[[phrases]] has to be there"),
        ("[[phrases]]", "phrases = [3]\n[[more]]", "phrase 1: it is no table"),
        ("low = 0.1", "low = ", "mine-1.toml: "),
        ("maybe", "may\0be", "mine-1.toml: "),
    ],
)
def test_file_that_is_no_lexicon_is_refused_with_the_reason(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(LexiconFileError) as refusal:
        read_lexicon(path)

    assert said in str(refusal.value)


def test_file_that_is_not_unicode_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    for content in (b'name = "\xe9"', b"#" * 1_000_001):
        path.write_bytes(content)
        with pytest.raises(LexiconFileError, match=r"latin\.toml"):
            read_lexicon(path)


def test_folder_without_lexicons_is_said(tmp_path: Path) -> None:
    with pytest.raises(LexiconFileError, match="no file whose name ends in"):
        read_lexicons(tmp_path)


def test_versions_are_ordered_as_people_count(tmp_path: Path) -> None:
    for version in ("10", "9", "1.2", "AR6", "1.10"):
        write(tmp_path, version)

    found = [file.version for file in read_lexicons(tmp_path)]

    assert found == ["AR6", "1.2", "1.10", "9", "10"]
