"""What the OpenAPI document says of the forms in which an answer can be had."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api.renderers import CsvRenderer, JsonLinesRenderer

TEXTS = {
    CsvRenderer.media_type: "A header of dotted names, then one row for each. Lists stand in "
    "their cells as JSON; text that a spreadsheet would take for a formula, or that begins with ' "
    "before such a mark, has a ' in front.",
    JsonLinesRenderer.media_type: "One JSON object on each line.",
}
FORMAT = OpenApiParameter(
    "format",
    str,
    enum=["json", "csv", "jsonl"],
    default="json",
    description="The form of the answer; goes before the Accept header. Of a list, `csv` and "
    "`jsonl` have the rows of the page; the next one stands in the Link header.",
)
FIELDS = OpenApiParameter(
    "fields",
    str,
    description="Only these fields, by their dotted names with commas between: "
    "`fields=slug,ruling.answer`.",
)


class PublicSchema(AutoSchema):
    """Adds the parameters that say how an answer is shown."""

    def get_override_parameters(self) -> list[Any]:
        """Those that the view reads."""
        found: list[Any] = super().get_override_parameters()
        names: list[str] = getattr(self.view, "shown_parameters", list)()
        known = {"format": FORMAT, "fields": FIELDS, "expand": self._expand()}
        return [*found, *(known[name] for name in names)] if self.method == "GET" else found

    def get_auth(self) -> list[dict[str, Any]]:
        """As usual; whatever writing needs, everybody reads."""
        found: list[dict[str, Any]] = super().get_auth()
        return found if self.method != "GET" or {} in found else [*found, {}]

    def _expand(self) -> OpenApiParameter:
        names = ", ".join(f"`{name}`" for name in getattr(self.view, "expandable", ()))
        return OpenApiParameter(
            "expand",
            str,
            description=f"Show these whole, rather than named in passing: {names}, with a comma "
            "between.",
        )


def describe_texts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of CSV and JSON Lines that they are text, whatever JSON holds."""
    operations = [one for path in result["paths"].values() for one in path.values()]
    for operation in operations:
        for response in operation["responses"].values():
            content = response.get("content", {})
            for media_type in content.keys() & TEXTS.keys():
                content[media_type] = {
                    "schema": {"type": "string", "description": TEXTS[media_type]}
                }
    return result
