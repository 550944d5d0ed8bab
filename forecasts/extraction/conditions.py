"""What comes about under a condition, told in the present: "If it freezes, the port closes"."""

import re

from forecasts.extraction.phrases import Force, Phrase

CONDITION = re.compile(
    r"""
    ^\W*(?:(?:And|But|So|Then)\ )?(?:If|Unless|Once|Should|Provided|Suppose)\b[^,;]{4,140},
        \ (?P<main>[^;]+)$
    | ^\W*(?:(?:And|But|So)\ )?
        (?:By|Come|Within|Next|Before|After\ that|Sooner\ or\ later
            |In\ (?:\w+\ )?\w+\ (?:years|months|weeks|days))\b
        [^,;]{0,40}?,?\ (?P<then>(?:the|a|an|we|they|it|he|she|[A-Z]\w+)\b[^;]+)$
    | ^(?P<first>[^,;]+?),?\ (?:if|unless|once)\b
    """,
    re.VERBOSE,
)
SAID = re.compile(r",[”\"’]?\ (?:\w+\ )?\w+\ (?:said|added|warned|says|adds|warns)\b,?")
# What ends in "s" behind a noun, which is a verb oftener than not.
VERB = re.compile(
    r"""
    (?<=[a-z”’]\ )
    (?:is|are|goes?|has|have
        |(?!(?:this|its|his|was|as|us|always|perhaps|yes|others|ours|theirs|bets|prices|rates|terms)\b)[a-z]{2,}(?<![su])s)\b
    | (?<=\w)['’](?:s|re)\b
    """,
    re.VERBOSE,
)
NOT_PRESENT = re.compile(
    r"""
    \b(?:was|were|had|did|would|will|could|should|must|may|might|can|cannot|need|went|said|came|took
        |knew|let|please|usually|often|always|every)\b
    | ['’](?:d|ll)\b | \bI\b | \b[a-z]{3,}ed\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def conditional(text: str) -> Phrase | None:
    """The verb of what comes about; None where the sentence is no such one."""
    text = SAID.sub(lambda said: "," + " " * (len(said.group()) - 1), text)
    match = CONDITION.search(text)
    if match is None or NOT_PRESENT.search(text):
        return None
    name = match.lastgroup or "main"
    verb = VERB.search(match.group(name))
    if verb is None:
        return None
    start = match.start(name) + verb.start()
    return Phrase(start, start + len(verb.group()), verb.group(), claims_yes=True, force=Force.BARE)
