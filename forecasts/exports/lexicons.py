"""Readings of words, and the lexicons that they were made with, as tables."""

from forecasts.exports.fields import flag, moment, number, text, whole
from forecasts.exports.tables import read_table
from forecasts.models import Coding, Lexicon, LexiconPhrase

LEXICONS = read_table(
    "lexicons",
    "Tables of phrases and the likelihood that each stands for, in all versions",
    lambda _: Lexicon.objects.all(),
    whole("id", "Number of the version."),
    text("name", "Name of the lexicon."),
    text("version", "Of which a later one takes the place for new readings."),
    text("title", "Its title."),
    text("citation", "Where it was published."),
    text("url", "Its address, where it has one."),
    text("sha256", "SHA-256 of its file."),
    moment("loaded_at", "Since when readings can be made with it."),
    moment("superseded_at", "When a later version took its place."),
)
LEXICON_PHRASES = read_table(
    "lexicon_phrases",
    "What each lexicon says of each phrase",
    lambda _: LexiconPhrase.objects.all(),
    whole("id", "Number of the phrase."),
    whole("lexicon", "Number of the version.", to=("lexicons", "id")),
    text("phrase", "The words."),
    number("low", "0..1, of what the phrase is said of."),
    number("mid", "0..1, of what the phrase is said of."),
    number("high", "0..1, of what the phrase is said of."),
    flag("speaks_for", "Whether it speaks for what it is said of."),
    flag("is_wide", "Whether it cannot be codified, so that the range is wide."),
    text("note", "What is to be known of it."),
)
CODINGS = read_table(
    "codings",
    "Every reading of words; who read is not said",
    lambda _: Coding.objects.all(),
    whole("id", "Number of the reading."),
    whole("forecast", "Number of the forecast.", to=("forecasts", "id")),
    number("low", "The lowest P(yes), as one coder reads the words."),
    number("mid", "P(yes), as one coder reads the words: not the speaker's number."),
    number("high", "The highest P(yes), as one coder reads the words."),
    flag("is_blind", "Whether the coder had been shown no other reading."),
    whole(
        "lexicon_phrase",
        "Number of the phrase of a lexicon that the words were read with, if any.",
        to=("lexicon_phrases", "id"),
    ),
    moment("coded_at", "When."),
)
