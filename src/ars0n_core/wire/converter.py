"""
JSON to values, with every fault and where it is.

A cattrs converter with hooks of our own: null is as good as absent, unknown keys are
passed over, lists have an end, and scalars are read strictly (`scalars`). cattrs is
imported at first use: pricing an ad from the shell needs none of it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin

import attrs
from attrs import frozen

from ars0n_core.ids import AssetId, ProjectId
from ars0n_core.plans.model import Scene
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.checks import REQUIRED
from ars0n_core.specs.model import (
    AdFormat,
    AdSpec,
    AspectRatio,
    BrandFont,
    CaptionStyle,
    CtaDesign,
    CustomClip,
    VideoModel,
)
from ars0n_core.timelines import Look
from ars0n_core.usecases.estimate import EstimateOrder
from ars0n_core.wire.names import NAMES, wire_name
from ars0n_core.wire.scalars import (
    WrongValueError,
    kind_of,
    read_bool,
    read_duration,
    read_float,
    read_id,
    read_int,
    read_str,
    read_variants,
    read_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cattrs import Converter

    from ars0n_core.specs.faults import Faults

T = TypeVar("T")

ELEMENTS_MAX: Final = 1000
"""
Entries read of any list, far above every limit: a longer one is refused unread.
"""


@frozen(kw_only=True)
class PlanBody:
    """
    A plan as it comes in: what the documents name may be given twice, or not at all.
    """

    voiceover_script: str = ""
    voiceover_segments: tuple[SegmentBody, ...] = ()
    scenes: tuple[Scene, ...] = ()
    music_mood: str = ""
    voice_style: str = ""
    call_to_action: str = ""


@frozen(kw_only=True)
class SegmentBody:
    """
    A segment as it comes in: a radio ad's belong to no scene.
    """

    text: str
    scene_index: int | None = None


@frozen(kw_only=True)
class PreviewBody:
    """
    The body of ``/preview-voice``.
    """

    text: str
    voice_id: str


@frozen(kw_only=True)
class OptionsBody:
    """
    What a body may ask for beside the order.
    """

    max_credits: int | None = None
    dry_run: bool = False
    project_id: ProjectId | None = None


_READ: Final[Mapping[Any, Callable[[object, Any], Any]]] = {
    int: read_int,
    float: read_float,
    bool: read_bool,
    str: read_str,
    AssetId: read_id,
    ProjectId: read_id,
}

_VOCABULARIES: Final = (
    AdFormat, AspectRatio, BrandFont, CaptionStyle, CtaDesign, Look, VideoModel,
)  # fmt: skip
"""
Each by itself: a hook for strings would otherwise take them, since they are strings.
"""

_CLASSES: Final = (
    AdSpec,
    CustomClip,
    Scene,
    PlanBody,
    SegmentBody,
    EstimateOrder,
    PreviewBody,
    OptionsBody,
    BrandKit,
)

_SNAKE_CASE: Final = (CustomClip, Scene, PlanBody, SegmentBody)
"""
What the documents write with our own names.
"""

_READ_FIELD: Final[Mapping[str, Callable[[object, Any], Any]]] = {
    "duration": read_duration,
    "qualityLoopVariants": read_variants,
}
"""
Fields with words of their own for a wrong number.
"""


@functools.cache
def converter() -> Converter:
    """
    Return the converter, made at first use.
    """
    from cattrs import Converter  # noqa: PLC0415 - lazy, see the module

    made = Converter(detailed_validation=True)
    for kind, read in _READ.items():
        made.register_structure_hook(kind, read)
    for vocabulary in _VOCABULARIES:
        made.register_structure_hook(vocabulary, read_word)
    made.register_structure_hook_func(_is_tuple, functools.partial(_read_tuple, made))
    for kind in _CLASSES:
        attrs.resolve_types(kind, localns={"AssetId": AssetId})
    for kind in reversed(_CLASSES):
        made.register_structure_hook(kind, _reader_of_objects(made, kind))
    return made


def structure(value: object, kind: type[T], faults: Faults, *, within: str = "") -> T | None:
    """
    Return *value* as a *kind*, or None with every fault written into *faults* under its
    published name; those of a value *within* a field all under that field's.
    """
    from cattrs import ClassValidationError  # noqa: PLC0415 - lazy, see the module

    try:
        return converter().structure(value, kind)
    except WrongValueError as error:
        faults.add(within, str(error))
    except ClassValidationError as error:
        for path, message in _told(error):
            head, *rest = [within, *path] if within else path
            place = ".".join(rest)
            faults.add(wire_name(head), f"{place}: {message}" if place else message)
    return None


def _is_tuple(kind: Any) -> bool:
    """
    Whether *kind* is a tuple of one kind of entry; no value of ours has another.
    """
    origin: Any = get_origin(kind)
    return origin is tuple


def _read_tuple(made: Converter, value: object, kind: Any) -> tuple[Any, ...]:
    """
    Return a list's entries, each of the kind the tuple type names.
    """
    from cattrs import IterableValidationError  # noqa: PLC0415 - lazy, see the module
    from cattrs.errors import IterableValidationNote  # noqa: PLC0415 - lazy

    if not isinstance(value, list | tuple):
        raise WrongValueError(f"Expected array, received {kind_of(value)}")
    if len(value) > ELEMENTS_MAX:
        raise WrongValueError(f"Array must contain at most {ELEMENTS_MAX} element(s)")
    element = get_args(kind)[0]
    read: list[Any] = []
    errors: list[Exception] = []
    for index, entry in enumerate(value):
        try:
            read.append(made.structure(entry, element))
        except Exception as error:  # noqa: BLE001 - `_told` raises what is no fault of the body
            error.add_note(IterableValidationNote("", index, element))
            errors.append(error)
    if errors:
        raise IterableValidationError("entries", errors, kind)
    return tuple(read)


def _reader_of_objects(made: Converter, kind: type[Any]) -> Callable[[object, Any], Any]:
    """
    Return a function that reads an object of *kind*, by the published names, null being
    as good as absent.
    """
    from cattrs.gen import make_dict_structure_fn, override  # noqa: PLC0415 - lazy

    published = kind not in _SNAKE_CASE
    names = {
        field.name: NAMES.get(field.name, field.name) if published else field.name
        for field in attrs.fields(kind)
    }
    overrides = {
        name: override(rename=wire, struct_hook=_READ_FIELD.get(wire))
        for name, wire in names.items()
    }
    # The overrides' names are the class's own, which no type checker can know.
    read = make_dict_structure_fn(kind, made, **overrides)  # type: ignore[arg-type]  # see above

    def read_object(value: object, _: Any) -> Any:
        if not isinstance(value, dict):
            raise WrongValueError(f"Expected object, received {kind_of(value)}")
        given = {wire: value[wire] for wire in names.values() if value.get(wire) is not None}
        return read(given, kind)

    return read_object


def _told(error: Any) -> Iterator[tuple[list[str], str]]:
    """
    Return the faults in *error*, each with the names on the way to it.

    Raises:
        Exception: Something in there that is no fault of the body.
    """
    inner, others = error.group_exceptions()
    for other in others:
        raise other
    for one, note in inner:
        step = str(note.name if hasattr(note, "name") else note.index)
        if isinstance(one, WrongValueError):
            yield [step], str(one)
        elif isinstance(one, KeyError):
            yield [step], REQUIRED
        elif hasattr(one, "group_exceptions"):
            for path, message in _told(one):
                yield [step, *path], message
        else:
            raise one
