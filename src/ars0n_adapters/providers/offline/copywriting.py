"""
The script: a hook, what it is, what speaks for it, what it costs, and a call to action.

What the prompt says comes first, in its own words; lines any product of its kind can
carry only fill the time that is left. The same order gives the same script.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.offline import (
    clauses,
    deals,
    nouns,
    phrases,
    reveals,
    transcripts,
    vocabulary,
)
from ars0n_adapters.providers.offline.deals import Line
from ars0n_adapters.providers.offline.kinds import lines
from ars0n_core.plans.budget import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_adapters.providers.offline.briefs import Brief
    from ars0n_adapters.providers.offline.kinds import Kind

_CALLS: Final = {
    "thing": "Find out more today",
    "place": "Come and see us",
    "service": "Get in touch today",
    "software": "Try it today",
    "cause": "Give today",
    "notice": "Please pass it on",
}
_ENDS_NAMED: Final = re.compile(r"(?: (?:at|for|from|into|to|with))? \{company\}(?: today)?$")
_CALL_CHARACTERS_MAX: Final = 60
_CARD_CHARACTERS_MAX: Final = 40  # a name that makes the card longer isn't put on it
_HOOK_WORDS_MAX: Final = 6  # where time is short
_LONG_ADS_WORDS: Final = 100
_RECAP_MIN: Final = 2
_BLOCK_LINES_MAX: Final = 4


@frozen(kw_only=True)
class Script:
    """
    What is said in each scene, the short supers shown with it, and the call to action.
    """

    texts: tuple[str, ...]
    supers: tuple[str | None, ...]
    call_to_action: str


def write(
    brief: Brief,
    kind: Kind,
    *,
    tone: str,
    scene_words: Sequence[int],
    words_max: int,
    seed: str,
) -> Script:
    """
    Return the script of an ad, at most *words_max* words long, in a scene for each of
    *scene_words*, which say how much can be said over its footage.
    """
    scenes = len(scene_words)
    call = call_to_action(brief, kind)
    if not brief.is_english:
        texts = transcripts.deal(brief, scenes=scenes, words_max=words_max)
        return Script(
            texts=texts, supers=(None,) * scenes, call_to_action=card_line(brief, kind, call)
        )
    spoken = _told(brief, kind, tone=tone, words_max=words_max, seed=seed, call=call)
    dealt = deals.dealt(spoken, scene_words)
    return Script(
        texts=tuple(" ".join(line.text for line in scene) for scene in dealt),
        supers=_supers(dealt, brief),
        call_to_action=card_line(brief, kind, call),
    )


def card_line(brief: Brief, kind: Kind, call: str) -> str:
    """
    Return what the card asks for: *call*, without the name where the card has it anyway.

    >>> _ENDS_NAMED.sub("", "Book a table at {company}")
    'Book a table'
    """
    if not (brief.company and brief.is_english) or call != kind.call.format(company=brief.company):
        return call
    unnamed = _ENDS_NAMED.sub("", kind.call)
    says_enough = "{" not in unnamed and " " in unnamed
    return unnamed if says_enough else _CALLS[kind.family]


def call_to_action(brief: Brief, kind: Kind) -> str:
    """
    Return the last spoken line, without a full stop: the order's own if it has one.
    """
    for own in (brief.call, *brief.quotes[-1:]):
        text = phrases.unstopped(own)
        if text and len(text) <= _CALL_CHARACTERS_MAX and brief.is_english:
            return phrases.capital(text)
    if not brief.is_english:
        fits = len(brief.company) <= _CALL_CHARACTERS_MAX
        return (fits and brief.company) or transcripts.call_in(brief.text)
    name = brief.company or brief.name
    if kind.family == "cause" and "volunteer" in brief.text.lower():
        return (
            f"Join {name}"
            if name and len(name) <= _CARD_CHARACTERS_MAX // 2
            else "Come and lend a hand"
        )
    named = kind.call.format(company=name)
    return named if name and len(named) <= _CARD_CHARACTERS_MAX else _CALLS[kind.family]


def chosen(options: Iterable[str], seed: str) -> list[str]:
    """
    Return *options* in an order that depends on *seed* alone.
    """
    return sorted(options, key=lambda o: hashlib.sha256(f"{seed}\n{o}".encode()).digest())


def _told(
    brief: Brief, kind: Kind, *, tone: str, words_max: int, seed: str, call: str
) -> list[Line]:
    """
    Return all that is said, in order.
    """
    own = _own_lines(brief)
    facts = [Line(fact, (fact,)) for fact in brief.facts]
    close = _close(brief, kind, seed, call, words_max)
    hooks = _hooks(brief, kind, tone, seed)
    wanted = sum(line.words for line in (*own, *facts))
    room = words_max - sum(line.words for line in close)
    options = [Line(text) for text in chosen(reveals.options(brief, kind), f"reveal {seed}")]
    is_tight = wanted > room - 16
    if is_tight:
        options.sort(key=lambda line: line.words)
        short = [Line(t, is_filler=True) for t in chosen(lines().short_hooks, f"short {seed}")]
        hooks = [
            *(h for h in hooks if h.words <= _HOOK_WORDS_MAX or h.text == brief.question),
            *short,
        ]
    named = [line for line in options if line.words <= room - 4][:1]  # words of a point
    room -= sum(line.words for line in named)
    hooks = [line for line in hooks if not _begin_alike(line, named)]
    hook = [line for line in hooks if line.words <= room // 2][:1]
    kept = _kept(own, facts, room - sum(line.words for line in hook))
    for other in hooks if is_tight else ():
        # a shorter opening, if more can be said for it
        more = _kept(own, facts, room - other.words)
        if _weight(more) > _weight(kept):
            hook, kept = [other], more
    if hook and not kept and (own or facts):
        # rather a fact than an opening
        kept = _kept(own, facts, room)
        hook = [] if kept else hook
    if own and not _holds(kept, own[0]):
        # the first thing the prompt says matters more than an opening or a name
        bare = not brief.product and not own[0].text.startswith(("It", "They"))
        for names in [named, []] if bare else [named]:
            more = _kept(
                own,
                facts,
                room + sum(line.words for line in named) - sum(line.words for line in names),
            )
            if _holds(more, own[0]):
                room += sum(line.words for line in named) - sum(line.words for line in names)
                hook, named, kept = [], names, more
                break
    room -= sum(line.words for line in (*hook, *kept))
    recap = _recap(brief, kept, words_max, room)
    room -= sum(line.words for line in recap)
    late = [line for line in facts if line in kept]
    # the last offer leads to the call; the rest is said while there is time to take it in
    late = late[-1:] if own else []
    early = [line for line in kept if line not in late]
    fillers = _fillers(brief, kind, tone, seed, room, [*hook, *close])
    room -= sum(line.words for line in fillers)
    return _ordered(hook, named, early, fillers, [*recap, *late, *close], brief, room)


def _kept(own: Sequence[Line], facts: Sequence[Line], room: int) -> list[Line]:
    """
    Return what fits of the order's own points, in their order; the first feature and offer
    are kept before others.
    """
    told = [*own, *facts]
    first = [0, len(own)] if own else [0]
    places = sorted(range(len(told)), key=lambda place: (place not in first, place))
    kept: dict[int, Line] = {}
    for place in places:
        line = told[place]
        bare = re.sub(r"^(?:It's|They're|We're|You get|Here you'll find|Plus)\s", "", line.text)
        for option in (line, evolve(line, text=phrases.capital(bare))):
            if option.words <= room:
                kept[place] = option
                room -= option.words
                break
    return [kept[place] for place in sorted(kept)]


def _begin_alike(line: Line, named: Sequence[Line]) -> bool:
    # "Looking for something? Looking for a bakery?"
    return any(line.text.split()[:2] == other.text.split()[:2] for other in named)


def _holds(kept: Sequence[Line], line: Line) -> bool:
    return any(k.text == line.text or (line.features and k.features == line.features) for k in kept)


def _weight(kept: Sequence[Line]) -> int:
    return sum(len(line.features) or 1 for line in kept)


def _own_lines(brief: Brief) -> list[Line]:
    """
    Return what the prompt says for the product, ready to be said, in the prompt's order.
    """
    text = brief.text.lower()

    def place(said: str) -> int:
        # a statement's pronoun is ours, the rest the prompt's
        key = re.sub(r"^(?:it|they|we)\s\w+\s", "", said.lower().rstrip(".!?"))[:24]
        found = text.find(key)
        return found if found >= 0 else len(text)

    features = sorted(
        (f for f in brief.features if f.lower() not in phrases.STYLE_WORDS), key=place
    )
    voice = "We" if brief.is_business else "They" if brief.is_plural else "It"
    found = [
        (place(group[0]), Line(sentence, group))
        for sentence, group in phrases.sentences_of(features, voice=voice)
    ]
    found += [(place(text_), Line(text_)) for text_ in brief.statements]
    own = [line for _, line in sorted(found, key=lambda pair: pair[0])]
    return own + [Line(phrases.stopped(phrases.capital(quote))) for quote in brief.quotes[:-1]]


def _hooks(brief: Brief, kind: Kind, tone: str, seed: str) -> list[Line]:
    options = chosen((*lines().tone_hooks.get(tone, ()), *kind.hooks), f"hook {seed}")
    if tone in lines().tone_hooks and kind.family not in {"cause", "notice"}:
        options.sort(key=lambda text: text not in lines().tone_hooks[tone])
    elif tone in lines().tone_hooks:
        options = [text for text in options if text in kind.hooks]
    if brief.question:
        options.insert(0, brief.question)
    elif brief.audience and brief.audience.lower() not in brief.product.lower():
        options.insert(0, f"{phrases.capital(brief.audience)}, this one is for you.")
    return [Line(text, is_filler=True) for text in options]


def _close(brief: Brief, kind: Kind, seed: str, call: str, words_max: int) -> list[Line]:
    """
    Return the last words: a slogan of the order's own, a nudge if none, and the call.
    """
    room = max(words_max // 3, 5)
    own = [Line(phrases.stopped(phrases.capital(quote))) for quote in brief.quotes[-1:]]
    called = phrases.capital(phrases.stopped(brief.call or call))
    last = [Line(called)] if count_words(called) <= room else [Line(phrases.stopped(call))]
    if own and own[0].text.lower() == last[0].text.lower():
        name = brief.company or brief.name
        is_short = bool(name) and count_words(name) + own[0].words <= room
        return [Line(phrases.stopped(name)), *own] if is_short else own
    if own and own[0].words + last[0].words <= room:
        return [*own, *last]
    if own:
        return own
    nudges = [
        t
        for t in chosen(kind.closes, f"close {seed}")
        if _fits_number(t, brief) and t.lower().rstrip(".") not in call.lower()
    ]
    if words_max - last[0].words > _LONG_ADS_WORDS // 2 and nudges and not brief.call:
        return [Line(nudges[0], is_filler=True), *last]
    return last


def _recap(brief: Brief, kept: Sequence[Line], words_max: int, room: int) -> list[Line]:
    """
    Return the points once more, where a long ad has said them long ago.
    """
    points = [
        phrases.super_of(f)
        for line in kept
        for f in line.features
        if f not in brief.facts
        and " and " not in f
        and not (
            clauses.is_third_person(f) or clauses.is_imperative(f) or nouns.is_adjective_phrase(f)
        )
    ]
    short = [p for p in points if " " in p][:3]
    if words_max < _LONG_ADS_WORDS or len(short) < _RECAP_MIN:
        return []
    text = f"Remember: {phrases.listed([_lower(p) for p in short])}."
    line = Line(text)
    return [line] if line.words <= min(room, 12) else []


def _lower(text: str) -> str:
    first = text.split(maxsplit=1)[0]
    return (
        text
        if first in vocabulary.PROPER or any(c.isupper() for c in first[1:])
        else text[:1].lower() + text[1:]
    )


def _fits_number(text: str, brief: Brief) -> bool:
    """
    Whether a line that says "it" of the product can be said of this one.
    """
    return not brief.is_plural or re.search(r"(?i)\b(?:it|one)\b(?!')", text) is None


def _fillers(
    brief: Brief, kind: Kind, tone: str, seed: str, room: int, said: Sequence[Line]
) -> list[Line]:
    """
    Return lines of the kind, then of its family, that fill *room* words.
    """
    table = lines()
    # an appeal or a notice is no place for jokes
    toned = () if kind.family in {"cause", "notice"} else table.tone_lines.get(tone, ())
    taken = " ".join(line.text.lower() for line in said)
    spare = [t for t in (*kind.closes, *kind.hooks) if t.lower().rstrip(".") not in taken]
    pool = [
        *chosen(kind.lines, f"lines {seed}"),
        *chosen((*table.families[kind.family], *toned), f"family {seed}"),
    ]
    last_resort = [
        Line(t, is_filler=True) for t in chosen(spare, f"spare {seed}") if _fits_number(t, brief)
    ]
    options = [Line(t, is_filler=True) for t in pool if _fits_number(t, brief)]
    picked: list[Line] = []
    while options and room > 1:
        fitting = [line for line in options if line.words <= room]
        if not fitting:
            break
        # what would be left after the next line should still be sayable
        good = [line for line in fitting if line.words == room or room - line.words >= 4]  # noqa: PLR2004 - the shortest lines
        pick = good[0] if good else max(fitting, key=lambda line: line.words)
        options.remove(pick)
        picked.append(pick)
        room -= pick.words
    for line in last_resort:
        if line.words == room or (room > 12 and line.words <= room):  # noqa: PLR2004 - a scene left empty
            picked.append(line)
            room -= line.words
    return picked


def _ordered(
    hook: Sequence[Line],
    reveal: Sequence[Line],
    own: Sequence[Line],
    fillers: Sequence[Line],
    end: Sequence[Line],
    brief: Brief,
    room: int,
) -> list[Line]:
    """
    Return the ad in order: what it is, what speaks for it, what fills the time, the end.
    """
    rest = list(fillers)
    # what the prompt says stands together; only where there is much of it, in two blocks
    half = len(own) if len(own) < _BLOCK_LINES_MAX else (len(own) + 1) // 2
    first, second = own[:half], own[half:]
    between = len(rest) // 2 if second else 0
    told = [*hook, *reveal, *first, *rest[:between], *second, *rest[between:], *end]
    subject = reveals.subject(brief)
    said: list[Line] = []
    for i, line in enumerate(told):
        is_far = i and told[i - 1].is_filler and not line.is_filler
        said.append(_anchored(line, subject, min(room, 1)) if is_far else line)
        room -= said[-1].words - line.words
    return said


def _anchored(line: Line, subject: str, more: int) -> Line:
    """
    Return *line* with its subject named, after lines that spoke of something else, if that
    takes at most *more* words.
    """
    match = re.match(r"(It|They)('s|'re|)\s(?!is\b|was\b)", line.text)
    if not subject or match is None or not line.features and match[2]:  # noqa: RUF021 - the prompt's own "It's" stands
        return line
    be = {"'s": " is", "'re": " are", "": ""}[match[2]]
    text = f"{phrases.capital(subject)}{be} {line.text[match.end() :]}"
    return evolve(line, text=text) if count_words(text) - line.words <= more else line


def _supers(dealt: Sequence[Sequence[Line]], brief: Brief) -> tuple[str | None, ...]:
    """
    Return a short super for about every other scene that names a point, never the last.
    """
    supers: list[str | None] = []
    most = (len(dealt) + 1) // 2
    for scene in dealt[:-1]:
        texts = [phrases.super_of(f) for line in scene for f in line.features]
        taken = {s.lower() for s in supers if s}
        whole = {f.lower() for line in scene for f in line.features}
        new = sorted(
            (t for t in texts if t and t.lower() not in taken), key=lambda t: t.lower() not in whole
        )
        supers.append(new[0] if new and len(taken) < most else None)
    if dealt and not any(supers) and brief.product and len(dealt) > 1:
        named = phrases.super_of(brief.product)
        named = named if " " in named or not brief.name else phrases.super_of(brief.name)
        index = next(
            (
                i
                for i, scene in enumerate(dealt[:-1])
                if any(brief.product in line.text for line in scene)
            ),
            0,
        )
        supers[index] = named or None
    return (*supers, None) if dealt else ()
