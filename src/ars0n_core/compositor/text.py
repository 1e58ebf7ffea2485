"""
Setting type: text to lines.

**Owns** shaping (raqm), font runs, line order of mixed directions, balanced wrapping,
and fitting a text into a box at the largest size that keeps it legible. **Does not
own** which fonts there are (`fonts`) or where text stands (`cards`, `captions`).
**Invariants**: a `Block` is measured by its ink, so that what lies inside its width and
height is all there is to see; no text is ever cut short; lines never touch.

Start at `fit`; `rasters` makes pixels of a block.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.compositor import bidi, breaking, capitals, fonts, hyphens, metrics, wrapping
from ars0n_core.compositor.fonts import Face, Font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ars0n_core.compositor.breaking import Atom

PAD: Final = 2
"""
Pixels around a block in its picture: rounding and antialiasing reach that far.
"""

SMALL: Final = 0.66
"""
Share of the wanted size below which long words are parted rather than all type made smaller.
"""

LONG_LETTERS: Final = 16
"""
Letters from which a word is parted for the size of all type: compounds, not *international*.
"""

STEP: Final = 0.95
"""
Ratio between the sizes tried by `fit`.
"""

OPEN_LEADING: Final = 1.4
"""
Line pitch for scripts that stack marks above and below (Arabic, Devanagari, Thai, ...).
"""


@frozen
class Style:
    """
    How a text speaks. ``tracking`` is extra space between letters and ``leading`` the
    line pitch, both in ems.
    """

    face: Face = Face.TEXT
    weight: int = 400
    tracking: float = 0.0
    leading: float = 1.2
    upper: bool = False


@frozen
class Run:
    """
    Letters of one word, font and direction; ``x`` is its pen position on its line.
    """

    text: str
    font: Font
    level: int
    word: int
    advance: float
    x: float = 0.0


@frozen
class Line:
    """
    One line: runs from left to right, and its ink about the pen's origin.
    """

    runs: tuple[Run, ...]
    left: float
    right: float
    ascent: float
    descent: float
    baseline: float = 0.0

    @property
    def width(self) -> float:
        """
        Of the ink, in pixels.
        """
        return self.right - self.left


@frozen
class Block:
    """
    A set text: lines at a size, ``width`` x ``height`` pixels of ink.

    ``cap_height`` is that of the style's own face; ``rtl`` whether the text runs from
    right to left.
    """

    lines: tuple[Line, ...]
    style: Style
    size: int
    width: int
    height: int
    cap_height: int
    rtl: bool

    def line_left(self, line: Line, align: float) -> float:
        """
        Return where the ink of *line* begins when lines are aligned at *align* (0 to 1).
        """
        return (self.width - line.width) * align


def _runs(
    atoms: Sequence[Atom],
    levels: Sequence[int],
    size: int,
    style: Style,
    language: str,
    space: float,
) -> list[Run]:
    """
    Return the runs of *atoms*, whose characters have *levels*, in the order they are read;
    words stand *space* apart.
    """
    runs: list[Run] = []
    position = 0
    for index, atom in enumerate(atoms):
        if atom.spaced and index:
            level = min(levels[position - 1], levels[position])
            runs.append(Run(" ", fonts.INTER, level, -1, space))
        start = 0
        keys = []
        for cluster in atom.clusters:
            font = fonts.font_for(cluster, style.face, language) or fonts.INTER
            keys.append((font, levels[position]))
            position += len(cluster)
        for stop in range(1, len(keys) + 1):
            if stop == len(keys) or keys[stop] != keys[start]:
                font, level = keys[start]
                letters = "".join(atom.clusters[start:stop])
                advance = metrics.advance(font, size, style.weight, letters, level, style.tracking)
                runs.append(Run(letters, font, level, atom.word, advance))
                start = stop
    return runs


def _space(style: Style, size: int, atoms: Sequence[Atom]) -> float:
    """
    Return the width of a word space: the face's own, or that of the script's font where the
    face lacks it (a monospaced face would tear Arabic apart).
    """
    own = fonts.FACES[style.face][0]
    first = fonts.font_for(atoms[0].clusters[0], style.face) if atoms else None
    if first is not None and metrics.is_open(first):
        return metrics.advance(first, size, style.weight, " ")
    return metrics.advance(own, size, style.weight, " ") + style.tracking * size


def _line(runs: Sequence[Run], size: int, style: Style) -> Line:
    """
    Return the line of *runs*, put in visual order and measured.
    """
    x, placed = 0.0, []
    left, right, ascent, descent = 1e9, -1e9, 0.0, 0.0
    for index in bidi.visual_order([run.level for run in runs]):
        run = runs[index]
        if run.word >= 0:
            box = metrics.ink(run.font, size, style.weight, run.text, run.level, style.tracking)
            left, right = min(left, x + box[0]), max(right, x + box[2])
            ascent, descent = max(ascent, -box[1]), max(descent, box[3])
            placed.append(evolve(run, x=x))
        x += run.advance
    if not placed:
        left = right = 0.0
    return Line(tuple(placed), left, right, ascent, descent)


def _prepared(text: str, style: Style) -> str:
    text = breaking.clean(text)
    return capitals.of(text) if style.upper else text


def _set(
    text: str,
    atoms: Sequence[Atom],
    style: Style,
    size: int,
    width: float,
    lines_max: int = 999,
    lines_min: int = 1,
) -> Block | None:
    """
    Return *atoms* of *text* set at *size* within *width*, or None if one is too wide or
    there would be more than *lines_max* lines; on *lines_min* of them, if it has as many words.
    """
    language = fonts.han_language(text)
    base = bidi.base_level(text)
    joined = "".join((" " if a.spaced else "") + a.text for a in atoms)
    every = bidi.levels(joined, base)
    starts, position = [], 0
    for atom in atoms:
        position += atom.spaced
        starts.append(position)
        position += len(atom.text)

    def levels(index: int) -> list[int]:
        return every[starts[index] : starts[index] + len(atoms[index].text)]

    space = _space(style, size, atoms)
    advances = [
        sum(run.advance for run in _runs([atom], levels(i), size, style, language, space))
        for i, atom in enumerate(atoms)
    ]
    hyphen = metrics.advance(fonts.FACES[style.face][0], size, style.weight, HYPHEN)
    limit = width
    for _ in range(LIMITS):
        rows = wrapping.balanced(atoms, advances, space, limit, lines_min, hyphen)
        if rows is None or len(rows) > lines_max:
            return None
        lines = []
        for row in rows:
            on_line = [v for i in row for v in levels(i)]
            shown = _joined([atoms[i] for i in row])
            if shown[-1].soft:
                shown[-1] = evolve(shown[-1], clusters=(*shown[-1].clusters, HYPHEN))
                on_line.append(on_line[-1])
            runs = _runs(shown, on_line, size, style, language, space)
            lines.append(_line(runs, size, style))
        over = max((line.width for line in lines), default=0.0) - width
        if over <= 0:
            return _stacked(lines, style, size, rtl=bool(base))
        limit -= over + 1
    return None


def _joined(atoms: Sequence[Atom]) -> list[Atom]:
    """
    Return *atoms* of one line, parts of a word that stand beside one another made one again, so
    that it is shaped as one.
    """
    result: list[Atom] = []
    for atom in atoms:
        if result and result[-1].soft and not atom.spaced:
            whole = (*result[-1].clusters, *atom.clusters)
            result[-1] = evolve(atom, clusters=whole, spaced=result[-1].spaced)
        else:
            result.append(atom)
    return result


HYPHEN: Final = "-"
LIMITS: Final = 3
"""
How often lines are broken anew where their ink, or what shaping made of them, is wider than
their letters one by one.
"""


def _stacked(lines: Sequence[Line], style: Style, size: int, *, rtl: bool) -> Block:
    face = fonts.FACES[style.face][0]
    cap = -metrics.ink(face, size, style.weight, "H")[1]
    leading = style.leading
    if any(metrics.is_open(run.font) for line in lines for run in line.runs):
        leading = max(leading, OPEN_LEADING)
    baseline, placed, before = 0.0, [], None
    for line in lines:
        if before is None:
            baseline = max(cap, line.ascent)
        else:
            clear = before.descent + line.ascent + 0.06 * size
            baseline += round(max(leading * size, clear))
        before = evolve(line, baseline=baseline)
        placed.append(before)
    bottom = baseline + (before.descent if before else 0)
    width = max((line.width for line in lines), default=0)
    return Block(
        tuple(placed), style, size, int(-(-width // 1)), int(-(-bottom // 1)), int(cap), rtl
    )


def set_lines(text: str, style: Style, size: int, width: float = 1e9) -> Block:
    """
    Return *text* wrapped at *width* pixels at one *size*, words broken if they must be.
    """
    text = _prepared(text, style)
    style = evolve(style, face=fonts.suited(style.face, text))
    atoms = breaking.atoms(text)
    block = _set(text, atoms, style, size, width)
    if block is None:
        block = _set(text, _torn(hyphens.parted(atoms), style, size, width), style, size, width)
    return block or _set(text, atoms, style, size, 1e9) or _stacked([], style, size, rtl=False)


def fit(
    text: str,
    style: Style,
    *,
    width: float,
    height: float,
    size_max: float,
    size_min: float,
    lines_max: int = 3,
    lines_min: int = 1,
    atoms: Sequence[Atom] | None = None,
) -> Block:
    """
    Return *text* at the largest size at which it fits *width* x *height* pixels.

    Down to *size_min* it keeps to *lines_max* lines; but a word so long that it would make all
    type small is parted with a hyphen first. If that is not enough it takes more lines, then
    breaks inside words anywhere; only what fits in no way is set smaller than *size_min*. Nothing
    is ever left out. It is broken into *lines_min* lines also where fewer would do. *atoms* may
    be given where the caller knows better than white space what a word is.
    """
    text = _prepared(text, style)
    style = evolve(style, face=fonts.suited(style.face, text))
    whole = breaking.atoms(text) if atoms is None else atoms
    least = max(1, round(size_min))
    sizes = [max(least, round(size_max))]
    while sizes[-1] > least:
        sizes.append(max(least, min(sizes[-1] - 1, round(sizes[-1] * STEP))))
    large = sum(size >= SMALL * size_max for size in sizes)
    every = len(sizes)
    # Each is only made where none before it fits: most texts need the first alone.
    ways: tuple[tuple[Callable[[], Sequence[Atom]], int, int], ...] = (
        (lambda: whole, lines_max, large),
        (lambda: _parted(whole, style, sizes[0], width), lines_max, every),
        (lambda: whole, lines_max, every),
        (lambda: whole, 99, every),
        (lambda: hyphens.parted(whole), 99, every),
        (lambda: _torn(hyphens.parted(whole), style, least, width), lines_max, every),
        (lambda: _torn(hyphens.parted(whole), style, least, width), 99, every),
    )
    for made, limit, tried in ways:
        kept = made()
        # Most fit at the largest size; if not, the least says whether this way fits at all.
        best, low, high, middle = None, 0, tried - 1, 0
        while low <= high:
            block = _set(text, kept, style, sizes[middle], width, limit, lines_min)
            if block is not None and block.height <= height:
                best, high = block, middle - 1
            elif best is None and middle:
                break
            else:
                low = middle + 1
            middle = high if best is None else (low + high) // 2
        if best is not None:
            return best
    size = sizes[-1]
    while True:
        size = min(size - 1, round(size * STEP))
        block = _set(text, _torn(whole, style, max(1, size), width), style, max(1, size), width)
        if block is not None and (block.height <= height or size <= 1):
            return block
        if size <= 1:
            return set_lines(text, style, 1, width)


def _torn(atoms: Sequence[Atom], style: Style, size: int, width: float) -> list[Atom]:
    """
    Return *atoms*, those cut anywhere that are too wide for *width* at *size*; no other word is
    torn for the sake of one.
    """
    result: list[Atom] = []
    for atom in atoms:
        alone = evolve(atom, spaced=False)
        fits = _set(atom.text, [alone], style, size, width) is not None
        result += [atom] if fits else breaking.shattered([atom])
    return result


def _parted(atoms: Sequence[Atom], style: Style, size: int, width: float) -> list[Atom]:
    """
    Return *atoms*, those words parted that are long, and too wide for *width* at *size*.
    """
    result: list[Atom] = []
    for _, group in itertools.groupby(atoms, key=lambda each: each.word):
        word = list(group)
        said = "".join(each.text for each in word)
        is_long = len(said) >= LONG_LETTERS
        alone = [evolve(word[0], spaced=False), *word[1:]]
        if is_long and _set(said, alone, style, size, width) is None:
            result += hyphens.parted(word)
        else:
            result += word
    return result
