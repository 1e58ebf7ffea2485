"""
Every endpoint: the request's values in, one use case, the documents' answer out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from ars0n_adapters.web import exports, queries
from ars0n_adapters.web.exports import Exports
from ars0n_adapters.web.http import API_PREFIX, Answer, Request
from ars0n_adapters.web.idempotency import HeldStore
from ars0n_adapters.web.polls import Polls
from ars0n_adapters.web.replies import UNSTORED, written
from ars0n_core import wire
from ars0n_core.errors import FetchRefusedError, InvalidRequestError
from ars0n_core.ids import AssetId, JobId, ProjectId, VersionId
from ars0n_core.ports import Policy, Ports, Sender
from ars0n_core.usecases import assets, billing, brands, jobs, pages, projects, voices, webhooks
from ars0n_core.usecases.advance import advance, glance
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.estimate import estimate
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.plan import plan
from ars0n_core.usecases.preview import preview

if TYPE_CHECKING:
    from ars0n_core.usecases.reports import Report


@frozen(kw_only=True)
class Context:
    """
    What an endpoint has to work with: the ports its caller's key is for. ``held`` is the
    store of a charging endpoint, ``sender`` what posts to webhooks, ``polls`` what polls
    were told before, ``exports`` whose turn it is to make one.
    """

    ports: Ports
    policy: Policy
    caller: Caller
    request: Request
    held: HeldStore | None = None
    sender: Sender | None = None
    polls: Polls = field(factory=Polls)
    exports: Exports = field(factory=Exports)

    def link(self, asset_id: AssetId) -> str:
        """
        Return the absolute URL under which an asset is asked for.
        """
        return link(self.request.origin, asset_id)

    @property
    def json(self) -> object:
        """
        The body as JSON.
        """
        return wire.parse(self.request.body)


Body = TypeVar("Body")
Endpoint = Callable[[Context], Answer]
Glance = Callable[[Context], Answer | None]


def post_generate(context: Context) -> Answer:
    """
    Start a video or radio ad.
    """
    body = context.json
    webhook_url, faults = _webhook_url(context, body)
    deliver, refused = exports.profiles_of(body)
    order = _structured(wire.structure_generate, body, {**faults, **refused})
    generated = generate(
        context.ports,
        context.policy,
        context.caller,
        order.spec,
        plan=order.plan,
        max_credits=order.max_credits,
        project_id=order.project_id,
        deliver=deliver,
    )
    told = wire.unstructure_generated(generated)
    if webhook_url is not None and context.held is not None and context.held.held is not None:
        told["webhookSecret"] = webhooks.subscribe(
            context.ports,
            context.held.held,
            context.caller.organization.id,
            generated.version_id,
            url=webhook_url,
            origin=context.request.origin,
        )
    return Answer(body=told)


def get_jobs(context: Context) -> Answer:
    """
    Report on a version, and drive it.
    """
    version_id = VersionId(context.request.params["versionId"])
    return _told(context, advance(context.ports, context.policy, context.caller, version_id))


def glance_at_jobs(context: Context) -> Answer | None:
    """
    Report on a version that need not be driven now.
    """
    version_id = VersionId(context.request.params["versionId"])
    report = glance(context.ports, context.policy, context.caller, version_id)
    return None if report is None else _told(context, report)


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
    body = context.json
    webhook_url, faults = _webhook_url(context, body)
    deliver, refused = exports.profiles_of(body)
    change = _structured(wire.structure_edit, body, {**faults, **refused})
    parent_id = VersionId(context.request.params["versionId"])
    edited = edit(
        context.ports,
        context.policy,
        context.caller,
        parent_id,
        plan=change.plan,
        custom_clips=change.custom_clips,
        dry_run=change.dry_run,
        max_credits=change.max_credits,
        deliver=deliver,
    )
    told = wire.unstructure_edited(edited)
    if edited.version_id is not None and context.held is not None and context.held.held is not None:
        secret = webhooks.follow(
            context.ports,
            context.held.held,
            context.caller.organization.id,
            parent_id,
            edited.version_id,
            url=webhook_url,
            origin=context.request.origin,
        )
        if webhook_url is not None:
            told["webhookSecret"] = secret
    return Answer(body=told)


def post_export(context: Context) -> Answer:
    """
    Pack what stands beside a finished ad: deliveries, subtitles, stems, the cut.
    """
    order = exports.structure(context.json)
    version_id = VersionId(context.request.params["versionId"])
    with context.exports.turn():
        packed = exports.pack(context.ports, context.policy, context.caller, version_id, order)
    name = f'attachment; filename="{version_id}.zip"'
    return Answer(open=packed, media_type="application/zip", headers={"Content-Disposition": name})


def post_plan(context: Context) -> Answer:
    """
    Say how an ad would be told and what it would cost.
    """
    deliver, refused = exports.profiles_of(context.json)
    spec = _structured(wire.structure_plan_request, context.json, refused)
    planned = plan(context.ports, context.policy, context.caller, spec, deliver=deliver)
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
    body, edition = context.request.body, context.policy.edition
    if len(body) <= _PRICED_AGAIN_BYTES_MAX:
        return Answer(content=_priced_again(body, edition), headers=UNSTORED)
    return Answer(content=_priced(body, edition), headers=UNSTORED)


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


def get_brand_kit(context: Context) -> Answer:
    """
    Show what the brand puts into every order.
    """
    return Answer(body=wire.unstructure_brand_kit(brands.show(context.ports, context.caller)))


def put_brand_kit(context: Context) -> Answer:
    """
    Save what the brand puts into every order, in place of what was saved before.
    """
    kit = wire.structure_brand_kit(context.json)
    saved = brands.save(context.ports, context.policy, context.caller, kit)
    return Answer(body=wire.unstructure_brand_kit(saved))


def get_projects(context: Context) -> Answer:
    """
    List the projects, newest first.
    """
    limit, offset = _page(context)
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
    start = queries.moment(query, "from", faults)
    end = queries.moment(query, "to", faults)
    if not faults and start is not None and start > (end or context.ports.clock.now()):
        faults["from"] = ["Must be before `to`" if end else "Must not be in the future"]
    if faults:
        raise InvalidRequestError(faults)
    used = billing.usage(context.ports, context.caller, start=start, end=end)
    return Answer(body=wire.unstructure_usage(used))


def get_deliveries(context: Context) -> Answer:
    """
    List what the webhooks were told, newest first.
    """
    limit, offset = _page(context)
    log = webhooks.browse(context.ports, context.caller, limit=limit, offset=offset)
    return Answer(body=wire.unstructure_deliveries(log))


def link(origin: str, asset_id: AssetId) -> str:
    """
    Return the absolute URL under which an asset is asked for.
    """
    return f"{origin}{API_PREFIX}/video?id={asset_id}"


def _priced(body: bytes, edition: int) -> bytes:
    order = wire.structure_estimate(wire.parse(body), edition)
    estimated = estimate(order, edition=edition)
    return written(wire.unstructure_estimate(estimated.ad_format, estimated.estimate))


# The same few orders are asked about again and again, and cost what the edition says.
_priced_again = lru_cache(maxsize=1024)(_priced)
_PRICED_AGAIN_BYTES_MAX = 1024


def _page(context: Context) -> tuple[int, int]:
    """
    Return which part of a list is asked for, as limit and offset.
    """
    query = context.request.query
    faults: dict[str, list[str]] = {}
    limit = queries.whole_number(query, "limit", 20, faults, least=1, most=pages.ENTRIES_MAX)
    offset = queries.whole_number(query, "offset", 0, faults, least=0)
    if faults:
        raise InvalidRequestError(faults)
    return limit, offset


def _told(context: Context, report: Report) -> Answer:
    told = context.polls.tell(report, context.link, context.request.origin)
    return Answer(content=told.content, tag=told.tag)


def _structured(
    structure: Callable[[object], Body], body: object, faults: Mapping[str, tuple[str, ...]]
) -> Body:
    """
    Return the body structured, or all that is wrong with it together with *faults*.
    """
    try:
        structured = structure(body)
    except InvalidRequestError as error:
        raise type(error)({**error.field_errors, **faults}, error.form_errors) from None
    if faults:
        raise InvalidRequestError(faults)
    return structured


def _webhook_url(context: Context, body: object) -> tuple[str | None, dict[str, tuple[str, ...]]]:
    """
    Return the URL a body wants its end told at, if it names one, and what is wrong with it.
    """
    url = body.get("webhookUrl") if isinstance(body, Mapping) else None
    if url is None:
        return None, {}
    if not isinstance(url, str):
        return None, {"webhookUrl": ("Expected string",)}
    if context.sender is None:
        return None, {"webhookUrl": ("This server sends no webhooks",)}
    try:
        context.sender.check(url)
    except FetchRefusedError as error:
        return None, {"webhookUrl": (str(error),)}
    return url, {}
