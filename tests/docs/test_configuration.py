"""The README's tables of settings say what is read from the environment, and nothing else."""

import ast
import re
from collections.abc import Iterator

from config.environment import REQUIRED
from tests.docs.pages import rows_of_table
from tools.environments import COMMON, ROOT

READERS = {"bool", "db", "email_url", "float", "get", "int", "list", "str", "json"}
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
MISSING = object()


def readings() -> Iterator[tuple[str, object]]:
    """Yield every setting that config/ reads by name, with its default."""
    for path in sorted((ROOT / "config").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and is_reading(node.func):
                first, *others = node.args
                if isinstance(first, ast.Constant):
                    yield str(first.value), default_of(node, others)


def is_reading(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in READERS
        and ast.unparse(function.value) in {"env", "os.environ"}
    )


def default_of(node: ast.Call, others: list[ast.expr]) -> object:
    values = [word.value for word in node.keywords if word.arg == "default"] + others
    if not values:
        return MISSING
    return values[0].value if isinstance(values[0], ast.Constant) else None


def documented() -> dict[str, str]:
    """Return the default that the README gives for each setting."""
    rows = rows_of_table(README, first_column="Setting")
    return {setting.strip("`"): default for setting, _, default in rows}


def in_example() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_tables_name_what_config_and_the_compose_file_read() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    read = {setting for setting, _ in readings()} | set(REQUIRED)
    read |= set(re.findall(r"\$\{(\w+):", compose))

    names = [row[0].strip("`") for row in rows_of_table(README, first_column="Setting")]

    assert sorted(names) == sorted(read)


def test_required_settings_are_called_required() -> None:
    required = {setting for setting, default in documented().items() if default == "required"}

    assert required == {*REQUIRED, "POSTGRES_PASSWORD"}


def test_setting_without_a_default_is_required() -> None:
    without = {setting for setting, default in readings() if default is MISSING}

    assert without <= set(REQUIRED)


def test_defaults_are_those_of_the_code() -> None:
    plain = {
        setting: str(default).lower() if isinstance(default, bool) else str(default)
        for setting, default in readings()
        if default is not MISSING and default is not None
    }

    shown = {setting: documented()[setting].strip("`") for setting in plain}

    assert shown == plain


def test_settings_and_example_are_the_same() -> None:
    assert in_example() == set(documented()) - {"ENV_FILE"}


def test_tests_and_checks_fix_every_optional_setting() -> None:
    optional = {setting for setting, _ in readings()} - {*REQUIRED, "ENV_FILE"}

    assert optional - {"MEDIA_ROOT", "STATIC_ROOT"} <= set(COMMON)
