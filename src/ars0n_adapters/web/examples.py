"""
The documents' examples of bodies and answers, by the schema they are of.
"""

from __future__ import annotations

from typing import Any, Final

_ADAM: Final = "pNInz6obpgDQGcFmaJgB"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "ExportRequest": {
        "film": {"deliver": ["youtube", "dv360"], "subtitles": ["srt", "vtt"], "stems": True},
    },
    "GenerateRequest": {
        "video": {
            "prompt": "Premium wireless headphones — sleek, modern, lifestyle",
            "imageUrls": ["https://example.com/headphones.png"],
            "duration": 15,
            "voiceId": _ADAM,
            "aspectRatio": "9:16",
        },
        "radio": {
            "adFormat": "radio",
            "prompt": "Organic cold-pressed juice — fresh, healthy, delicious",
            "duration": 15,
            "voiceId": _ADAM,
            "voiceStyle": "energetic and friendly",
            "tone": "health-conscious lifestyle",
        },
    },
    "Generated": {
        "video": {
            "projectId": "proj_abc123",
            "versionId": "ver_def456",
            "totalCredits": 140,
            "jobCount": 8,
        }
    },
    "Cancelled": {"cancelled": {"cancelled": True, "jobsCancelled": 4, "creditsRefunded": 72}},
    "Regenerated": {"scene": {"cost": 47, "jobsReset": ["nb_job_id", "veo_job_id", "comp_job_id"]}},
    "Retried": {
        "job": {
            "job": {
                "id": "job_abc123",
                "job_type": "video_generation",
                "status": "pending",
                "retry_count": 2,
            }
        }
    },
    "EditRequest": {"price": {"dryRun": True}},
    "RegenerateRequest": {"bounded": {"maxCredits": 50}},
    "Edited": {
        "script": {
            "projectId": "proj_abc123",
            "versionId": "ver_new789",
            "reusedJobs": ["job_veo_1", "job_veo_3"],
            "newJobs": ["job_voiceover", "job_compositing"],
            "estimatedCredits": 5,
            "dryRun": False,
        }
    },
    "PlanRequest": {
        "video": {
            "prompt": "Premium wireless headphones — sleek, modern, lifestyle",
            "adFormat": "video",
            "duration": 30,
            "voiceId": _ADAM,
        }
    },
    "BrandKitRequest": {
        "kit": {"companyName": "SoundPro", "gradientColor": "#FF5500", "tagline": "Hear it all"}
    },
    "PreviewRequest": {"sentence": {"text": "Immerse yourself in pure sound.", "voiceId": _ADAM}},
    "Preview": {"audio": {"audioUrl": "https://example.com/audio.wav", "durationSeconds": 12.4}},
    "EstimateRequest": {
        "video": {"adFormat": "video", "imageCount": 3, "duration": 15},
        "radio": {"adFormat": "radio", "duration": 30},
    },
    "Estimated": {
        "video": {
            "adFormat": "video",
            "estimatedCredits": 140,
            "breakdown": [
                *[{"operation": "nanobanana_edit", "credits": 10}] * 3,
                *[{"operation": "video_generation", "credits": 35}] * 3,
                {"operation": "voiceover", "credits": 3},
                {"operation": "compositing", "credits": 2},
            ],
            "jobCount": 8,
            "sceneCount": 3,
        },
        "radio": {
            "adFormat": "radio",
            "estimatedCredits": 5,
            "breakdown": [
                {"operation": "voiceover", "credits": 3},
                {"operation": "audio_compositing", "credits": 2},
            ],
            "jobCount": 2,
            "sceneCount": 0,
        },
    },
    "Credits": {
        "starter": {
            "balance": 450,
            "unlimited": False,
            "tier": "starter",
            "activeGenerations": 1,
            "limits": {"maxConcurrentGenerations": 1, "rateLimitRpm": 60},
        }
    },
    "Uploaded": {
        "image": {
            "assetId": "asset_abc123",
            "type": "image",
            "publicUrl": "https://example.com/image.png",
        }
    },
    "Deleted": {"deleted": {"deleted": True}},
    "Packages": {
        "all": {
            "packages": [
                {
                    "id": "api_growth",
                    "name": "API Growth",
                    "credits": 2000,
                    "priceCents": 11900,
                    "priceDisplay": "$119",
                    "popular": True,
                }
            ]
        }
    },
}
