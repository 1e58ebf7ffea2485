"""
Every endpoint: the request's values in, one use case, the documents' answer out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.web.http import API_PREFIX, Answer, Request
from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError, NotFoundError
from ars0n_core.ids import AssetId, JobId, ProjectId, VersionId
from ars0n_core.ports import Policy, Ports
from ars0n_core.usecases import assets, billing, jobs, projects, voices
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.estimate import estimate
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.plan import plan
from ars0n_core.usecases.preview import preview

if TYPE_CHECKING:
    from ars0n_adapters.storage.local import LocalBlobs

_INTEGER_DIGITS_MAX: Final = 9


@frozen(kw_only=True)
class Context:
    """
    What an endpoint has to work with: the ports its caller's key is for.
    """

    ports: Ports
    policy: Policy
    caller: Caller
    request: Request

    def link(self, asset_id: AssetId) -> str:
        """
        Return the absolute URL under which an asset is asked for.
        """
        return f"{self.request.origin}{API_PREFIX}/video?id={asset_id}"

    @property
    def json(self) -> object:
        """
        The body as JSON.
        """
        return wire.parse(self.request.body)


Endpoint = Callable[[Context], Answer]


def post_generate(context: Context) -> Answer:
    """
    Start a video or radio ad.
    """
    order = wire.structure_generate(context.json)
    generated = generate(
        context.ports,
        context.policy,
        context.caller,
        order.spec,
        plan=order.plan,
        max_credits=order.max_credits,
        project_id=order.project_id,
    )
    return Answer(body=wire.unstructure_generated(generated))


def get_jobs(context: Context) -> Answer:
    """
    Report on a version, and drive it.
    """
    version_id = VersionId(context.request.params["versionId"])
    report = advance(context.ports, context.policy, context.caller, version_id)
    return Answer(body=wire.unstructure_report(report, context.link))


def post_retry(context: Context) -> Answer:
    """
    Try a failed job again.
    """
    job_id = JobId(context.request.params["jobId"])
    job = jobs.retry(context.ports, context.policy, context.caller, job_id)
    return Answer(body=wire.unstructure_retried(job))


def post_regenerate(context: Context) -> Answer:
    """
    Give a scene a new take.
    """
    job_id = JobId(context.request.params["jobId"])
    options = wire.structure_options(context.json) if context.request.body.strip() else None
    regenerated = jobs.regenerate(
        context.ports,
        context.policy,
        context.caller,
        job_id,
        max_credits=options.max_credits if options else None,
    )
    return Answer(body=wire.unstructure_regenerated(regenerated))


def post_cancel(context: Context) -> Answer:
    """
    Stop a generating version.
    """
    version_id = VersionId(context.request.params["versionId"])
    return Answer(
        body=wire.unstructure_cancelled(jobs.cancel(context.ports, context.caller, version_id))
    )


def post_edit(context: Context) -> Answer:
    """
    Make a new version of a finished one, redoing only what changed.
    """
    change = wire.structure_edit(context.json)
    edited = edit(
        context.ports,
        context.policy,
        context.caller,
        VersionId(context.request.params["versionId"]),
        plan=change.plan,
        custom_clips=change.custom_clips,
        dry_run=change.dry_run,
        max_credits=change.max_credits,
    )
    return Answer(body=wire.unstructure_edited(edited))


def post_plan(context: Context) -> Answer:
    """
    Say how an ad would be told and what it would cost.
    """
    spec = wire.structure_plan_request(context.json)
    planned = plan(context.ports, context.policy, context.caller, spec)
    return Answer(body=wire.unstructure_plan_answer(spec, planned.plan, planned.estimate))


def post_preview_voice(context: Context) -> Answer:
    """
    Speak a text.
    """
    order = wire.structure_preview(context.json)
    heard = preview(
        context.ports, context.policy, context.caller, text=order.text, voice_id=order.voice_id
    )
    return Answer(body=wire.unstructure_preview(heard))


def post_estimate(context: Context) -> Answer:
    """
    Price an ad.
    """
    order = wire.structure_estimate(context.json, context.policy.edition)
    estimated = estimate(order, edition=context.policy.edition)
    return Answer(body=wire.unstructure_estimate(estimated.ad_format, estimated.estimate))


def get_credits(context: Context) -> Answer:
    """
    Say the balance, tier and running generations.
    """
    known = billing.credits_of(context.ports, context.policy, context.caller)
    return Answer(body=wire.unstructure_credits(known))


def post_assets(context: Context) -> Answer:
    """
    Take a file in.
    """
    upload = context.request.upload
    if upload is None:
        raise InvalidRequestError({"file": ["Required"]})
    served = assets.upload(
        context.ports,
        context.policy,
        context.caller,
        upload.path,
        file_name=upload.file_name,
        category=upload.fields.get("category") or None,
    )
    asset = served.asset
    return Answer(
        status=201,
        body={"assetId": asset.id, "type": str(asset.kind), "publicUrl": served.url},
    )


def delete_asset(context: Context) -> Answer:
    """
    Delete an uploaded file.
    """
    assets.delete(context.ports, context.caller, AssetId(context.request.params["assetId"]))
    return Answer(body={"deleted": True})


def get_video(context: Context) -> Answer:
    """
    Redirect to a signed URL of an asset.
    """
    asset_id = context.request.query.get("id", "")
    if not asset_id:
        raise InvalidRequestError({"id": ["Required"]})
    served = assets.serve(context.ports, context.policy, context.caller, AssetId(asset_id))
    return Answer(
        status=302, headers={"Location": served.url, "Cache-Control": "no-store"}, body=None
    )


def get_voices(context: Context) -> Answer:
    """
    Browse the voice library.
    """
    query = context.request.query
    found = voices.browse(
        context.ports,
        gender=query.get("gender", ""),
        accent=query.get("accent", ""),
        age=query.get("age", ""),
        text=query.get("q", ""),
    )
    return Answer(body=wire.unstructure_voices(found))


def get_projects(context: Context) -> Answer:
    """
    List the projects, newest first.
    """
    query = context.request.query
    faults: dict[str, list[str]] = {}
    limit = _whole_number(query, "limit", 20, faults)
    offset = _whole_number(query, "offset", 0, faults)
    if faults:
        raise InvalidRequestError(faults)
    page = projects.browse(
        context.ports, context.policy, context.caller, limit=limit, offset=offset
    )
    return Answer(body=wire.unstructure_page(page, context.link))


def delete_project(context: Context) -> Answer:
    """
    Delete a project with all its versions.
    """
    project_id = ProjectId(context.request.params["projectId"])
    projects.delete(context.ports, context.caller, project_id)
    return Answer(body={"deleted": True})


def get_packages(context: Context) -> Answer:
    """
    List the credit packages on sale.
    """
    return Answer(body=wire.unstructure_packages(billing.packages(context.policy)))


def get_usage(context: Context) -> Answer:
    """
    Sum up a period.
    """
    query = context.request.query
    faults: dict[str, list[str]] = {}
    start = _moment(query, "from", faults)
    end = _moment(query, "to", faults)
    if not faults and start is not None and end is not None and start > end:
        faults["from"] = ["Must be before `to`"]
    if faults:
        raise InvalidRequestError(faults)
    used = billing.usage(context.ports, context.caller, start=start, end=end)
    return Answer(body=wire.unstructure_usage(used))


def get_blob(blobs: LocalBlobs, request: Request, *, now: datetime) -> Answer:
    """
    Serve a file under its signed URL.

    Raises:
        NotFoundError: The URL was not signed here, has expired, or its file is gone.
    """
    key, query = request.params["key"], request.query
    media_type = query.get("media_type", "")
    signed = set(query) == {"media_type", "expires", "signature"} and blobs.verify(
        key,
        media_type=media_type,
        expires=query["expires"],
        signature=query["signature"],
        now=now,
    )
    if not signed or not blobs.exists(key):
        raise NotFoundError("file", "this URL is unknown or has expired")
    return Answer(
        file=blobs.path(key),
        media_type=media_type,
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Disposition": f'inline; filename="{key.rpartition("/")[2]}"',
            "Cache-Control": "private, max-age=3600",
        },
    )


def _whole_number(
    query: Mapping[str, str], name: str, default: int, faults: dict[str, list[str]]
) -> int:
    text = query.get(name)
    if text is None or text == "":
        return default
    digits = text.removeprefix("-")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > _INTEGER_DIGITS_MAX:
        faults[name] = ["Expected a whole number"]
        return default
    return int(text)


def _moment(query: Mapping[str, str], name: str, faults: dict[str, list[str]]) -> datetime | None:
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        # Far enough from the calendar's ends that a month can be added or taken away.
        moment = moment.astimezone(UTC)
        _ = moment - timedelta(days=400), moment + timedelta(days=400)
    except (ValueError, OverflowError):
        faults[name] = ["Expected an ISO 8601 date, like 2026-03-24 or 2026-03-24T15:51:01Z"]
        return None
    return moment
