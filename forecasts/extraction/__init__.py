"""Proposals from an article's text: which sentences forecast, who speaks, and how likely it is.

Rules of English speech, without a model or a download. Positions are characters of the text as it
was given.
"""
