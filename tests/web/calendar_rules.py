"""A strict reader of calendar files, written from RFC 5545 and not from what writes ours."""

import re
from dataclasses import dataclass, field

LINE = re.compile(
    r"(?P<name>[A-Z0-9-]+)(?P<parameters>(?:;[A-Z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*))*):(?P<value>.*)",
    re.DOTALL,
)
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
DATE = re.compile(r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
UTC_TIME = re.compile(DATE.pattern + r"T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ")
LOCAL_TIME = re.compile(UTC_TIME.pattern.removesuffix("Z"))
DURATION = re.compile(r"P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?")
URI = re.compile(r"https?://[^\s\"<>\\^`{|}]+")
RULES = {
    "VERSION": re.compile(r"2\.0"),
    "PRODID": TEXT,
    "CALSCALE": re.compile("GREGORIAN"),
    "NAME": TEXT,
    "X-WR-CALNAME": TEXT,
    "X-WR-CALDESC": TEXT,
    "REFRESH-INTERVAL": DURATION,
    "X-PUBLISHED-TTL": DURATION,
    "UID": TEXT,
    "SUMMARY": TEXT,
    "DESCRIPTION": TEXT,
    "DTSTAMP": UTC_TIME,
    "LAST-MODIFIED": UTC_TIME,
    "SEQUENCE": re.compile(r"\d+"),
    "STATUS": re.compile("CONFIRMED|CANCELLED"),
    "TRANSP": re.compile("TRANSPARENT|OPAQUE"),
    "URL": URI,
    "TZID": TEXT,
    "TZOFFSETFROM": re.compile(r"[+-]\d{4}"),
    "TZOFFSETTO": re.compile(r"[+-]\d{4}"),
}
NEEDED = {
    "VCALENDAR": {"VERSION", "PRODID", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "STATUS"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}


@dataclass
class Component:
    """What stands between a BEGIN and its END."""

    kind: str
    values: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    parts: "list[Component]" = field(default_factory=list)


def read_calendar(raw: bytes) -> Component:
    """The calendar. Fails where a rule is broken."""
    lines = content_lines(raw)
    assert lines[0] == "BEGIN:VCALENDAR"
    root, rest = read_component("VCALENDAR", lines[1:])
    assert rest == []
    assert root.parts, "a calendar holds a component"
    uids = [part.values["UID"] for part in root.parts if part.kind == "VEVENT"]
    assert len(uids) == len(set(uids))
    return root


def events(raw: bytes) -> list[dict[str, str]]:
    """The events' values, texts as they were before escaping."""
    return [part.values for part in read_calendar(raw).parts if part.kind == "VEVENT"]


def content_lines(raw: bytes) -> list[str]:
    """Unfolded lines: every line ends in CRLF, has 75 octets at most, and cuts no character."""
    assert raw.endswith(b"\r\n")
    physical = raw[:-2].split(b"\r\n")
    lines: list[str] = []
    for line in physical:
        assert len(line) <= 75, line
        assert b"\r" not in line
        assert b"\n" not in line
        text = line.decode()
        if text[:1] in {" ", "\t"}:
            lines[-1] += text[1:]
        else:
            assert text, "no line is empty"
            lines.append(text)
    return lines


def read_component(kind: str, lines: list[str]) -> tuple[Component, list[str]]:
    """One component, and the lines after it."""
    found = Component(kind)
    while lines:
        line, lines = lines[0], lines[1:]
        if line == f"END:{kind}":
            assert NEEDED[kind] <= set(found.values), kind
            if kind == "VEVENT":
                check_times(found)
            return found, lines
        if line.startswith("BEGIN:"):
            part, lines = read_component(line.removeprefix("BEGIN:"), lines)
            found.parts.append(part)
            continue
        read_property(found, line)
    raise AssertionError(f"{kind} has no end")


def read_property(component: Component, line: str) -> None:
    """Store it; each of ours may stand once."""
    match = LINE.fullmatch(line)
    assert match, line
    name, value = match["name"], match["value"]
    assert name not in component.values, f"{name} stands twice"
    if name in RULES:
        assert RULES[name].fullmatch(value), line
    else:
        assert name in {"DTSTART", "DTEND"}, f"{name} is not known"
        check_time(component.kind, match["parameters"], value)
    component.parameters[name] = match["parameters"]
    component.values[name] = unescaped(value) if RULES.get(name) is TEXT else value


def check_time(kind: str, parameters: str, value: str) -> None:
    if kind == "STANDARD":
        assert LOCAL_TIME.fullmatch(value)
    elif parameters == ";VALUE=DATE":
        assert DATE.fullmatch(value)
    else:
        assert parameters == ""
        assert UTC_TIME.fullmatch(value)


def check_times(event: Component) -> None:
    """An end is of the start's kind and after it."""
    if "DTEND" in event.values:
        assert event.parameters["DTEND"] == event.parameters["DTSTART"]
        assert event.values["DTEND"] > event.values["DTSTART"]


def unescaped(text: str) -> str:
    """A TEXT value as it was meant."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)
