"""The header: which column holds what."""

from collections import Counter
from collections.abc import Collection
from difflib import get_close_matches

from forecasts.track_files.cells import cleaned
from forecasts.track_files.problems import Problems, shown

REQUIRED = ("expert", "question", "probability", "outcome")
_ALIASES = {"prob": "probability"}
_OTHER_SEPARATORS = ";\t|"


def column_names(
    header: list[str], known: Collection[str], *, line: int, problems: Problems
) -> list[str]:
    """The names of the columns, in the order of the file; what is wrong goes to `problems`."""
    try:
        given = [cleaned(cell).lower() for cell in header]
    except ValueError as error:
        problems.add(line, "", str(error))
        return []
    names = [_ALIASES.get(name, name) for name in given]
    if len(header) == 1 and (separator := _separator(header[0])):
        problems.add(line, "", f"columns are separated by {shown(separator)}; save it with commas")
        return names
    for name in given:
        if name not in known and name not in _ALIASES:
            problems.add(line, "", _unknown(name, known))
    for name, times in Counter(names).items():
        if times > 1 and name in known:
            problems.add(line, name, _repeated(name, times, given))
    for name in REQUIRED:
        if name not in names:
            problems.add(line, name, "this column is missing")
    return names


def _separator(cell: str) -> str | None:
    return next((separator for separator in _OTHER_SEPARATORS if separator in cell), None)


def _unknown(name: str, known: Collection[str]) -> str:
    if not name:
        return "a column has no name"
    near = get_close_matches(name[:100], [*known, *_ALIASES], n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return f"there is no column {shown(name)}; {hint}"


def _repeated(name: str, times: int, given: Collection[str]) -> str:
    if "prob" in given and name in given:
        return 'is given as "prob" too; give one of them'
    return f"is given {times} times; give it once"
