"""
The document's curl lines run as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

PUBLIC = "https://example.com"


def meant(command: str, server: Any, known: dict[str, str]) -> str:
    for said, one in {PUBLIC: server.pictures, **known}.items():
        command = command.replace(said, one)
    return command


@pytest.fixture
def ask(shell: Any, server: Any, things: Any) -> Any:
    """
    Run a command as it is, failing loudly on an HTTP error, and return the JSON.
    """
    (things / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n", encoding="utf-8")

    def start(command: str, **known: str) -> Any:
        said = {name.replace("_", "-"): one for name, one in known.items()}
        return json.loads(shell(meant(command, server, said)))

    return start


def named(document: Any, *words: str) -> list[str]:
    found = [command for command in document.commands() if all(word in command for word in words)]
    assert found, f"the document has no curl line with {words}"
    return found


def test_every_line_is_run_here(document: Any) -> None:
    paths = {re.search(r"/api/v1/([\w-]+)", command) for command in document.commands()}

    assert {match[1] for match in paths if match} == {
        "assets", "credits", "estimate", "generate", "jobs", "packages", "plan",
        "preview-voice", "voices",
    }  # fmt: skip


def test_reading(document: Any, ask: Any) -> None:
    assert all("balance" in ask(command) for command in named(document, "/credits"))
    for command in named(document, "/voices"):
        # Which voices there are is the provider's business.
        assert isinstance(ask(command)["voices"], list)
    for command in named(document, "/packages"):
        assert [one["credits"] for one in ask(command)["packages"]] == [500, 2000, 5500]


def test_estimating(document: Any, ask: Any) -> None:
    commands = named(document, "/estimate")

    totals = [ask(command)["estimatedCredits"] for command in commands]

    assert totals == [140 if '"video"' in command else 5 for command in commands]


def test_uploading(document: Any, ask: Any) -> None:
    said = [ask(command) for command in named(document, "/assets")]

    assert {one["type"] for one in said} == {"image", "audio"}


@pytest.mark.slow
def test_a_radio_ad(document: Any, ask: Any, server: Any) -> None:
    (command,) = named(document, "/generate", '"radio"')

    report = server.finish(ask(command)["versionId"])

    assert server.plays(report["audioUrl"]) == pytest.approx(15, abs=0.1)


@pytest.mark.slow
def test_ads_from_image_urls(document: Any, ask: Any, server: Any) -> None:
    commands = named(document, "/generate", PUBLIC)
    poll = named(document, "/jobs/abc-123")[0]

    for command in commands:
        version_id = ask(command)["versionId"]
        assert ask(poll, abc_123=version_id)["versionId"] == version_id
        report = server.finish(version_id)
        assert server.plays(report["videoUrl"]) == pytest.approx(15, abs=0.1)


@pytest.mark.slow
def test_the_two_step_plan_flow(document: Any, ask: Any, server: Any, things: Any) -> None:
    known = {
        "asset_1": server.upload(things / "product.png"),
        "asset_2": server.upload(things / "product-photo.png"),
        "clip_id": server.upload(things / "clip.mp4"),
    }
    (plan_it,) = named(document, "/plan")
    (preview,) = named(document, "/preview-voice")
    (order,) = named(document, "/generate", "your edited plan")
    poll = named(document, "/jobs/ver_xyz")[0]

    told = ask(plan_it, **known)["plan"]
    assert ask(preview)["durationSeconds"] > 0
    edited = json.dumps(told, ensure_ascii=True).replace("'", "\\u0027")
    version_id = ask(order.replace('{ "...your edited plan..." }', edited), **known)["versionId"]

    server.finish(version_id)
    report = ask(poll.replace("ver_xyz", version_id))
    assert server.plays(report["videoUrl"]) == pytest.approx(36, abs=0.1)
