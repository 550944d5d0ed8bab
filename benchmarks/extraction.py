"""Counts how many forecasts of annotated texts are found, beside what keywords alone would find."""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecasts.extraction.proposals import Article, Proposal, proposals

TEXTS = Path(__file__).parent.parent / "tests" / "extraction" / "texts"
KEYWORD = re.compile(
    r"\b(?:will|won['\u2019]t|shall|may|might|could|would|should|can|going to|(?:un)?likely|"
    r"possibl[ey]|probably|expect(?:s|ed)?)\b|['\u2019]ll\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[\w'%-]+")


@dataclass(slots=True)
class Counts:
    """Sentences by whether they forecast and are proposed; of the found, what is right."""

    sentences: int = 0
    forecasts: int = 0
    found: int = 0
    proposed: int = 0
    right: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Count what the other counted, too."""
        self.sentences += other.sentences
        self.forecasts += other.forecasts
        self.found += other.found
        self.proposed += other.proposed
        self.right.update(other.right)

    @property
    def recall(self) -> float:
        """Share of the forecasts that are proposed."""
        return self.found / self.forecasts

    @property
    def precision(self) -> float:
        """Share of the sentences proposed that are forecasts."""
        return self.found / self.proposed

    def share(self, what: str) -> float:
        """Share of the forecasts found of which it is right."""
        return self.right[what] / self.found


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody says a forecast of a sentence is."""

    speaker: str
    phrase: str
    claims_yes: bool


def main() -> None:
    argparse.ArgumentParser(
        prog="python -m benchmarks.extraction", description=__doc__
    ).parse_args()
    print("| texts | sentences | forecasts | recall | precision | speaker | phrase | direction |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    total, keywords = Counts(), Counts()
    for folder in sorted(filter(Path.is_dir, TEXTS.iterdir())):
        counts = Counts()
        for file in sorted(folder.glob("*.json")):
            counts.add(counted(file, of_rules(file)))
            keywords.add(counted(file, of_keywords(file)))
        print(row(folder.name, counts))
        total.add(counts)
    print(row("all", total))
    print(row("all, by keywords and the main speaker", keywords))


def row(name: str, counts: Counts) -> str:
    shares = (counts.recall, counts.precision, *map(counts.share, ("speaker", "phrase", "claim")))
    cells = [name, counts.sentences, counts.forecasts, *(f"{share:.0%}" for share in shares)]
    return f"| {' | '.join(map(str, cells))} |"


def of_rules(file: Path) -> list[tuple[int, Found]]:
    """What is proposed, and where in the text."""
    author = json.loads(file.read_text())["author"] or ""
    found = proposals(Article(file.with_suffix(".txt").read_text(), author=author))
    return [(one.phrase_start, _found(one)) for one in found]


def _found(proposal: Proposal) -> Found:
    return Found(proposal.speaker, proposal.phrase, proposal.claims_yes)


def of_keywords(file: Path) -> list[tuple[int, Found]]:
    """Every sentence with a modal word or the like, said by whoever says most."""
    answers = json.loads(file.read_text())["sentences"]
    said = Counter(one["speaker"] for one in answers if one["forecast"])
    main_speaker = said.most_common(1)[0][0]
    return [
        (start + match.start(), Found(main_speaker, match.group(), claims_yes=True))
        for start, answer in placed(file)
        if (match := KEYWORD.search(answer["text"]))
    ]


def placed(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The sentences of a text and where each begins."""
    text, position = file.with_suffix(".txt").read_text(), 0
    for answer in json.loads(file.read_text())["sentences"]:
        position = text.index(answer["text"], position)
        yield position, answer
        position += len(answer["text"])


def counted(file: Path, found: list[tuple[int, Found]]) -> Counts:
    """How many sentences are found; of several proposals in one, that which is most right."""
    counts, left = Counts(), dict(enumerate(found))
    for start, answer in placed(file):
        inside = [n for n, (at, _) in left.items() if start <= at < start + len(answer["text"])]
        here = [left.pop(number)[1] for number in inside]
        counts.sentences += 1
        counts.forecasts += answer["forecast"]
        counts.proposed += bool(here)
        if here and answer["forecast"]:
            counts.found += 1
            best = max((rightness(one, answer) for one in here), key=len)
            counts.right.update(best)
    # What was proposed of headings and captions.
    counts.proposed += len(left)
    return counts


def rightness(found: Found, answer: dict[str, Any]) -> list[str]:
    """What of a proposal is right, by the forecast of the sentence that it is nearest to."""
    forecasts = (answer, *answer.get("also", ()))
    return max((_right(found, one) for one in forecasts), key=len)


def _right(found: Found, forecast: dict[str, Any]) -> list[str]:
    speakers = _words(found.speaker), _words(forecast["speaker"])
    phrases = _words(found.phrase), _words(forecast["phrase"])
    right = {
        "phrase": _holds(*phrases) or _holds(*reversed(phrases)),
        "speaker": all(speakers)
        and (set(speakers[0]) <= set(speakers[1]) or set(speakers[1]) <= set(speakers[0])),
        "claim": found.claims_yes == forecast["claims_yes"],
    }
    return [what for what, is_right in right.items() if is_right]


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("\u2019", "'"))


def _holds(words: list[str], part: list[str]) -> bool:
    """Whether the part stands in the words."""
    places = range(len(words) - len(part) + 1)
    return bool(part) and any(words[place : place + len(part)] == part for place in places)


if __name__ == "__main__":
    main()
