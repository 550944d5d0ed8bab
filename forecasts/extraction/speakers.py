"""Who says a sentence: attributions, turns of an interview, headings, the author."""

import re
from bisect import bisect_right

from forecasts.extraction.names import NAME, PARTS, WORD, Names, bare_name, is_name
from forecasts.extraction.sentences import LONGEST, Paragraph, Quotations, Sentence

PATTERNS = {
    name: re.compile(PARTS[name])
    for name in ("after", "before", "and", "according", "possessed", "label", "spoke", "talks")
}
ATTRIBUTING = [PATTERNS[name] for name in ("after", "before", "and", "according", "possessed")]
WEAK, CLAIM = re.compile(PARTS["weak"]), re.compile(PARTS["claim"])
RELATIVE = re.compile(r"^\W*(?P<who>(?:[Mm]y|[Oo]ur)\s[\w-]+)")
ASKED = re.compile(r"\?[”\"’]?$")
ASKS = {"q", "question", "interviewer", "host", "moderator", "presenter", "anchor", "reporter"}
ANSWERS = {"a", "answer"}
# Behind a heading or a question; before it, there is the introduction.
FEWEST_LABELS = 3
FEWEST_QUESTIONS = 2


class Speakers:
    """Finds who says the sentences of a text, which have to be asked for in their order."""

    def __init__(
        self, parts: list[Paragraph], quotations: Quotations, author: str, outlet: str
    ) -> None:
        self._parts, self._quotations = parts, quotations
        self._starts = [part.start for part in parts]
        self._default = author or outlet
        self._names = Names()
        for part in parts:
            self._names.learn(part.text[:LONGEST])
        self._turns = turns(parts, self._names, author)
        # Turns that quote are of a digest of what others said, not of speech.
        quoting = [bool(quotations.within(parts[n].start, parts[n].end)) for n in self._turns]
        self._is_digest = sum(quoting) > len(quoting) / 2
        self._last = ""
        self._of_quotation: dict[int, str] = {}

    def read(self, sentence: Sentence) -> None:
        """Read over a sentence, so that pronouns later on are understood."""
        outside = self._outside(sentence.start, sentence.text)
        found = self._attributions(outside, sentence.paragraph)
        self._last = found[-1][1] if found else self._names.first_in(outside) or self._last

    def of(self, sentence: Sentence, place: int) -> str:
        """Who says what stands at the place in the text; "" where nobody is to be made out."""
        outside = self._outside(sentence.start, sentence.text)
        found = self._attributions(outside, sentence.paragraph)
        quotation = self._quotations.at(place)
        if found:
            before = [who for start, who in found if start <= place - sentence.start]
            who = before[-1] if before else found[0][1]
        elif quotation:
            who = self._around(quotation.start, quotation.end, sentence.paragraph)
        else:
            return self._turns.get(sentence.paragraph, self._default)
        if quotation:
            self._of_quotation[quotation.start] = who
        return who

    def _attributions(self, text: str, paragraph: int) -> list[tuple[int, str]]:
        """Where each begins, and who it names, in their order."""
        found = dict[int, str]()
        for pattern in ATTRIBUTING:
            for match in pattern.finditer(text):
                who = self._resolved(match, paragraph)
                if who:
                    found.setdefault(match.start("who"), who)
        return sorted(found.items())

    def _resolved(self, match: re.Match[str], paragraph: int) -> str:
        who, groups = match.group("who"), match.groupdict()
        verb = groups.get("verb") or ""
        if (
            WEAK.match(verb)
            and match.re is not PATTERNS["after"]
            and not CLAIM.match(match.string, match.end())
        ):
            return ""
        if not who:
            return self._names.first_in(match.string[: match.start("who")]) or self._last
        if re.fullmatch(PARTS["pronoun"], who):
            return self._meant(who, match.string[: match.start("who")], paragraph)
        if re.fullmatch(PARTS["group"], who):
            return who
        if re.fullmatch(PARTS["thing"], who):
            return self._thing(who, groups.get("more") or "", match, paragraph)
        bare = bare_name(who)
        return self._names.full(bare) if is_name(bare) else ""

    def _meant(self, pronoun: str, before: str, paragraph: int) -> str:
        """Who "she" is: somebody of the same sentence, or who was last spoken of."""
        if pronoun.casefold() == "it":
            return self._turns.get(paragraph, self._last)
        relative = RELATIVE.match(before)
        return self._names.first_in(before) or (relative and relative.group("who")) or self._last

    def _thing(self, who: str, more: str, match: re.Match[str], paragraph: int) -> str:
        """Of "the bank's economist, Ann Low," the name; of "the bank" in a turn, whose it is."""
        named = re.match(
            rf",\s(?P<name>{NAME})(?=\s?,|\s(?:of|at|from)\b)",
            more or match.string[match.end("who") :],
        )
        if named:
            return self._names.full(named.group("name"))
        names = [one for one in re.findall(rf"{WORD}(?:\s{WORD})+", who) if is_name(bare_name(one))]
        if names:
            return self._names.full(names[-1])
        if re.match(
            r"[Ii]ts\s\w+$|[Tt]he\s(?:paper|daily|weekly|newspaper|magazine|tabloid|broadsheet)$",
            who,
        ):
            return self._turns.get(paragraph, self._last)
        if self._is_digest and who.startswith(("The ", "the ")) and paragraph in self._turns:
            return self._turns[paragraph]
        return who[0].lower() + who[1:]

    def _around(self, start: int, end: int, paragraph: int) -> str:
        """By what stands in the same paragraphs right behind the quotation and before it."""
        if start in self._of_quotation:
            return self._of_quotation[start]
        behind = re.split(r"[.!?](?:\s|$)", self._rest(end))[0]
        before = re.split(r"[.!?][\"”’]?\s", self._beginning(start))[-1]
        for text in (behind[:160], before):
            # What was quoted stood before it.
            if found := self._attributions(
                ("” " if text is not before else "") + text.lstrip(), paragraph
            ):
                return found[0][1]
        return self._turns.get(paragraph, self._last)

    def _outside(self, start: int, text: str) -> str:
        """The text with blanks where it quotes more than some words."""
        for quotation in self._quotations.within(start, start + len(text)):
            begin = max(0, quotation.start - start)
            end = min(len(text), quotation.end - start)
            if end - begin > 30:
                text = text[:begin] + " " * (end - begin) + text[end:]
        return text

    def _rest(self, position: int) -> str:
        part = self._part(position)
        begin = position - part.start
        return self._outside(position, part.text[begin : begin + LONGEST])

    def _beginning(self, position: int) -> str:
        part = self._part(position)
        begin = max(0, position - part.start - LONGEST)
        return self._outside(part.start + begin, part.text[begin : position - part.start])

    def _part(self, position: int) -> Paragraph:
        return self._parts[max(0, bisect_right(self._starts, position) - 1)]


def turns(parts: list[Paragraph], names: Names, author: str) -> dict[int, str]:
    """Who speaks in a paragraph, by labels, questions that stand alone, and headings."""
    labels = {
        number: match
        for number, part in enumerate(parts)
        if (match := PATTERNS["label"].match(part.text[:LONGEST]))
        and (is_name(match.group("who")) or match.group("who").casefold() in ASKS | ANSWERS)
        and not is_heading(part.text)
    }
    guest = _guest(parts, names, author)
    if len(labels) >= FEWEST_LABELS:
        return _labelled(parts, labels, names, guest)
    return (_asked(parts, guest) if guest else {}) | _headed(parts) | _alone(labels, names)


def _alone(labels: dict[int, re.Match[str]], names: Names) -> dict[int, str]:
    """A label or two make no interview, but a full name speaks its own paragraph."""
    found = {number: match.group("who") for number, match in labels.items()}
    return {number: names.full(who) for number, who in found.items() if " " in who}


def _guest(parts: list[Paragraph], names: Names, author: str) -> str:
    """Who answers: whom somebody spoke to, or else whom the introduction names first."""
    asked = [number for number, part in enumerate(parts) if ASKED.search(part.text)]
    text = "\n".join(part.text[:LONGEST] for part in parts)
    match = PATTERNS["spoke"].search(text) or PATTERNS["talks"].search(text)
    if match and (asked or text[match.end() :].lstrip().startswith(":")):
        return names.full(match.group("who"))
    if len(asked) < FEWEST_QUESTIONS:
        return ""
    bodies = (part.text for part in parts[: asked[0]] if not is_heading(part.text))
    found = [names.full(one) for body in bodies for one in re.findall(NAME, body[:LONGEST])]
    return next((one for one in found if " " in one and one != author), "")


def _labelled(
    parts: list[Paragraph], labels: dict[int, re.Match[str]], names: Names, guest: str
) -> dict[int, str]:
    found, who = {}, ""
    for number, part in enumerate(parts):
        if number in labels:
            label = labels[number].group("who")
            who = guest if label.casefold() in ANSWERS else names.full(label)
        elif is_heading(part.text):
            who = ""
        if who:
            found[number] = who
    return found


def _asked(parts: list[Paragraph], guest: str) -> dict[int, str]:
    """Paragraphs behind the introduction and questions that stand alone are the guest's."""
    spoke = [number for number, part in enumerate(parts) if PATTERNS["spoke"].search(part.text)]
    begin = spoke[0] if spoke and parts[spoke[0]].text.endswith(":") else -1
    found, has_begun = {}, False
    for number, part in enumerate(parts):
        if number == begin or (begin < 0 and ASKED.search(part.text)):
            has_begun = True
        elif has_begun and not ASKED.search(part.text):
            found[number] = guest
    return found


def _headed(parts: list[Paragraph]) -> dict[int, str]:
    """Paragraphs of quotation under a line that is a name alone."""
    return {
        number: parts[number - 1].text.rstrip(":")
        for number in range(1, len(parts))
        if is_heading(parts[number - 1].text) and parts[number].text[:1] in '“"‘'
    }


def is_heading(text: str) -> bool:
    """A short line that is no sentence."""
    return len(text) < 90 and not re.search(r"[.!?…][\"”’')]*$|[,;—–]$", text)
