"""
The script: a hook, what it is, what speaks for it, and a call to action.

What speaks for it is said in the prompt's own words; between them stand lines that any
product of its kind can carry. The same order gives the same script.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from ars0n_adapters.providers.offline import phrases
from ars0n_adapters.providers.offline.kinds import lines
from ars0n_core.plans.budget import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_adapters.providers.offline.briefs import Brief
    from ars0n_adapters.providers.offline.kinds import Kind

_CALLS: Final = {
    "thing": "Find yours today",
    "place": "Come and see us",
    "service": "Get in touch today",
    "software": "Try it today",
    "cause": "Give today",
}
_LONG_NAME_WORDS: Final = 4
_FRAME_WORDS: Final = 24  # hook, name and close, if nothing presses
_CALL_CHARACTERS_MAX: Final = 40


@frozen(kw_only=True)
class Script:
    """
    What is said in each scene, the short supers shown with it, and the call to action.
    """

    texts: tuple[str, ...]
    supers: tuple[str | None, ...]
    call_to_action: str


@frozen
class _Line:
    text: str
    features: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return count_words(self.text)


@frozen
class _Draft:
    """
    Scenes being filled, within a budget; nothing is said twice.
    """

    scenes: list[list[_Line]]
    words_max: int
    scene_words_max: tuple[int, ...]
    said: set[str] = field(factory=set)

    def words(self) -> int:
        return sum(line.words for scene in self.scenes for line in scene)

    def scene_words(self, index: int) -> int:
        return sum(line.words for line in self.scenes[index])

    def scene_left(self, index: int) -> int:
        return min(self.left(), self.scene_words_max[index] - self.scene_words(index))

    def left(self) -> int:
        return self.words_max - self.words()

    def say(self, index: int, line: _Line, *, room: int, before_last: bool = False) -> bool:
        """
        Add *line* to a scene if it is new and fits into *room* words.
        """
        key = line.text.lower()
        if key in self.said or line.words > room or not line.text:
            return False
        self.said.add(key)
        scene = self.scenes[index]
        scene.insert(len(scene) - 1 if before_last and scene else len(scene), line)
        return True


def write(
    brief: Brief,
    kind: Kind,
    *,
    tone: str,
    scene_words_max: Sequence[int],
    words_max: int,
    seed: str,
) -> Script:
    """
    Return the script of an ad, at most *words_max* words long, in a scene for each of
    *scene_words_max*, which say how much can be said over its footage.
    """
    scenes = len(scene_words_max)
    if not brief.is_english:
        return _own_words(brief, scenes=scenes, words_max=words_max)
    draft = _Draft(
        scenes=[[] for _ in range(scenes)],
        words_max=words_max,
        scene_words_max=tuple(scene_words_max),
    )
    call = call_to_action(brief, kind)
    own = _own_lines(brief, seed)
    hooks = _hooks(kind, tone, seed)
    # the customer's own points come before a long opening
    is_tight = sum(line.words for line in own) > words_max - _FRAME_WORDS
    _say_close(draft, brief, kind, seed, call, is_tight=is_tight)
    _say_name(draft, brief, kind, seed, is_tight=is_tight)
    opening = min(hooks, key=lambda line: line.words).words if scenes > 1 else 0
    _say_own(draft, own, opening=opening)
    if scenes > 1:
        room = draft.left() if is_tight else max(words_max // 3, opening)
        first_that_fits(draft, 0, hooks, room=room)
    _fill(draft, kind, tone, seed)
    texts = tuple(" ".join(line.text for line in scene) for scene in draft.scenes)
    return Script(texts=texts, supers=_supers(draft), call_to_action=call)


def call_to_action(brief: Brief, kind: Kind) -> str:
    """
    Return the short line of the card, without a full stop.
    """
    named = kind.call.format(company=brief.company)
    return named if brief.company and len(named) <= _CALL_CHARACTERS_MAX else _CALLS[kind.family]


def chosen(options: Iterable[str], seed: str) -> list[str]:
    """
    Return *options* in an order that depends on *seed* alone.
    """
    return sorted(options, key=lambda o: hashlib.sha256(f"{seed}\n{o}".encode()).digest())


def _hooks(kind: Kind, tone: str, seed: str) -> list[_Line]:
    options = [*lines().tone_hooks.get(tone, ()), *kind.hooks]
    return [_Line(text) for text in chosen(options, f"hook {seed}")]


def _say_close(
    draft: _Draft, brief: Brief, kind: Kind, seed: str, call: str, *, is_tight: bool
) -> None:
    """
    Say the last words: a quote of the order's own if there is one, the name, the call.
    """
    closes = chosen(kind.closes, f"close {seed}")
    is_named = bool(brief.company) and count_words(brief.company) <= _LONG_NAME_WORDS
    called = [_Line(f"{close} {call}.") for close in closes]
    if is_named:
        named = [_Line(f"{phrases.stopped(brief.company)} {close}") for close in closes]
        called = [*named, *called] if _coin(seed) else [*called, *named]
    if is_tight:
        called.sort(key=lambda line: line.words)
    for quote in brief.quotes[:1]:
        said = phrases.stopped(phrases.capital(quote))
        called.insert(0, _Line(f"{said} {phrases.stopped(brief.company)}" if is_named else said))
    options = [*called, _Line(f"{call}.")]
    first_that_fits(draft, len(draft.scenes) - 1, options, room=max(draft.words_max // 3, 5))


def _say_name(draft: _Draft, brief: Brief, kind: Kind, seed: str, *, is_tight: bool) -> None:
    """
    Say what it is and what it is called.
    """
    if not brief.product and not brief.company and brief.statements:
        return
    options, short = _reveals(brief, kind, seed)
    if is_tight:
        options.sort(key=count_words)
    index = min(1, max(len(draft.scenes) - 2, 0))
    said = [_Line(text) for text in (*options, *short)]
    first_that_fits(draft, index, said, room=draft.scene_left(index))


def first_that_fits(draft: _Draft, index: int, options: Sequence[_Line], *, room: int) -> None:
    """
    Say the first of *options* that fits into *room* words.
    """
    for line in options:
        if draft.say(index, line, room=min(room, draft.left()), before_last=len(draft.scenes) == 1):
            return


def _reveals(brief: Brief, kind: Kind, seed: str) -> tuple[list[str], list[str]]:
    """
    Return ways of naming the thing, and shorter ones if none of them fits.
    """
    thing = phrases.with_article(brief.product, plural=brief.is_plural)
    company = brief.company
    named = bool(company) and company.lower() in thing.lower()
    if named and not brief.product.lower().startswith(company.lower()):
        thing = f"the {brief.product}"
    if company and thing:
        options = (
            [f"Meet {thing}.", f"This is {thing}.", f"Say hello to {thing}."]
            if named
            else [
                f"Meet {phrases.unstopped(company)}: {thing}.",
                f"This is {phrases.unstopped(company)}. {phrases.capital(thing)}.",
                f"{phrases.capital(thing)}, from {phrases.stopped(company)}",
                f"Say hello to {phrases.unstopped(company)}: {thing}.",
                f"{phrases.stopped(company)} {phrases.capital(thing)}.",
            ]
        )
        short = [f"Meet {phrases.stopped(company)}"]
    elif thing:
        options = [f"Introducing {thing}.", f"Say hello to {thing}.", f"Picture this: {thing}."]
        options += (
            [f"Looking for {thing}?", f"Let's talk about {thing}."]
            if kind.family == "service"
            else [f"Make room for {thing}.", f"It begins with {thing}."]
        )
        short = [f"{phrases.capital(brief.product)}."]
    elif company:
        options = [f"Meet {phrases.stopped(company)}", f"This is {phrases.stopped(company)}",
                   f"Say hello to {phrases.stopped(company)}", f"It's called {phrases.stopped(company)}",
                   f"There's a name for it: {phrases.stopped(company)}"]  # fmt: skip
        short = []
    else:
        options = ["This one's for you.", "Here's something worth your time.", "So here it is.",
                   "It's right here.", "Now it's your turn."]  # fmt: skip
        short = []
    return chosen(options, f"reveal {seed}"), short


def _own_lines(brief: Brief, seed: str) -> list[_Line]:
    """
    Return what the prompt says for the product, ready to be said, the weightiest first.
    """
    said = [f for f in brief.features if f.lower() not in phrases.STYLE_WORDS]
    adjectives = [f for f in said if phrases.is_adjective(f)]
    verbs = [f for f in said if f not in adjectives and phrases.is_clause(f)]
    nouns = [f for f in said if f not in adjectives and f not in verbs]
    found: list[_Line] = []
    grouped = [*_groups(nouns), *_groups(adjectives), *([v] for v in verbs)]
    for i, group in enumerate(grouped):
        found.append(
            _Line(_feature_text(group, group[0] in adjectives, f"{seed} {i}"), tuple(group))
        )
    statements = [_Line(text) for text in brief.statements]
    own = [line for pair in zip(statements, found, strict=False) for line in pair]
    shorter = min(len(statements), len(found))
    own += [*statements[shorter:], *found[shorter:]]
    audience = brief.audience.strip(" .,")
    if audience and count_words(audience) <= 6 and audience.lower() not in phrases.STYLE_WORDS:  # noqa: PLR2004 - longer ones are no audience but a sentence
        told = chosen(
            [f"For {audience}.", f"Made with {audience} in mind.", f"This one is for {audience}."],
            seed,
        )
        own.insert(min(len(own), 2), _Line(told[0]))
    own += [_Line(phrases.stopped(phrases.capital(quote))) for quote in brief.quotes[1:]]
    return own


def _groups(features: Sequence[str]) -> list[list[str]]:
    """
    Return *features* in twos and threes, never leaving one of them alone but the only.
    """
    groups: list[list[str]] = []
    rest = list(features)
    while rest:
        size = 2 if len(rest) in {2, 4} else 3
        groups.append(rest[:size])
        rest = rest[size:]
    return groups


def _feature_text(group: Sequence[str], adjectives: bool, seed: str) -> str:  # noqa: FBT001 - private, one call
    capital = [phrases.capital(feature) for feature in group]
    listed = phrases.listed(group)
    options = [" ".join(f"{feature}." for feature in capital)]
    is_noun = not adjectives and group[0].split()[0].lower() not in phrases.CLAUSE_VERBS
    if adjectives and len(group) > 1:
        options += [f"{phrases.capital(listed)}.", f"Simply {listed}.", f"Think {listed}."]
    elif is_noun and len(group) > 1:
        options += [f"{phrases.capital(listed)}.", f"Think {listed}.", f"With {listed}."]
    return chosen(options, f"feature {seed}")[0]


def _say_own(draft: _Draft, own: Sequence[_Line], *, opening: int) -> None:
    last = len(draft.scenes) - 1
    middle = list(range(1, last)) or [0]
    turn = 0
    for line in own:
        for step in range(len(middle)):
            index = middle[(turn + step) % len(middle)]
            room = min(draft.left() - opening, draft.scene_left(index) + 2)
            if draft.say(index, line, room=room):
                turn = (turn + step + 1) % len(middle)
                break


def _fill(draft: _Draft, kind: Kind, tone: str, seed: str) -> None:
    """
    Say what the kind and its family carry, the barest scene first, until time is up.
    """
    table = lines()
    pools = [
        [_Line(t) for t in chosen(kind.moments, f"moment {seed}")],
        [
            _Line(t)
            for t in chosen((*table.families[kind.family], *table.tone_lines.get(tone, ())), seed)
        ],
    ]
    options = [line for pool in pools for line in pool]
    last = len(draft.scenes) - 1
    open_scenes = set(range(len(draft.scenes)))
    while open_scenes and draft.left() > 0:
        index = min(
            open_scenes, key=lambda i: (draft.scene_words(i) + (4 if i in {0, last} else 0), i)
        )
        room = draft.scene_left(index)
        fitting = [o for o in options if o.words <= room and o.text.lower() not in draft.said]
        if room <= 9:  # noqa: PLR2004 - a last line should fill what is left
            fitting.sort(key=lambda line: -line.words)
        if not fitting or not draft.say(index, fitting[0], room=room, before_last=index == last):
            open_scenes.discard(index)


def _supers(draft: _Draft) -> tuple[str | None, ...]:
    """
    Return a short super for about every other scene that names a feature, never the last.
    """
    supers: list[str | None] = []
    for index, scene in enumerate(draft.scenes):
        features = [f for line in scene for f in line.features if len(f) <= SUPER_CHARACTERS_MAX]
        shown = sum(text is not None for text in supers)
        wanted = shown < (len(draft.scenes) + 1) // 2 and index < len(draft.scenes) - 1
        supers.append(phrases.capital(features[0]) if features and wanted else None)
    return tuple(supers)


SUPER_CHARACTERS_MAX: Final = 28
"""
A super is read at a glance.
"""


def _own_words(brief: Brief, *, scenes: int, words_max: int) -> Script:
    """
    Return a script of nothing but the prompt's own sentences, dealt over the scenes.
    """
    closing = phrases.stopped(brief.company) if brief.company else ""
    said_whole = [phrases.stopped(sentence) for sentence in (*brief.statements, *brief.quotes)]
    room = words_max - count_words(closing)
    pieces: list[str] = []
    for sentence in said_whole:
        for clause in _clauses(sentence, room):
            if count_words(clause) <= room:
                pieces.append(clause)
                room -= count_words(clause)
    texts = ["" for _ in range(scenes)]
    total = sum(map(count_words, pieces))
    said = 0
    for piece in pieces:
        # a sentence is said where its middle falls
        middle = (said + count_words(piece) / 2) / max(total, 1)
        index = min(int(middle * scenes), scenes - 1)
        texts[index] = phrases.joined(texts[index], piece)
        said += count_words(piece)
    texts[-1] = phrases.joined(texts[-1], closing)
    return Script(texts=tuple(texts), supers=(None,) * scenes, call_to_action=brief.company)


def _clauses(sentence: str, room: int) -> list[str]:
    """
    Return *sentence* in clauses; one longer than *room* is cut between words.
    """
    parts = [p.strip() for p in re.split(r"(?<=[,;:،؛])\s+|(?<=[、，；：])", sentence) if p.strip()]
    found: list[str] = []
    for part in parts:
        words = part.split()
        while words and count_words(" ".join(words)) > room > 0:
            words.pop()
        text = " ".join(words) or part[: max(room, 0)]
        if text:
            found.append(text)
    return found


def _coin(seed: str) -> bool:
    return hashlib.sha256(seed.encode()).digest()[0] % 2 == 1
