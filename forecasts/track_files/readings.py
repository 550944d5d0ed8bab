"""Reads a track record from a file, or says all that is wrong with it."""

from collections.abc import Callable, Iterable

from forecasts.track_files.assemblies import track_file
from forecasts.track_files.blocks import Block, blocks_of_rows
from forecasts.track_files.checks import check_rows
from forecasts.track_files.columns import TrackFile
from forecasts.track_files.headers import column_names
from forecasts.track_files.problems import Problems
from forecasts.track_files.sheets import Sheet, SheetBuilder

Progress = Callable[[int], None]


def read_track_file(lines: Iterable[str], *, progress: Progress | None = None) -> TrackFile:
    """The columns of a file with a header and one forecast or withdrawal a row.

    lines: of the CSV file, as `text_lines` gives them. progress: is told now and then how many
    rows were read. A file without rows is an empty track record.

    Raises BadRowsError with all problems; then nothing of the file can be used.
    """
    problems = Problems()
    sheet = _sheet(lines, problems, progress or (lambda _: None))
    check_rows(sheet, problems)
    problems.raise_any()
    return track_file(sheet)


def _sheet(lines: Iterable[str], problems: Problems, progress: Progress) -> Sheet:
    builder = SheetBuilder(problems)
    header: list[str] = []
    n_read = 0
    for block in blocks_of_rows(lines, problems):
        rows = block
        if not header:
            header = _header(block, builder)
            rows = block.without_first()
        n_read += len(rows.cells)
        builder.add(header, rows.as_wide_as(header, problems))
        progress(n_read)
    return builder.sheet()


def _header(block: Block, builder: SheetBuilder) -> list[str]:
    problems = Problems()
    line, cells = int(block.lines[0]), block.cells[0]
    header = column_names(cells, builder.readers, line=line, problems=problems)
    # Without it nobody can tell what is wrong with the rows.
    problems.raise_any()
    return header
