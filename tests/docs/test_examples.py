"""What holds the examples of the documentation to what they print."""

from pathlib import Path

import pytest

from tests.docs.examples import Example, Reader, examples_in, holds

PAGE = """
```json
{"before": "anything was run"}
```

```sh
echo one
echo two
```

Text between.

```text
one
two
```

```python
print(1)
```

```sh
true
```
"""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader("http://localhost:1234", tmp_path, {"SECRET": "known"})


def test_examples_are_found_with_their_answers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)

    assert examples_in(page) == [
        Example("sh", "echo one\necho two\n", "one\ntwo", "text"),
        Example("python", "print(1)\n"),
        Example("sh", "true\n"),
    ]


def test_examples_run_where_the_page_says_and_know_what_came_before(reader: Reader) -> None:
    first = Example("python", 'site = "http://localhost:8000"\n')
    second = Example("python", "print(site, len(site))\n")

    printed = [reader.prints(one) for one in (first, second)]

    assert printed == ["", "http://localhost:8000 21"]
    assert reader.prints(Example("sh", "echo $SECRET > file; cat file\n")) == "known"
    assert (reader.folder / "file").exists()


def test_command_that_fails_fails(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="no-such-file"):
        reader.prints(Example("sh", "cat no-such-file\necho went on\n"))


@pytest.mark.parametrize(
    ("form", "shown", "printed", "is_so"),
    [
        ("text", "one\ntwo", "one\ntwo", True),
        ("text", "one", "one\ntwo", False),
        ("text", "one\ntwo", "one\ntow", False),
        ("text", "one\n…\nfour", "one\ntwo\nthree\nfour", True),
        ("text", "one\n…\nfour", "one\ntwo\nthree", False),
        ("text", "one\n…", "one", True),
        ("text", "in … s.", "in 12.5 s.", True),
        ("text", "in … s.", "in 12.5\n s.", False),
        ("csv", "a.b", "a,b", False),
        ("json", '{"a": 1}', '{"a": 1, "b": 2}', True),
        ("json", '{"a": 1}', '{"a": 1.5}', False),
        ("json", '{"a": 1}', '{"b": 1}', False),
        ("json", '{"a": true}', '{"a": 1}', False),
        ("json", '{"a": null}', '{"a": 0}', False),
        ("json", '["x…"]', '["xyz"]', True),
        ("json", '["x…"]', '["yz"]', False),
        ("json", "[1, 2]", "[1, 2, 3]", False),
        ("json", '[1, 2, "…"]', "[1, 2, 3]", True),
        ("json", '[1, 2, "…"]', "[1]", False),
        ("json", '{"a": [{"b": 1}]}', '{"a": [{"b": 2}]}', False),
    ],
)
def test_page_shows_what_is_printed(form: str, shown: str, printed: str, is_so: bool) -> None:
    assert holds(Example("sh", "", shown, form), printed) is is_so


def test_page_that_shows_nothing_is_only_run() -> None:
    assert holds(Example("sh", ""), "anything")
