"""
What a sentence of a prompt is for: a labelled point, an order to the maker, a call, an offer.
"""

from __future__ import annotations

import re
from typing import Final

_LABELS: Final = {
    "product": r"products?(?: name)?|prompt|services?|app|about|description|subject|item|offering|business"
    r"|event|what(?: we do| it is)?|campaign|project|title",
    "name": r"name",
    "company": r"company(?: name)?|brand(?: name)?|client|business name|organi[sz]ation|advertiser",
    "features": r"(?:key |main |top |product )?(?:features?|benefits?|points?|messages?|facts?)|usps?"
    r"|unique selling (?:points?|propositions?)|selling points?|highlights?|why(?: us)?|ingredients"
    r"|advantages|details|specs?",
    "facts": r"(?:special |launch )?offers?|promo(?:tion)?|prices?|pricing|deal|discount|dates?|when"
    r"|where|location|time|venue|address|tickets?|(?:opening )?hours|phone|open|cost|entry|admission",
    "audience": r"(?:target )?(?:audience|market|group|customers?)|target|for|who",
    "call": r"ctas?|call[ -]to[ -]action|action",
    "tagline": r"tag ?line|slogan|motto|claim|closing line|end line",
    "mission": r"(?:our )?mission",
    "manner": r"tone(?: of voice)?|style|mood|emotion|feeling|vibe|voice",
    "none": r"music|duration|length|format|platform|goals?|objectives?|visuals?|setting|language"
    r"|budget|notes?|deadline|hashtags?|keywords?|aspect ratio|brief|scenes?(?: \d+)?|video|ad"
    r"|script|colou?r palette|images?|website|restrictions|avoid|shots?(?: \d+)?|industry|problem|urls?|links?|currency|sku|ids?",
}
_ANY: Final = "|".join(f"(?P<{role}>{words})" for role, words in _LABELS.items())
_LABEL: Final = re.compile(rf"(?i)^(?:{_ANY})\s*(?::|\s[-\N{{EN DASH}}\N{{EM DASH}}])\s*")
_WITHIN: Final = re.compile(r"(?i)[;,|.]\s+(?=(?:" + re.sub(r"\?P<\w+>", "?:", _ANY) + r")\s*:\s)")


def split(text: str) -> str:
    """
    Return *text* with every label at the head of a sentence of its own.

    >>> split("Lamp; USP: dimmable, CTA: Light up")
    'Lamp. USP: dimmable. CTA: Light up'
    """
    return _WITHIN.sub(". ", text)


def labelled(sentence: str) -> tuple[str, str]:
    """
    Return what a sentence is labelled as, "" if it isn't, and what is said under it.

    >>> labelled("Target audience: runners"), labelled("Run further")
    (('audience', 'runners'), ('', 'Run further'))
    """
    match = _LABEL.match(sentence)
    if match is None:
        return "", sentence
    return match.lastgroup or "", sentence[match.end() :].strip(" .,;")


MEDIUM: Final = (
    r"(?:ad|ads|advert|adverts|advertisement|advertising|commercial|spot|video|promo|reel|clip"
    r"|campaign|trailer|teaser|story|jingle|tvc|announcement)"
)
_ORDER: Final = re.compile(
    r"(?i)^(?:hi|hello|hey)?[,!. ]*(?:please\s+|kindly\s+)?(?:(?:can|could|would) you\s+(?:please\s+)?)?"
    r"(?:i(?:'d| would)? (?:want|need|like)|we(?:'d| would)? (?:want|need|like)|make|create|generate"
    r"|produce|write|design|build|shoot|film|give|do|craft|develop|help|need|want|looking for)?\b"
    rf"[^.:;,]{{0,60}}?(?:,\s[^.:;,]{{0,40}}?){{0,2}}\b{MEDIUM}\b"
    r"(?:\s+(?:for|about|on|that (?:promotes?|sells?|shows?|features?|introduces?)|promoting|of"
    r"|selling|showing|showcasing|featuring|introducing|announcing|advertising|to (?:promote|sell|launch|introduce|advertise|announce))\s+|\s*[:,.-]\s*|$)"
)
_DIRECTION: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:use|include|show|start with|starts? on|end|open (?:with|on)|opening|close|begin with|finish"
    r"|keep (?:it|the)|avoid|don't (?:use|show|mention|say|include|forget)|do not|never (?:show|use|mention|say)|add|make (?:sure|it|this|me)"
    r"|ensure|set (?:it|in|the)|place|put|film|shoot|cut|zoom|pan|the (?:ad|video|voice|music|tone|spot"
    r"|style|mood|camera|commercial|target|goal|scene|viewer)|(?:its|our) goal|tone|style|music|voice|it (?:should|must)|should|must"
    r"|ignore|write|let's|think|imagine a|create|generate|give (?:it|the|me)|style it|no (?:text|voice|music)|we (?:want|need|would like)"
    r"|i (?:want|need|would like)|our (?:target|goal|audience)|logo|mention the|speak (?:in|slowly|with)|narrat|length|duration|vertical|camera)\b"
)
_MANNER: Final = re.compile(
    r"(?i)^(?:in an?\s)?(?:[\w-]+(?:,| and)?\s){1,4}(?:tone|style|vibes?|mood|music|voice|feel|look|aesthetics?|visuals)$"
)
_CALL: Final = re.compile(
    r"(?i)^(?:so\s|please\s|just\s)?(?:call|visit|book|order|shop|buy|try|download|sign up|join|register|donate|come|learn more"
    r"|request|reserve|apply|subscribe|schedule|start (?!with)|get|find|contact|follow|grab|pre-?order"
    r"|drop by|stop by|see you|swipe|click|tap|hurry|don't miss|text|scan|enrol|enroll|give|claim|discover|taste|rent|switch|vote|check out|reply|ask|adopt|volunteer|drop in|walk in|become|support)\b"
)
OFFER: Final = re.compile(
    r"(?i)[$€£¥]\s?\d|\d\s?%\s(?:off|discount|cheaper|less)|\bsave (?:up to )?\d|\d\s?(?:€|kr\b|usd\b|eur\b|nok\b|dollars|euros|pounds)|\b(?:use code|free (?:trial|delivery|shipping|entry|sample|quote|estimate|consultation|first|admission|parking|returns)"
    r"|(?:first|one|two|three|\d+) (?:month|week|day|lesson|class|session|visit|night)s?(?: is| are)? free|until|only (?:today|this)|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b|\d{1,2}\.? (?:january|february|march|april|may|june|july|august|september|october|november|december)\b|this (?:week|weekend|saturday|sunday|friday|month|summer|winter|spring|autumn)|half price|two for|buy one|offer ends|doors open)\b"
)
"""
What tells a price, a reduction or a date: said near the end.
"""

PRICE: Final = re.compile(
    r"(?i)[$€£¥]\s?\d|\d\s?%\s?off|\d\s?(?:€|kr|usd|eur|nok|dollars|euros|pounds)\b|\buse code|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b|\d{1,2}\.? (?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
"""
The same, within a list of features.
"""

_CALL_WORDS_MAX: Final = 10


def ordered(sentence: str) -> tuple[str, str] | None:
    """
    Return an order's own words and what it is about, None if nothing is ordered.

    >>> ordered("Create a funny ad for oak tables")
    ('Create a funny ad for ', 'oak tables')
    """
    match = _ORDER.match(sentence)
    if match is None or not match.end():
        return None
    return match[0], sentence[match.end() :].strip(" .,:;-")


def is_direction(sentence: str) -> bool:
    """
    Whether a sentence tells how the ad is made, not what it says.
    """
    if re.match(r"(?i)use (?:the )?code\b", sentence):
        return False
    return bool(_DIRECTION.match(sentence) or _MANNER.match(sentence))


def is_call(sentence: str) -> bool:
    """
    Whether a sentence asks the listener to act.

    >>> is_call("Book a table at acme.com"), is_call("Coffee from Oslo")
    (True, False)
    """
    return _CALL.match(sentence) is not None and len(sentence.split()) <= _CALL_WORDS_MAX


def is_bare_call(sentence: str) -> bool:
    """
    Whether a sentence is nothing but a call, so that it is one even at the beginning.

    >>> is_bare_call("BUY NOW"), is_bare_call("Try oak tables")
    (True, False)
    >>> is_bare_call("Volunteer with us"), is_bare_call("Brunch at ours")
    (True, False)
    """
    return _BARE_CALL.fullmatch(sentence.strip(" .!")) is not None


_BARE_CALL: Final = re.compile(
    r"(?i)(?:please )?(?:buy|shop|order|call|book|donate|register|sign up|subscribe|apply|join|download|hurry|act|vote)"
    r"(?: (?:it|yours|online|here|us|now|today))*|(?:please )?(?:call|text|phone|ring)(?: us| now)?(?: at| on)?"
    r" \+?[(\d][\d ()./-]{4,}(?: (?:now|today))?|(?:please )?(?!come|sale|deal|talks?)[a-z]+ with us(?: (?:now|today|online))?"
)
