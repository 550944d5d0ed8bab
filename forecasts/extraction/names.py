"""Names of people and bodies in a text, and the words that stand for them."""

import re
from dataclasses import dataclass, field

from forecasts.extraction.patterns import defined

PARTS = defined("attributions.txt")
NAME, WORD = PARTS["name"], PARTS["word"]
TITLES = set(
    """Mr Mrs Ms Mx Dr Prof Professor President Sir Dame Lord Lady General Gen Colonel Col Major
    Captain Senator Sen Governor Gov Minister Chancellor Judge Justice Mayor Commissioner Secretary
    Ambassador Admiral Bishop Father Rep Representative Prime Foreign Finance Defence Defense
    Interior Former Premier Coach Analyst Economist Deputy Vice Councillor Miss Madame Baroness MP
    Chairman Director Meteorologist Sheriff Congressman Congresswoman Health Energy""".split()  # noqa: SIM905
)
# They begin a sentence rather than a name.
ORDINARY = set(
    """A About After Again All Also Although Among An And Another Any Anyone As Asked At Because
    Before Being Between Both But By Can Critics Despite During Each Either Enough Even Every
    Everyone Few First For From Further Getting Given Had Half Has Have He Her Here His How However
    I If In Inside Instead It Its Just Last Later Like Many Maybe Meanwhile More Most Much My
    Neither Never Nevertheless New Next No Nobody None Nor Not Nothing Now Of On Once One Only Or
    Other Others Our Out Outside Over Perhaps Privately Publicly Recently Several She Should Since
    So Some Sources Still Such Take That The Their Then There These They This Those Though Three To
    Today Tomorrow Two Under Unless Until Up Was We Well Were What When Where Whether Which While
    Who Why Will With Without Would Yes Yesterday Yet You Your Speaking According Analysts
    Economists Experts Officials Monday Tuesday Wednesday Thursday Friday Saturday Sunday January
    February March April May June July August September October November December Nowhere Back
    Look Listen Oh Ah OK Okay Right Sure Four Five Six Seven Eight Nine Ten Come Fifty Second Third
    Sleepless Honestly Frankly Me Nobody Somebody Everybody Something Anybody Whoever Whatever Hence
    Thus Soon Sometimes Often Never Always Today There Nor Yet Even Well Good Great Thanks Thank
    Mind""".split()  # noqa: SIM905
)
PLACED = re.compile(r"\b(?:in|at|from|near|to|of|for|on|by|around|into|across|the)\s$")


@dataclass(slots=True)
class Names:
    """Who is named in full once in a text is so for all of it."""

    _full: dict[str, str] = field(default_factory=dict)
    _single: set[str] = field(default_factory=set)

    def learn(self, text: str) -> None:
        """Keep the names of more than one word."""
        for match in re.finditer(NAME, text):
            words = bare_name(match.group()).split()
            if len(words) > 1:
                self._full.setdefault(words[-1].casefold(), " ".join(words))
        # A capital in the middle of a sentence is one of a name.
        self._single.update(re.findall(rf"(?<=[a-z,]\s){WORD}", text))

    def full(self, name: str) -> str:
        """As it is first given in full, if it is; without titles."""
        bare = bare_name(name)
        if bare.isupper() and len(bare) > 4:
            bare = bare.title()
        return bare if " " in bare else self._full.get(bare.casefold(), bare)

    def first_in(self, text: str) -> str:
        """The first name of the text that is somebody rather than somewhere."""
        for match in re.finditer(NAME, text):
            bare = bare_name(match.group())
            is_known = " " in bare or bare.casefold() in self._full or bare in self._single
            if is_known and is_name(bare) and not PLACED.search(text[: match.start()]):
                return self.full(bare)
        return ""


def bare_name(name: str) -> str:
    """Without titles before it, words that begin a sentence and an ending that belongs to it."""
    words = re.sub(r"['’]s?$", "", name.strip()).split()
    titled = [place for place, word in enumerate(words[:-1]) if word.rstrip(".") in TITLES]
    if titled:
        words = words[titled[-1] + 1 :]
        if words[0] == "of" and len(words) > 2:
            words = words[2:]
    begin = next((place for place, word in enumerate(words[:-1]) if word not in ORDINARY), -1)
    return " ".join(words[begin:])


def is_name(words: str) -> bool:
    """Whether what is left is a name rather than a title or the first word of a sentence."""
    return words not in ORDINARY and words.rstrip(".") not in TITLES
