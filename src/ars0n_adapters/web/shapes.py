"""
The answers' shapes, each described once: JSON Schema, with an example of the documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ars0n_core.pipelines.states import JobStatus
from ars0n_core.ports import DeliveryStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdFormat, BrandFont, CtaDesign
from ars0n_core.timelines import Look
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from enum import StrEnum


Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
LINK: Final[Schema] = {"type": "string", "format": "uri"}


def nullable(schema: Schema) -> Schema:
    """
    Return the schema that also takes null.

    >>> nullable({"type": "string"})
    {'type': ['string', 'null']}
    """
    if "enum" in schema or "$ref" in schema or not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def words(vocabulary: type[StrEnum]) -> Schema:
    """
    Return the schema of a closed vocabulary.
    """
    return {"type": "string", "enum": [str(word) for word in vocabulary]}


def things(**fields: Schema) -> Schema:
    """
    Return the schema of an object that has all of *fields*; ours has no others.
    """
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def many(schema: Schema) -> Schema:
    """
    Return the schema of a list.
    """
    return {"type": "array", "items": schema}


_URLS: Final = {"videoUrl": nullable(LINK), "audioUrl": nullable(LINK)}
_PAGINATION: Final = things(limit=WHOLE, offset=WHOLE, count=WHOLE)
_LINE: Final = things(operation=words(Operation), credits=WHOLE)
_PRICE: Final = {
    "estimatedCredits": WHOLE,
    "breakdown": many(_LINE),
    "jobCount": WHOLE,
    "sceneCount": WHOLE,
}

_JOB: Final = things(
    id=TEXT,
    job_type=words(Operation),
    status=words(JobStatus),
    output_asset_id=nullable(TEXT),
    assetUrl=nullable(LINK),
    error_message=nullable(TEXT),
    input_params={"type": "object", "properties": {"scene_index": WHOLE}},
    depends_on=many(TEXT),
    retry_count=WHOLE,
    credits=WHOLE,
    reused_from=nullable(TEXT),
)

_PLAN: Final = things(
    voiceover_script=TEXT,
    voiceover_segments=many(things(text=TEXT, scene_index=WHOLE)),
    scenes=many(
        things(
            scene_index=WHOLE,
            description=TEXT,
            duration_seconds={"type": "number"},
            image_asset_id=nullable(TEXT),
            edit_prompt=TEXT,
            motion_prompt=TEXT,
            transition=words(Look),
            on_screen_text=nullable(TEXT),
        )
    ),
    music_mood=TEXT,
    voice_style=TEXT,
    call_to_action=TEXT,
)

ERROR: Final[Schema] = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "A sentence, or a code of the documents."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "message": TEXT,
        "details": things(
            fieldErrors={"type": "object", "additionalProperties": many(TEXT)},
            formErrors=many(TEXT),
        ),
    },
    "required": ["error", "code"],
}

_GENERATED: Final = things(projectId=TEXT, versionId=TEXT, totalCredits=WHOLE, jobCount=WHOLE)
_SECRET: Final[Schema] = {
    "type": "string",
    "description": "Signs the messages to `webhookUrl`; there only if one was given.",
}
_GENERATED["properties"]["webhookSecret"] = _SECRET
_EDITED: Final = things(
    projectId=TEXT,
    versionId=nullable(TEXT),
    reusedJobs=many(TEXT),
    newJobs=many(TEXT),
    estimatedCredits=WHOLE,
    dryRun=FLAG,
)
_EDITED["properties"]["webhookSecret"] = _SECRET

SHAPES: Final[dict[str, Schema]] = {
    "Error": ERROR,
    "Generated": _GENERATED,
    "Report": things(
        versionId=TEXT,
        projectId=TEXT,
        adFormat=words(AdFormat),
        status=words(VersionStatus),
        progress={"type": "integer", "minimum": 0, "maximum": 100},
        **_URLS,
        totalCredits=WHOLE,
        jobs=things(total=WHOLE, completed=WHOLE, failed=WHOLE, details=many(_JOB)),
    ),
    "Retried": things(
        job=things(id=TEXT, job_type=words(Operation), status=words(JobStatus), retry_count=WHOLE)
    ),
    "Regenerated": things(cost=WHOLE, jobsReset=many(TEXT)),
    "Cancelled": things(cancelled={"const": True}, jobsCancelled=WHOLE, creditsRefunded=WHOLE),
    "Edited": _EDITED,
    "Planned": things(plan=_PLAN, **_PRICE, estimatedDurationSeconds={"type": "number"}),
    "Preview": things(audioUrl=LINK, durationSeconds={"type": "number", "minimum": 0}),
    "Estimated": things(adFormat=words(AdFormat), **_PRICE),
    "Credits": things(
        balance=nullable({"type": "integer"}),
        unlimited=FLAG,
        tier=words(Tier),
        activeGenerations=WHOLE,
        limits=things(maxConcurrentGenerations=WHOLE, rateLimitRpm=WHOLE),
    ),
    "Uploaded": things(
        assetId=TEXT, type={"type": "string", "enum": ["image", "audio", "video"]}, publicUrl=LINK
    ),
    "Deleted": things(deleted={"const": True}),
    "Voices": things(
        voices=many(
            things(
                voice_id=TEXT,
                name=TEXT,
                gender=TEXT,
                accent=TEXT,
                age=TEXT,
                description=TEXT,
                preview_url=nullable(TEXT),
                use_case=TEXT,
                category=TEXT,
            )
        )
    ),
    "BrandKit": things(
        companyName=nullable(TEXT),
        logoAssetId=nullable(TEXT),
        gradientColor=nullable(TEXT),
        ctaDesign=nullable(words(CtaDesign)),
        brandFont=nullable(words(BrandFont)),
        tagline=nullable(TEXT),
        website=nullable(TEXT),
        legalLine=nullable(TEXT),
    ),
    "Projects": things(
        projects=many(
            things(
                id=TEXT,
                name=TEXT,
                thumbnailUrl=nullable(LINK),
                createdAt=MOMENT,
                latestVersion=things(
                    id=TEXT,
                    status=words(VersionStatus),
                    adFormat=words(AdFormat),
                    **_URLS,
                    totalCredits=WHOLE,
                ),
            )
        ),
        pagination=_PAGINATION,
    ),
    "Packages": things(
        packages=many(
            things(
                id=TEXT,
                name=TEXT,
                credits=WHOLE,
                priceCents=WHOLE,
                priceDisplay=TEXT,
                popular=FLAG,
            )
        )
    ),
    "Usage": things(
        period=things(**{"from": MOMENT, "to": MOMENT}),
        tier=words(Tier),
        cost_cents={"type": "integer"},
        credits=things(
            used={"type": "integer"}, purchased={"type": "integer"}, granted=WHOLE, refunded=WHOLE
        ),
        generations=things(total=WHOLE, completed=WHOLE, generating=WHOLE, projects=WHOLE),
    ),
    "Deliveries": things(
        deliveries=many(
            things(
                id=TEXT,
                type=TEXT,
                versionId=TEXT,
                createdAt=MOMENT,
                status=words(DeliveryStatus),
                attempts=WHOLE,
                lastAttemptAt=nullable(MOMENT),
                nextAttemptAt=nullable(MOMENT),
                responseStatus=nullable({"type": "integer"}),
                error=nullable(TEXT),
            )
        ),
        pagination=_PAGINATION,
    ),
}
"""
Every answer, by the name that `routes` calls it.
"""
