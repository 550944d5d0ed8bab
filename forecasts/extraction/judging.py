"""Whether words of likelihood speak of what is to come, or only look like it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from forecasts.extraction.horizons import horizon
from forecasts.extraction.patterns import pattern
from forecasts.extraction.phrases import Force, Phrase


@dataclass(frozen=True, slots=True)
class Place:
    """A phrase in its sentence, with what stands before and behind it."""

    text: str
    phrase: Phrase

    @property
    def words(self) -> str:
        """The phrase in small letters, with straight apostrophes."""
        return self.phrase.text.casefold().replace("’", "'")

    @property
    def before(self) -> str:
        """The sentence up to the phrase."""
        return self.text[: self.phrase.start]

    @property
    def after(self) -> str:
        """The sentence from the phrase on."""
        return self.text[self.phrase.end :]


AHEAD = pattern(r"""
    \b(?:will|won't|shall|may|might|could|would|can|going to|gonna|next|tomorrow|soon|eventually|
    future|if|unless|by|before|within|until|ever|never again|again)\b|'ll\b
""")
PAST = pattern(r"""
    \b(?:was|were|had|did|been|yesterday|ago|went|came|took|made|knew|used to|
    last (?:week|month|year|night|spring|summer|autumn|winter|time|season)|in (?:19\d\d|20[01]\d))\b
""")
REPORTED = pattern(r"""
    \b(?:said|told|predicted|warned|argued|added|wrote|believed|thought|insisted|forecast|reckoned|
    expected|suggested|estimated|claimed|announced|feared|hoped|doubted|maintained|concluded|
    conceded|admitted|cautioned|believes|thinks|says|noted|acknowledged|explained|replied|declared|
    prediction|bet|calculated|foresaw|assumed|agreed|promised|heard|learned|learnt)\b
""")
# "Nobody knew what will come" and "the terms under which it will end" are about something else.
EMBEDDED = pattern(r"""
    \b(?:what|who|when|where|how|whether|why|which|if you)\b(?:(?!\b(?:that|if)\b)[^,;:.“”"]){0,30}$
""")
NOUN = pattern(r"""
    \b(?:free|good|ill|political|last|own|popular|at|strong|iron|sheer|of|his|her|their|the|a|my|our|
    public|people's|general|and) $
""")
MINE = re.compile(r"\bI\s?$")
OURS = re.compile(r"\b[Ww]e\s?$")
YOURS = pattern(r"\b(?:you|readers|listeners|viewers) ?$")
OFFERED = pattern(r"""
    ^ (?:\w+ly |just |also )?(?:have a|take a|tell|say|come back|show|let|explain|try|give you|ask|
    start|begin|leave|hear|turn|return to|go back|admit|argue|buy|bring you|spare|quote|put |read|
    be (?:back|brief|honest|frank|blunt|right back|talking|asking|joined|hearing|staying)|stay|
    move on|stop|answer|repeat|confess|grant|pick|skip|finish|never forget|do my|sign|vote|resign|
    not (?:say|tell|pretend|lie|go into|name|comment|speculate|bore|apologi[sz]e)|stand|run again|
    speak|write|call|keep|remember|hold|check|send|look|see you|wait|take that|take it|make sure|
    join|talk)
""")
OUR_OFFERS = pattern(r"""
    ^ (?:just )?(?:have more|take a|come back|hear from|return|turn|be right back|be back|bring you|
    leave it|talk about|see you|get to|move on|start with|begin)
""")
ADDRESSED = pattern(r"""
    ^ (?:\w+ )?(?:remember|recall|hear|say\b|ask\b|object|forgive|have noticed|have seen|have heard|
    know|find the|recogni[sz]e|see from|excuse|understand|be aware|see[.,!]|be very welcome)
""")
SCHEDULED = pattern(r"""
    ^ (?:also )?(?:be (?:held|played|shown|broadcast|published|on display|screened|served|streamed|
    open|closed|buried|sworn in|released|read|followed|aired|staged|presented|sold|available|hosted|
    chaired|contested|unveiled|opened|inaugurated)|host|speak|present|attend|air|feature|kick off|
    meet|take place|begin|start|open|publish|release|hold|visit|travel|gather|convene|report|close|
    lead the|chair|deliver|depart|arrive|sit|debate|appear|hear|address|give evidence|testify|
    face)\b
""")
CLOCK = pattern(r"""
    \b(?:(?:on|this|next|at) (?:\w+day|\d|noon|midnight)|tomorrow|tonight|from \d|in the evening|
    every )
""")
ABLE = pattern(r"""
    ^ (?:not|n't|only|once|barely|hardly|always|scarcely) |^ (?:you|I|we|he|she|they)\b|
    ^ (?:be[.,]|see|hear|feel|smell|taste|be (?:seen|heard|felt|found)|read|afford|remember|tell|
    say|understand|swim|speak|count|reach the|have)\b
""")
# "We could see forty euros by February" is no ability.
SEEN_AHEAD = pattern(
    r"^ (?:not be (?:ruled|excluded)|see (?:more|a|another|\d+|prices|rates|some)\b)"
)
WISHED = pattern(r"\b(?:if|wish|whether|so that|as \w+ as|how)\b[^,]{0,30}$")
PERMITTED = pattern(r"""
    \b(?:you|I|we|who|members|visitors|pupils|students|employees|residents|guests|passengers|
    applicants|readers) ?$
""")
HAVING = pattern(r"^(?: (?:\w+ )?have|'ve)\b")
SEEMING = pattern(r"^ (?:as well|be wondering|be asking|be very welcome|seem|sound|look|say)\b")
DONE = pattern(r"""
    ^ (?:soon |now |also |still |comfortably |easily |then )?(?:be (?:\w+(?:ed|en|et)\b|able|done|
    ready|back|over|enough|in place|safe|visible|up|through|fine|clear|here|lower|higher|running|
    online|operational|gone|known|on |a |the |in )|see|reach|fall|rise|ease|return|arrive|last|
    recover|win|hold|have \w+(?:ed|en|n)\b|improve|clear|pass|come|drop|grow|follow|bring|help|
    pick up|cool|climb|settle|start to|get|break)\b
""")
LIMIT = pattern(r"\b(?:by|before|within|sometime|until|in the (?:coming|next)|next \w+)\b")
ADVISED = pattern(r"""
    \b(?:you|we|one|ministers|governments?|voters|readers|parliament|politicians|everyone|nobody|
    no one|people|anyone|regulators|parents|doctors) ?$
""")
PREFERRED = pattern(r"^ (?:like|rather|prefer|not like|you|love)\b")
# "She said she would wait" tells an intention.
OWN = pattern(r"""
    \b(?:said|says|told \w+|added|promised|insisted|declared|replied|announced|vowed) (?:that )?
    (?:he|she|they|I|we) $
""")
BEFALLS = pattern(r"^ (?:be|win|lose|have|never|not)\b")
# "He said it would, and it did": the future is past.
FULFILLED = pattern(r"""
    ^(?: ?[,.;!?—–]|[^.]{0,40}\b(?:and|but|then) (?:he|she|it|they|we|I)
    \ (?:did|was|were|has|have|had|didn't|wasn't|weren't)\b)
""")
LONG_AGO = pattern(r"""
    \b(?:last (?:year|annual|week|month|spring|summer|autumn|winter|time)|earlier|once|years ago|
    in (?:19\d\d|20[01]\d|the \w+ties)|faster|slower|better|worse|more|less)\b|
    ^\W*(?:You|I|They) said\b
""")
UNREAL = pattern(r"\bif\b.*\b(?:were|had|was)\b")
WAS = pattern(r"\b(?:was|were|been|had) (?:\w+ ){0,2}$")
DUE = pattern(r"\bdue to\b")
DOING = pattern(r"""
    ^ (?:be|begin|start|expire|open|close|end|run|arrive|finish|vote|meet|report|return|rule|leave|
    take|come|become|land|reach|decide|complete|deliver|go)\b
""")
# What may be meant of the present as well.
SUPPOSED = pattern(r"""
    ^(?:probably|perhaps|maybe|possibly|conceivably|inevitably|undoubtedly|no doubt|for sure|
    (?:most|very|more) likely|without (?:any |a )?doubt|almost certain(?:ly)?|make no mistake|
    in all (?:likelihood|probability)|more likely than not|as likely as not|
    .*\b(?:think|believe|confident|convinced|sure|certain|optimistic|doubts?|hard to|difficult to|
    inevitable)\b.*)$
""")
POSSIBLE_TO = pattern(r"possible to$")
TELLING = pattern(r"""
    ^ (?:say|know|tell|predict|overstate|exaggerate|verify|confirm|miss|ignore|deny|forget|describe|
    read|find|reach|get|work|imagine how)\b
""")
BEEN = re.compile(r"\s(?:\w+ly\s)?(?:was|were|had|did|been|knew|\w+ed)\b")
EXPECTING = pattern(r"\b(?:expect|predict|forecast|project|anticipat|set|due|likely to)")
FORETOLD = pattern(r"""
    \b(?:always|often|usually|had|was|were|been|as|than|first|once|originally|earlier|previously)
    \ (?:\w+ )?(?:\w+ly )?$
""")
ENDED = pattern(r"^ ?(?:was|were|had|proved|turned out|came true|did|failed|went)\b")
MOTION = re.compile(r"\s(?:the|a|an|my|his|her|their|work|school|bed|church|[A-Z])")
STOP = re.compile(r"[.!?…](?=[\s\"”’')]|$)")
HABIT = pattern(r"^ (?:always|depend)\b")
FEW = 14


def is_forecast(text: str, phrase: Phrase) -> bool:
    """Whether the phrase makes of its sentence a claim about what is to come."""
    place = Place(text, phrase)
    if _is_asked(place) or ENDED.search(place.after):
        return False
    if EXPECTING.search(place.words) and FORETOLD.search(place.before):
        return False
    if place.words.startswith(("was ", "were ")):
        return bool(REPORTED.search(place.before))
    for words, judge in JUDGES:
        if words.search(place.words):
            return judge(place)
    return _is_likely(place)


def _is_asked(place: Place) -> bool:
    stop = STOP.search(place.after)
    return (stop.group() if stop else place.text[-1:]) == "?"


def _is_likely(place: Place) -> bool:
    if WAS.search(place.before) and not place.words.startswith(("is ", "are ", "'s ", "'re ")):
        return place.phrase.force == Force.LIKELY and bool(REPORTED.search(place.before))
    if DUE.search(place.words) and not DOING.match(place.after):
        return False
    if POSSIBLE_TO.search(place.words) or TELLING.match(place.after):
        return False
    return not SUPPOSED.match(place.words) or _is_ahead(place)


def _is_ahead(place: Place) -> bool:
    """Whether something else than the phrase tells of the future, or nothing of the past."""
    if BEEN.match(place.after):
        return False
    rest = f"{place.before} {place.after}"
    is_short = len(rest.split()) < FEW and not PAST.search(rest)
    return is_short or bool(AHEAD.search(rest) or horizon(rest))


def _is_will(place: Place) -> bool:
    if place.phrase.text == "Will" or EMBEDDED.search(place.before) or HABIT.match(place.after):
        return False
    if place.words == "will" and NOUN.search(place.before):
        return bool(re.match(r"\s(?:be|have|not)\b", place.after))
    is_addressed = YOURS.search(place.before) and ADDRESSED.match(place.after)
    if _is_offer(place) or is_addressed:
        return False
    is_told = place.phrase.force == Force.FUTURE and SCHEDULED.match(place.after)
    return not (is_told and CLOCK.search(place.after))


def _is_going(place: Place) -> bool:
    return not (MOTION.match(place.after) or WAS.search(place.before) or _is_offer(place))


def _is_offer(place: Place) -> bool:
    if MINE.search(place.before):
        return bool(OFFERED.match(place.after))
    return bool(OURS.search(place.before) and OUR_OFFERS.match(place.after))


def _is_could(place: Place) -> bool:
    is_able = ABLE.match(place.after) and not SEEN_AHEAD.match(place.after)
    if is_able or HAVING.match(place.after):
        return False
    if PAST.search(place.text) and not REPORTED.search(place.before):
        return False
    return not re.search(r"\b(?:not|never)\b|n't", place.words) and not WISHED.search(place.before)


def _is_may(place: Place) -> bool:
    if place.phrase.text == "May" or HAVING.match(place.after) or SEEMING.match(place.after):
        return False
    return not (PERMITTED.search(place.before) and place.words in {"may", "may not"})


def _is_should(place: Place) -> bool:
    if ADVISED.search(place.before) or not place.before.strip(' “"'):
        return False
    is_claim = DONE.match(place.after) or LIMIT.search(place.after)
    return bool(is_claim) and not PAST.search(place.before)


def _is_would(place: Place) -> bool:
    if HAVING.match(place.after) or PREFERRED.match(place.after):
        return False
    if place.phrase.force > Force.BARE:
        return True
    if OWN.search(place.before) and not BEFALLS.match(place.after):
        return False
    if FULFILLED.match(place.after) or LONG_AGO.search(place.before) or UNREAL.search(place.text):
        return False
    return bool(REPORTED.search(place.before))


JUDGES: tuple[tuple[re.Pattern[str], Callable[[Place], bool]], ...] = (
    (re.compile(r"\bwould\b"), _is_would),
    (re.compile(r"\b(?:should|ought)\b"), _is_should),
    (re.compile(r"\b(?:may|might)\b"), _is_may),
    (re.compile(r"\bcould\b"), _is_could),
    (re.compile(r"\b(?:will|won't|shall|shan't)\b|'ll\b"), _is_will),
    (re.compile(r"\b(?:going|gonna)\b"), _is_going),
)
