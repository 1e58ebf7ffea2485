"""
Bodies in: each endpoint's JSON to the values its use case takes.

All faults of a body are raised together, under the published names: first every field
is read by itself, then the order is checked as a whole with harmless values in place of
the fields that can't be read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
from attrs import frozen

from ars0n_core.errors import InvalidRequestError, PlanExpiredError, TooManyClipsError
from ars0n_core.ids import ProjectId
from ars0n_core.plans import faults as plan_faults
from ars0n_core.plans.model import Plan
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.checks import (
    find_faults,
    text_faults,
    too_many_clips_fault,
)
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION, LIMITS
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip
from ars0n_core.usecases.estimate import EstimateOrder, estimate
from ars0n_core.wire.converter import (
    OptionsBody,
    PreviewBody,
    structure,
)
from ars0n_core.wire.names import PICTURE_ONLY, SPEC_NAMES, faults_of, wire_name, wire_wording
from ars0n_core.wire.plans import read_plan
from ars0n_core.wire.scalars import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ars0n_core.specs.limits import Limits

T = TypeVar("T")

BODY_BYTES_MAX: Final = 1_000_000
"""
No request of ours comes near: a plan at all its limits is a quarter of it.
"""

PLAN_DURATION_SECONDS: Final = 30
"""
The length planned for when ``/plan`` isn't told one, as in the documents' example.
"""

_COMPRESSED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""
How gzip and Zstandard begin.
"""

_HARMLESS: Final[Mapping[str, Any]] = {
    "prompt": "-",
    "duration": 0,
    "voiceId": "-",
    "imageUrls": ["https://-"],
    "imageAssetIds": ["-"],
}
"""
What stands in for a field that can't be read; all others have a default. The fault that
no length is 0 s is the unreadable field's own.
"""

_HARMLESS_CLIP: Final[Mapping[str, Any]] = {
    "position": 0, "asset_id": "-", "duration_seconds": 1,
}  # fmt: skip

_NOT_PLANNED_FROM: Final = frozenset({"image_urls"})
"""
What ``/plan`` passes over: fetched images would be other assets by the time of the ad.
"""


_PICTURE_COUNTED: Final = frozenset(
    {"imageCount", "aspectRatio", "veoModel", "qualityLoopVariants", "customClipsCount"}
)
"""
What ``/estimate`` passes over for a radio ad.
"""


@frozen(kw_only=True)
class GenerateRequest:
    """
    The body of ``/generate``.
    """

    spec: AdSpec
    plan: Plan | None = None
    max_credits: int | None = None
    project_id: ProjectId | None = None


@frozen(kw_only=True)
class EditRequest:
    """
    The body of ``/edit``; what is None is left as it is.
    """

    plan: Plan | None = None
    custom_clips: tuple[CustomClip, ...] | None = None
    max_credits: int | None = None
    dry_run: bool = False


@frozen(kw_only=True)
class PreviewRequest:
    """
    The body of ``/preview-voice``.
    """

    text: str
    voice_id: str


def parse(raw: bytes, *, bytes_max: int = BODY_BYTES_MAX) -> object:
    """
    Return the JSON of a request's body.

    >>> parse(b'{"duration": 15}')
    {'duration': 15}

    Raises:
        InvalidRequestError: It is too large, too deep, or no JSON.
    """
    if len(raw) > bytes_max:
        raise InvalidRequestError(form_errors=[f"Body must be at most {bytes_max} bytes"])
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(
            form_errors=["Body must be valid JSON", _why_unreadable(raw, error)]
        ) from None
    return value


def _why_unreadable(raw: bytes, error: Exception) -> str:
    """
    Return what keeps a body from being JSON, and where.
    """
    if not raw.strip():
        return "It is empty: send an object, {} at least"
    if raw.startswith(_COMPRESSED):
        return "It is compressed: send it as it is, without Content-Encoding"
    match error:
        case json.JSONDecodeError():
            return f"{error.msg}: line {error.lineno}, column {error.colno}"
        case UnicodeDecodeError():
            return f"Byte {error.start + 1} is not UTF-8"
        case RecursionError():
            return "It is nested too deeply"
    return "A number in it has too many digits"


def structure_generate(body: object, limits: Limits = LIMITS[EDITION]) -> GenerateRequest:
    """
    Return what a body of ``/generate`` orders.

    Whether its assets exist, and whether its plan still fits them, is asked later.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    fields = _object(body)
    spec = _read_spec(fields, limits, faults)
    options = structure(
        {name: fields.get(name) for name in ("maxCredits", "projectId")}, OptionsBody, faults
    )
    _check_options(options, faults)
    plan = None
    if fields.get("plan") is not None:
        plan = read_plan(fields["plan"], faults, radio=spec.ad_format is AdFormat.RADIO)
        if plan is not None and not {"duration", "adFormat"} & faults.by_field.keys():
            _check_plan(spec, plan, faults)
    if options is None or faults:
        raise faults.error()
    return GenerateRequest(
        spec=spec, plan=plan, max_credits=options.max_credits, project_id=options.project_id
    )


def structure_plan_request(body: object, limits: Limits = LIMITS[EDITION]) -> AdSpec:
    """
    Return what a body of ``/plan`` wants planned: an order whose length and images may
    be left open.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    fields = {"duration": PLAN_DURATION_SECONDS} | {
        name: value for name, value in _object(body).items() if value is not None
    }
    spec = _read_spec(fields, limits, faults, images_required=False, passed_over=_NOT_PLANNED_FROM)
    faults.raise_any()
    return spec


def structure_estimate(body: object, edition: int = EDITION) -> EstimateOrder:
    """
    Return what a body of ``/estimate`` asks the price of.

    Raises:
        InvalidRequestError: With every fault; an ad that ``/generate`` would refuse has
            no price.
    """
    faults = Faults()
    fields = _object(body)
    if fields.get("adFormat") == AdFormat.RADIO:
        fields = {name: value for name, value in fields.items() if name not in _PICTURE_COUNTED}
    order = _readable(fields, EstimateOrder, faults)
    try:
        estimate(order, edition=edition)
    except InvalidRequestError as error:
        faults.merge(faults_of(error), except_fields=set(faults.by_field))
    faults.raise_any()
    return order


def structure_edit(
    body: object, spec: AdSpec | None = None, limits: Limits = LIMITS[EDITION]
) -> EditRequest:
    """
    Return what a body of ``/edit`` changes; *spec* is the order of the version it
    edits, so that a plan can be told to be sound for it.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    fields = _object(body)
    radio = spec is not None and spec.ad_format is AdFormat.RADIO
    clips = None
    if fields.get("customClips") is not None and not radio:
        order = {
            "prompt": "-", "duration": 60, "voiceId": "-", "customClips": fields["customClips"],
        }  # fmt: skip
        clips = _read_spec(order, limits, faults, images_required=False).custom_clips
    options = structure(
        {name: fields.get(name) for name in ("maxCredits", "dryRun")}, OptionsBody, faults
    )
    _check_options(options, faults)
    plan = None
    if fields.get("plan") is not None:
        plan = read_plan(fields["plan"], faults, radio=radio or None)
        if plan is not None and spec is not None:
            edited = spec if clips is None else attrs.evolve(spec, custom_clips=clips)
            _check_plan(edited, plan, faults)
    if options is None or faults:
        raise faults.error()
    return EditRequest(
        plan=plan,
        custom_clips=clips,
        max_credits=options.max_credits,
        dry_run=options.dry_run,
    )


def structure_brand_kit(body: object) -> BrandKit:
    """
    Return the kit that a body saves; what it leaves out is in the kit no more.

    Raises:
        InvalidRequestError: With every field that can't be read.
    """
    faults = Faults()
    kit = structure(_object(body), BrandKit, faults)
    if kit is None:
        raise faults.error()
    return kit


def structure_options(body: object) -> OptionsBody:
    """
    Return what a body asks for beside an order, for an endpoint that takes no order.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    options = structure(_object(body), OptionsBody, faults)
    _check_options(options, faults)
    if options is None or faults:
        raise faults.error()
    return options


def structure_preview(body: object, limits: Limits = LIMITS[EDITION]) -> PreviewRequest:
    """
    Return what a body of ``/preview-voice`` wants spoken.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    read = structure(_object(body), PreviewBody, faults)
    fields = _object(body)
    for name, most in (
        ("text", limits.preview_characters_max),
        ("voiceId", limits.id_characters_max),
    ):
        text = fields.get(name)
        if isinstance(text, str):
            for message in text_faults(text, least=1, most=most):
                faults.add(name, message)
    if read is None or faults:
        raise faults.error()
    return PreviewRequest(text=read.text, voice_id=read.voice_id)


def _object(body: object) -> dict[str, Any]:
    """
    Return *body*, which must be an object.
    """
    if not isinstance(body, dict):
        raise InvalidRequestError(form_errors=[f"Expected object, received {kind_of(body)}"])
    return body


def _read_spec(
    fields: Mapping[str, Any],
    limits: Limits,
    faults: Faults,
    *,
    images_required: bool = True,
    passed_over: Collection[str] = (),
) -> AdSpec:
    """
    Return the order in *fields*, as far as it can be read, with every fault of it
    written into *faults*.
    """
    ignored = set(passed_over)
    if fields.get("adFormat") == AdFormat.RADIO:
        ignored |= PICTURE_ONLY
    given = {
        name: fields[name]
        for ours, name in SPEC_NAMES.items()
        if fields.get(name) is not None and ours not in ignored
    }
    clips = given.get("customClips")
    if isinstance(clips, list) and len(clips) > limits.custom_clips_max > 0:
        del given["customClips"]
        faults.add("customClips", too_many_clips_fault(limits))
        faults.too_many_clips = TooManyClipsError
    spec = _readable(given, AdSpec, faults)
    told = set(faults.by_field)
    if isinstance(clips, list) and "customClips" in given and "customClips" in told:
        # What can be read of the clips is judged as well: all faults are told at once.
        read = tuple(_readable_clip(clip) for clip in clips[: limits.custom_clips_max])
        spec = attrs.evolve(spec, custom_clips=read)
        told.remove("customClips")
    found = find_faults(spec, limits, images_required=images_required)
    faults.merge(found, except_fields=told, name=wire_name, wording=wire_wording)
    return spec


def _readable_clip(clip: object) -> CustomClip:
    """
    Return *clip* with something harmless in place of what can't be read of it.
    """
    given = clip if isinstance(clip, dict) else {}
    kept: dict[str, Any] = dict(_HARMLESS_CLIP)
    for name in attrs.fields_dict(CustomClip):
        tried = {**_HARMLESS_CLIP, name: given.get(name)}
        if given.get(name) is not None and structure(tried, CustomClip, Faults()) is not None:
            kept[name] = given[name]
    return CustomClip(**kept)


def _readable(fields: Mapping[str, Any], kind: type[T], faults: Faults) -> T:
    """
    Return *fields* as a *kind*, with something harmless in place of what can't be read;
    that is written into *faults*.
    """
    read = structure(dict(fields), kind, faults)
    if read is None:
        read = structure(_repaired(fields, faults.by_field), kind, Faults())
    if read is None:  # pragma: no cover - what is harmless can be read
        raise faults.error()
    return read


def _repaired(fields: Mapping[str, Any], faulty: Collection[str]) -> dict[str, Any]:
    """
    Return *fields* with something harmless in place of the faulty ones.
    """
    kept = {name: value for name, value in fields.items() if name not in faulty}
    return kept | {name: _HARMLESS[name] for name in faulty if name in _HARMLESS}


def _check_options(options: OptionsBody | None, faults: Faults) -> None:
    """
    Check what is asked for beside the order.
    """
    if options and options.max_credits is not None and options.max_credits < 0:
        faults.add("maxCredits", "Number must be greater than or equal to 0")


def _check_plan(spec: AdSpec, plan: Plan, faults: Faults) -> None:
    """
    Check that the plan is sound; whether its images are there is asked once the
    order's assets are known.
    """
    try:
        plan_faults.check(spec, plan)
    except PlanExpiredError:
        pass
    except InvalidRequestError as error:
        faults.merge(faults_of(error))
