"""What the demo has to hold."""

from datetime import UTC, datetime, timedelta


def day_end(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)


# Question: speaker, quote, whether it speaks for yes, low, mid, high, deadline.
READINGS = {
    "putin-orders-ceasefire": (
        "Kakha Gogolashvili",
        "it is possible that Putin will issue an order",
        True,
        ("0.25", "0.45", "0.65"),
        day_end(2026, 12, 31),
    ),
    "ceasefire-on-the-front-line": (
        "Kakha Gogolashvili",
        "where the front line currently lies",
        True,
        ("0.80", "0.90", "0.97"),
        day_end(2027, 1, 31),
    ),
    "no-territorial-deal": (
        "Kakha Gogolashvili",
        "no deal over territories",
        False,
        ("0.02", "0.06", "0.15"),
        day_end(2026, 12, 31),
    ),
    "seized-land-given-back": (
        "Kakha Gogolashvili",
        "It is inconceivable that he would relinquish",
        False,
        ("0.01", "0.04", "0.10"),
        day_end(2027, 12, 31),
    ),
    "annexation-recognised": (
        "Kakha Gogolashvili",
        "They will remain unrecognized",
        False,
        ("0.02", "0.06", "0.15"),
        day_end(2027, 12, 31),
    ),
    "aggression-elsewhere": (
        "Kakha Gogolashvili",
        "it will begin aggression in other directions",
        True,
        ("0.75", "0.87", "0.95"),
        day_end(2030, 8, 7),
    ),
    "aggression-in-central-asia": (
        "Kakha Gogolashvili",
        "possibly in Central Asia",
        True,
        ("0.20", "0.40", "0.60"),
        day_end(2030, 8, 7),
    ),
    "putin-says-he-won": (
        "Kakha Gogolashvili",
        "Putin will say",
        True,
        ("0.80", "0.90", "0.97"),
        day_end(2027, 1, 31),
    ),
    "another-last-chance": (
        "Neue Zürcher Zeitung",
        "may give Putin yet another",
        True,
        ("0.30", "0.50", "0.70"),
        day_end(2025, 9, 8),
    ),
}

# What the product was asked for by name.
THREE = ("ceasefire-on-the-front-line", "no-territorial-deal", "aggression-elsewhere")

FAMILIES = {
    "ceasefire-in-ukraine": {
        "general-ceasefire",
        "putin-orders-ceasefire",
        "ceasefire-on-the-front-line",
        "putin-says-he-won",
    },
    "aggression-beyond-ukraine": {"aggression-elsewhere", "aggression-in-central-asia"},
    "territory-of-ukraine": {"no-territorial-deal", "seized-land-given-back"},
    None: {"annexation-recognised", "another-last-chance"},
}

CONDITIONS = {
    "ceasefire-on-the-front-line": ("general-ceasefire", "yes"),
    "putin-says-he-won": ("general-ceasefire", "yes"),
    "aggression-in-central-asia": ("aggression-elsewhere", "yes"),
}

SYNTHETIC_COUNTS = {
    "synthetic-well-calibrated": 400,
    "synthetic-overconfident": 200,
    "synthetic-underconfident": 200,
    "synthetic-biased-upwards": 200,
    "synthetic-always-50-percent": 60,
    "synthetic-certain-and-sometimes-wrong": 40,
    "synthetic-too-few-to-say": 4,
}
