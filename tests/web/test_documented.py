"""
Every documented route: what it answers, and how it refuses, in the documents' words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ars0n_core.errors import PortError, ProviderUnavailableError
from ars0n_core.quotas import Tier
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing

if TYPE_CHECKING:
    from .conftest import Site

RADIO = {"adFormat": "radio", "prompt": "Headphones", "duration": 15, "voiceId": "ada"}


def test_a_film_is_ordered(site: Site) -> None:
    answer = site.us.post("/generate", site.us.film())

    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"projectId", "versionId", "totalCredits", "jobCount"}
    assert (told["totalCredits"], told["jobCount"]) == (140, 8)
    assert site.balance() == 10_000 - 140


@pytest.mark.parametrize(("seconds", "credits_taken"), [(15, 4), (30, 5), (60, 8)])
def test_a_radio_ad_is_ordered(site: Site, seconds: int, credits_taken: int) -> None:
    told = site.us.order({**RADIO, "duration": seconds})

    assert (told["totalCredits"], told["jobCount"]) == (credits_taken, 2)


def test_a_poll_tells_the_documented_fields(site: Site) -> None:
    order = site.us.order(site.us.film())

    first = site.us.get(f"/jobs/{order['versionId']}").json()

    documented = {
        "versionId", "adFormat", "status", "progress", "videoUrl", "audioUrl", "totalCredits", "jobs",
    }  # fmt: skip
    assert documented <= set(first)
    assert first["status"] == "generating"
    assert (first["videoUrl"], first["audioUrl"]) == (None, None)
    assert set(first["jobs"]) == {"total", "completed", "failed", "details"}
    assert first["jobs"]["total"] == 8
    job = first["jobs"]["details"][0]
    documented_of_job = {
        "id", "job_type", "status", "output_asset_id", "assetUrl", "error_message", "input_params",
        "depends_on",
    }  # fmt: skip
    assert documented_of_job <= set(job)
    assert job["job_type"] == "nanobanana_edit"
    assert job["input_params"] == {"scene_index": 0}


def test_a_finished_film_is_at_its_url(site: Site) -> None:
    told = site.finished(site.us.film())

    assert (told["status"], told["progress"]) == ("completed", 100)
    assert told["audioUrl"] is None
    assert told["videoUrl"].startswith("https://ads.example/api/v1/video?id=asset_")
    answer = site.us.get(told["videoUrl"].removeprefix("https://ads.example/api/v1"),
                         follow_redirects=False)  # fmt: skip
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("memory://")
    clips = [job for job in told["jobs"]["details"] if job["job_type"] == "video_generation"]
    assert all(job["assetUrl"].endswith(job["output_asset_id"]) for job in clips)


def test_a_finished_radio_ad_is_at_its_url(site: Site) -> None:
    told = site.finished()

    assert told["videoUrl"] is None
    assert told["audioUrl"].startswith("https://ads.example/api/v1/video?id=")


def test_a_poll_that_tells_nothing_new_says_so(site: Site) -> None:
    version = site.finished()["versionId"]

    first = site.us.get(f"/jobs/{version}")
    again = site.us.get(f"/jobs/{version}", headers={"If-None-Match": first.headers["etag"]})
    weak = site.us.get(f"/jobs/{version}",
                       headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})  # fmt: skip

    assert (again.status_code, again.content) == (304, b"")
    assert weak.status_code == 304
    assert again.headers["etag"] == first.headers["etag"]
    assert site.us.get(f"/jobs/{version}", headers={"If-None-Match": '"x"'}).status_code == 200


def test_all_faults_of_a_body_are_told_together(site: Site) -> None:
    answer = site.us.post("/generate", {"prompt": "A lamp", "duration": 20})

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Validation failed",
        "code": "VALIDATION_FAILED",
        "details": {
            "fieldErrors": {
                "duration": ["Duration must be 15, 30, or 60"],
                "voiceId": ["Required"],
            },
            "formErrors": ["Either imageUrls or imageAssetIds is required for video ads"],
        },
    }


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer sk_live_x", "Basic abc", "Bearer \xe9"])
def test_without_a_good_key_nobody_is_let_in(site: Site, key: str) -> None:
    answer = site.client.get("/api/v1/credits", headers={"Authorization": key.encode("latin-1")})

    assert answer.status_code == 401
    assert answer.json() == {"error": "Invalid or missing API key", "code": "UNAUTHENTICATED"}
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_is_out_at_once(site: Site) -> None:
    assert site.us.get("/credits").status_code == 200
    (key,) = billing.keys(site.ports, site.us.organization_id)
    billing.revoke_key(site.ports, site.us.organization_id, key.id)

    assert site.us.get("/credits").status_code == 401


def test_too_few_credits_are_told_as_documented(site: Site) -> None:
    poor = site.customer("poor", 45)

    answer = poor.post("/generate", poor.film())

    assert answer.status_code == 402
    assert answer.json() == {
        "error": "Insufficient API credits",
        "required": 140,
        "available": 45,
        "message": "This generation requires 140 API credits but you only have 45. "
        "Purchase API credits at /settings/billing.",
        "code": "INSUFFICIENT_CREDITS",
    }


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "https://[::1]/a.png", "http://10.0.0.1/"]
)
def test_a_private_address_is_told_before_money_and_slots_are_looked_at(
    site: Site, url: str
) -> None:
    poor = site.customer("poor", 4, tier=Tier.FREE)
    poor.order(RADIO)
    urls = ["https://example.com/a.png", url]

    answer = poor.post("/generate", {**poor.film(imageUrls=urls), "voiceId": "nobody"})

    assert answer.status_code == 400
    faults = answer.json()["details"]["fieldErrors"]
    assert set(faults) == {"voiceId", "imageUrls"}
    assert [fault.partition(":")[0] for fault in faults["imageUrls"]] == ["1"]
    assert "not public" in faults["imageUrls"][0]


def test_too_many_generations_are_told_as_documented(site: Site) -> None:
    free = site.customer("free", 100, tier=Tier.FREE)
    free.order(RADIO)

    answer = free.post("/generate", RADIO)

    assert answer.status_code == 429
    assert answer.json() == {
        "error": "Concurrency limit reached. Wait for active generations to complete.",
        "active": 1,
        "max": 1,
        "code": "CONCURRENCY_LIMITED",
    }
    assert int(answer.headers["retry-after"]) > 0


def test_the_window_is_told_and_kept(site: Site) -> None:
    free = site.customer("free", tier=Tier.FREE)
    left = [int(free.get("/credits").headers["x-ratelimit-remaining"]) for _ in range(30)]
    over = free.get("/credits")

    assert left == list(range(29, -1, -1))
    assert over.status_code == 429
    assert over.json() == {
        "error": "Rate limit exceeded. Try again later.", "code": "RATE_LIMITED",
    }  # fmt: skip
    assert over.headers["x-ratelimit-limit"] == "30"
    assert over.headers["x-ratelimit-remaining"] == "0"
    assert int(over.headers["x-ratelimit-reset"]) == site.clock.now().timestamp() + 60
    assert over.headers["retry-after"] == "60"
    site.clock.pass_by(timedelta(seconds=60))
    assert free.get("/credits").status_code == 200


def test_credits(site: Site) -> None:
    starter = site.customer("starter", 450, tier=Tier.STARTER)
    starter.order(RADIO)

    assert starter.get("/credits").json() == {
        "balance": 446,
        "unlimited": False,
        "tier": "starter",
        "activeGenerations": 1,
        "limits": {"maxConcurrentGenerations": 1, "rateLimitRpm": 60},
    }
    billing.set_unlimited(site.ports, starter.organization_id, unlimited=True)
    told = starter.get("/credits").json()
    assert (told["balance"], told["unlimited"]) == (None, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(fakes.picture(), "image"), (fakes.sound(5), "audio"), (fakes.footage(5), "video")],
)
def test_an_upload(site: Site, content: bytes, kind: str) -> None:
    answer = site.us.upload(content)

    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == {"assetId", "type", "publicUrl"}
    assert told["type"] == kind
    deleted = site.us.delete(f"/assets/{told['assetId']}")
    assert (deleted.status_code, deleted.json()) == (200, {"deleted": True})
    assert site.us.delete(f"/assets/{told['assetId']}").status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (fakes.footage(31), "CLIP_TOO_LONG"),
        (fakes.MP4 + b"nothing", "CLIP_FORMAT_UNSUPPORTED"),
        (b"RIFF\x24\0\0\0AVI LIST", "CLIP_FORMAT_UNSUPPORTED"),
        (b"FLV\x01\x05\0\0\0\x09", "CLIP_FORMAT_UNSUPPORTED"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "CLIP_FORMAT_UNSUPPORTED"),
        (b"\0\0\x01\xba\x44\0\x04", "CLIP_FORMAT_UNSUPPORTED"),
        (b"\x47\x40\x11\x10\0\x42\xf0\x25", "CLIP_FORMAT_UNSUPPORTED"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "Validation failed"),
        (b"GIF89a", "Validation failed"),
        (b"", "Validation failed"),
    ],
)
def test_an_upload_that_cannot_be_taken(site: Site, content: bytes, code: str) -> None:
    answer = site.us.upload(content)

    assert answer.status_code == 400
    assert answer.json()["error"] == code
    assert answer.json()["details"]["fieldErrors"]["file"]


def test_an_asset_in_use_stays(site: Site) -> None:
    image = site.us.asset()
    site.us.order(site.us.film(imageAssetIds=[image]))

    assert site.us.delete(f"/assets/{image}").status_code == 409


def test_voices(site: Site) -> None:
    every = site.us.get("/voices").json()["voices"]
    found = site.us.get("/voices?gender=female&accent=british&q=ad").json()["voices"]

    assert set(every[0]) == {
        "voice_id", "name", "gender", "accent", "age", "description", "preview_url", "use_case",
        "category",
    }  # fmt: skip
    assert [voice["voice_id"] for voice in found] == ["ada"]
    assert found[0]["preview_url"] is None


def test_a_plan_is_told_and_taken_back(site: Site) -> None:
    image = site.us.asset()
    told = site.us.post("/plan", site.us.film(duration=30, imageAssetIds=[image])).json()

    assert set(told) == {
        "plan", "estimatedCredits", "breakdown", "jobCount", "sceneCount",
        "estimatedDurationSeconds",
    }  # fmt: skip
    assert (told["estimatedCredits"], told["jobCount"], told["sceneCount"]) == (232, 12, 5)
    assert told["estimatedDurationSeconds"] == 30
    plan = told["plan"]
    assert {"voiceover_script", "voiceover_segments", "scenes", "music_mood", "voice_style"} <= set(
        plan
    )
    plan["voiceover_segments"][0]["text"] = "Discover radiant skin."
    answer = site.us.post("/generate", site.us.film(duration=30, imageAssetIds=[image], plan=plan))
    assert answer.json()["totalCredits"] == 232
    assert site.balance() == 10_000 - 232


def test_a_plan_of_other_images_has_expired(site: Site) -> None:
    image = site.us.asset()
    plan = site.us.post("/plan", site.us.film(imageAssetIds=[image])).json()["plan"]
    answer = site.us.post("/generate", site.us.film(plan=plan))

    assert answer.status_code == 400
    assert answer.json()["error"] == answer.json()["code"] == "PLAN_EXPIRED"


def test_too_many_clips_are_told_by_code(site: Site) -> None:
    clip = {"position": 0, "asset_id": "a", "duration_seconds": 2}
    answer = site.us.post("/generate", site.us.film(customClips=[clip] * 11))

    assert answer.status_code == 400
    assert answer.json()["error"] == "TOO_MANY_CLIPS"


def test_a_preview(site: Site) -> None:
    answer = site.us.post("/preview-voice", {"text": "Pure sound.", "voiceId": "ada"})

    assert answer.status_code == 200
    assert set(answer.json()) == {"audioUrl", "durationSeconds"}
    assert answer.json()["durationSeconds"] == pytest.approx(0.6)
    assert site.balance() == 10_000 - 3


@pytest.mark.parametrize(
    ("body", "total", "jobs", "scenes"),
    [
        ({"adFormat": "video", "imageCount": 3, "duration": 15}, 140, 8, 3),
        ({"adFormat": "radio", "duration": 30}, 5, 2, 0),
        ({"imageCount": 5, "duration": 30}, 232, 12, 5),
        ({"imageCount": 9, "duration": 60}, 454, 20, 9),
    ],
)
def test_an_estimate(site: Site, body: Any, total: int, jobs: int, scenes: int) -> None:
    told = site.us.post("/estimate", body).json()

    assert told["estimatedCredits"] == total == sum(line["credits"] for line in told["breakdown"])
    assert (told["jobCount"], told["sceneCount"]) == (jobs, scenes)
    assert told["adFormat"] == body.get("adFormat", "video")
    assert site.balance() == 10_000


def test_a_scene_is_made_anew(site: Site) -> None:
    told = site.finished(site.us.film())
    (clip, *_) = [job for job in told["jobs"]["details"] if job["job_type"] == "video_generation"]

    answer = site.us.post(f"/jobs/{clip['id']}/regenerate")

    assert answer.status_code == 200
    assert answer.json()["cost"] == 47
    assert len(answer.json()["jobsReset"]) == 3
    assert site.finish(told["versionId"])["status"] == "completed"


def test_what_is_not_a_finished_clip_is_not_made_anew(site: Site) -> None:
    voice = site.finished()["jobs"]["details"][0]
    answer = site.us.post(f"/jobs/{voice['id']}/regenerate")

    assert answer.status_code == 400
    assert answer.json()["code"] == "JOB_NOT_REGENERABLE"
    assert site.us.post("/jobs/job_none/regenerate").status_code == 404


def test_a_failed_job_is_tried_again_as_often_as_may_be(site: Site) -> None:
    away = ProviderUnavailableError("The voice is away", port="speech")
    site.break_down("speech", "speak", *[away] * 50)
    version = site.us.order()["versionId"]
    for count in (1, 2):
        told = site.finish(version)
        assert told["status"] == "failed"
        (failed, *_) = [job for job in told["jobs"]["details"] if job["status"] == "failed"]
        assert failed["error_message"] == "The voice is away"
        answer = site.us.post(f"/jobs/{failed['id']}/retry")
        assert answer.status_code == 200
        assert answer.json() == {
            "job": {
                "id": failed["id"], "job_type": "voiceover", "status": "pending",
                "retry_count": count,
            }
        }  # fmt: skip
    site.finish(version)
    answer = site.us.post(f"/jobs/{failed['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (400, "RETRIES_EXHAUSTED")
    assert site.balance() == 10_000


def test_only_a_failed_job_is_tried_again(site: Site) -> None:
    job = site.finished()["jobs"]["details"][0]
    answer = site.us.post(f"/jobs/{job['id']}/retry")

    assert (answer.status_code, answer.json()["code"]) == (400, "JOB_NOT_RETRYABLE")


def test_a_generation_is_cancelled_once(site: Site) -> None:
    version = site.us.order(site.us.film())["versionId"]

    answer = site.us.post(f"/jobs/{version}/cancel")

    assert answer.status_code == 200
    assert answer.json() == {"cancelled": True, "jobsCancelled": 8, "creditsRefunded": 140}
    again = site.us.post(f"/jobs/{version}/cancel")
    assert again.status_code == 409
    assert again.json()["code"] == "VERSION_NOT_CANCELLABLE"


def test_only_what_changed_is_charged_for(site: Site) -> None:
    image = site.us.asset()
    plan = site.us.post("/plan", site.us.film(imageAssetIds=[image])).json()["plan"]
    told = site.finished(site.us.film(imageAssetIds=[image], plan=plan))
    for segment in plan["voiceover_segments"]:
        segment["text"] = "New words."
    path = f"/versions/{told['versionId']}/edit"

    price = site.us.post(path, {"plan": plan, "dryRun": True}).json()
    edited = site.us.post(path, {"plan": plan}).json()

    assert set(edited) >= {"projectId", "versionId", "reusedJobs", "newJobs", "estimatedCredits"}
    assert price["estimatedCredits"] == edited["estimatedCredits"] == 5
    assert (len(edited["reusedJobs"]), len(edited["newJobs"])) == (6, 2)
    assert edited["projectId"] == told["projectId"]
    assert site.finish(edited["versionId"])["status"] == "completed"


def test_a_generating_version_is_not_editable(site: Site) -> None:
    version = site.us.order()["versionId"]
    answer = site.us.post(f"/versions/{version}/edit", {})

    assert answer.status_code == 409
    assert answer.json()["error"] == "VERSION_NOT_EDITABLE"


def test_projects_come_in_pages(site: Site) -> None:
    told = site.finished(site.us.film())

    page = site.us.get("/projects").json()

    assert page["pagination"] == {"limit": 20, "offset": 0, "count": 1}
    (project,) = page["projects"]
    assert project["id"] == told["projectId"]
    assert project["createdAt"] == "2026-03-01T12:00:00Z"
    assert set(project) == {"id", "name", "thumbnailUrl", "createdAt", "latestVersion"}
    assert project["latestVersion"] == {
        "id": told["versionId"], "status": "completed", "adFormat": "video",
        "videoUrl": told["videoUrl"], "audioUrl": None, "totalCredits": 140,
    }  # fmt: skip
    assert site.us.get("/projects?limit=1&offset=1").json()["projects"] == []


def test_all_that_is_wrong_with_a_page_is_told_together(site: Site) -> None:
    answer = site.us.get("/projects?limit=abc&offset=-1")

    assert answer.json()["details"]["fieldErrors"] == {
        "limit": ["Expected a whole number"],
        "offset": ["Number must be greater than or equal to 0"],
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "limit="])
def test_a_page_out_of_bounds_is_refused(site: Site, query: str) -> None:
    answer = site.us.get(f"/projects?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fieldErrors"]) == [query.partition("=")[0]]


def test_a_project_is_deleted(site: Site) -> None:
    order = site.us.order()

    busy = site.us.delete(f"/projects/{order['projectId']}")
    site.finish(order["versionId"])
    answer = site.us.delete(f"/projects/{order['projectId']}")

    assert (busy.status_code, busy.json()["code"]) == (409, "PROJECT_BUSY")
    assert (answer.status_code, answer.json()) == (200, {"deleted": True})
    assert site.us.get(f"/jobs/{order['versionId']}").status_code == 404


def test_packages(site: Site) -> None:
    told = site.us.get("/packages").json()["packages"]

    assert [(one["name"], one["credits"], one["priceCents"], one["priceDisplay"], one["popular"])
            for one in told] == [
        ("API Starter", 500, 3900, "$39", False),
        ("API Growth", 2000, 11900, "$119", True),
        ("API Scale", 5500, 29900, "$299", False),
    ]  # fmt: skip


def test_usage(site: Site) -> None:
    site.finished()
    told = site.us.get("/usage").json()
    site.clock.pass_by(timedelta(seconds=1))
    told = site.us.get("/usage").json()

    assert set(told) == {"period", "tier", "cost_cents", "credits", "generations"}
    assert set(told["period"]) == {"from", "to"}
    assert told["credits"] == {"used": 4, "purchased": 0, "granted": 10_000, "refunded": 0}
    assert told["generations"] == {"total": 1, "completed": 1, "generating": 0, "projects": 1}
    assert site.us.get("/usage?from=0001-01-01&to=9999-12-31").json()["credits"] == told["credits"]
    none = site.us.get("/usage?from=2020-01-01&to=2020-02-01T00:00:00%2B02:00").json()
    assert none["period"] == {"from": "2020-01-01T00:00:00Z", "to": "2020-01-31T22:00:00Z"}
    assert none["credits"]["used"] == 0


@pytest.mark.parametrize("query", ["from=x", "to=2020-13-01", "from=2021-01-01&to=2020-01-01"])
def test_a_period_that_is_none_is_refused(site: Site, query: str) -> None:
    assert site.us.get(f"/usage?{query}").status_code == 400


def test_a_period_that_has_not_begun_is_named_by_its_parameter(site: Site) -> None:
    answer = site.us.get("/usage?from=2100-01-01")

    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"] == {"from": ["Must not be in the future"]}


def test_another_organisations_asset_is_forbidden(site: Site) -> None:
    theirs = site.customer("theirs").asset()

    for answer in (
        site.us.get(f"/video?id={theirs}", follow_redirects=False),
        site.us.delete(f"/assets/{theirs}"),
        site.us.post("/generate", site.us.film(imageAssetIds=[theirs])),
    ):
        assert answer.status_code == 403
        assert answer.json()["code"] == "ASSET_NOT_OWNED"


def test_a_provider_that_is_away_is_told(site: Site) -> None:
    site.break_down("speech", "speak", ProviderUnavailableError("The voice is away"))

    answer = site.us.post("/preview-voice", {"text": "Pure sound.", "voiceId": "ada"})

    assert answer.status_code == 503
    assert answer.json()["code"] == "PROVIDER_UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0
    assert site.balance() == 10_000


@pytest.mark.parametrize("fault", [ZeroDivisionError("secret"), PortError("secret", port="x")])
def test_a_fault_of_ours_tells_nothing_of_the_inside(site: Site, fault: Exception) -> None:
    site.break_down("voices", "voices", fault)

    answer = site.us.get("/voices")

    assert answer.status_code == 500
    assert answer.json() == {"error": "Internal server error", "code": "INTERNAL"}
    assert answer.headers["x-request-id"]
    assert answer.headers["x-ratelimit-limit"] == "300"
