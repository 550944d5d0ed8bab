"""What a cell said, in words for those who correct the file."""

from dataclasses import dataclass

from forecasts.scoring.probabilities import PPM
from forecasts.track_files.cells import NOTHING
from forecasts.track_files.columns import ABSENT, UNKNOWN
from forecasts.track_files.problems import shown
from forecasts.track_files.sheets import Sheet
from forecasts.track_files.times import iso

_EMPTY = "nothing"
_ANSWERS = (_EMPTY, "yes", "no", "ambiguous", "annulled")
_NUMBERS = frozenset(("probability", "low", "high"))


@dataclass(frozen=True, slots=True)
class RowWords:
    """The cells of one row by column, but for the names of experts and questions; a mapping."""

    sheet: Sheet
    row: int

    def __getitem__(self, column: str) -> str:
        value = int(self.sheet[column][self.row])
        if column.endswith("_at") or column == "deadline":
            return _EMPTY if value == UNKNOWN else iso(value)
        if column in _NUMBERS:
            return _EMPTY if value == ABSENT else str(value / PPM)
        return self._word(column, value)

    def _word(self, column: str, value: int) -> str:
        match column:
            case "outcome":
                return _ANSWERS[value]
            case "synthetic":
                return "true" if value else "false"
            case "conditions":
                return str(value)
        if value == NOTHING:
            return _EMPTY
        is_family = column == "family"
        return shown(
            self.sheet.families[value] if is_family else "; ".join(self.sheet.topics[value])
        )
