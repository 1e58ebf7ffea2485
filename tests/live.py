"""
A few cents' worth of the real providers, for whoever has keys: ``nox -s live``.

Each port whose provider has its key in the environment is asked for one small thing, after
its price was told. What has no key is left out, and said to be; so is what would cost more
than is left of ``ARS0N_LIVE_USD_MAX`` (15 cents, unless it says more: a clip needs more).
Which models, which endpoint, which bucket: the settings say, as for `ars0n serve`.

Not collected with the tests: it costs money, and its answers are not ours.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from ars0n_adapters import bootstrap, settings
from ars0n_core.errors import PortError
from ars0n_core.ids import AssetId
from ars0n_core.ports import (
    ClipOrder,
    Finished,
    ImageOrder,
    Picture,
    Policy,
    Ports,
    SpeechOrder,
)
from ars0n_core.specs.model import AdSpec, AspectRatio, VideoModel

PHOTO: Final = Path(__file__).parents[1] / "docs" / "pictures" / "coffee.jpg"
USD_MAX: Final = 0.15
CLIP_SECONDS_MAX: Final = 600.0
ORDER: Final = AdSpec(
    prompt="A cup of coffee from a small roastery",
    duration_seconds=15,
    voice_id="any",
    image_asset_ids=(AssetId("photo"),),
)
STILL: Final = ImageOrder(
    source=PHOTO,
    description="The cup of coffee on a stone table by a window",
    direction="soft morning light",
    aspect_ratio=AspectRatio.PORTRAIT,
    width=720,
    height=1280,
    variants=1,
    seed="live",
)


@frozen
class Step:
    """
    One port: the setting and the provider that are chosen for it, whether there is a key
    (*has*) or what is to be set, what it costs at most (dollars, price lists of November
    2026), and how it is asked for something.
    """

    setting: str
    provider: str
    has: bool
    missing: str
    usd: float
    ask: Callable[[Ports, Policy, Path], object]


def plan(ports: Ports, policy: Policy, folder: Path) -> object:
    shown = (Picture(asset_id=ORDER.image_asset_ids[0], path=PHOTO),)
    return ports.planner.plan(ORDER, shown).voiceover_script


def picture(ports: Ports, policy: Policy, folder: Path) -> object:
    (made,) = ports.images.edit(STILL, folder)
    if "judge" in made.notes:
        raise PortError(str(made.notes["judge"]), port="images")
    return f"scored {made.score}: {made.notes.get('comment')}"


def clip(ports: Ports, policy: Policy, folder: Path) -> object:
    ticket = ports.clips.submit(
        ClipOrder(
            still=PHOTO,
            prompt="Steam rises from the cup; slow push in",
            model=VideoModel.FAST,
            aspect_ratio=AspectRatio.PORTRAIT,
            seconds=4,
            seed="live",
            label="ars0n-live",
        )
    )
    sys.stdout.write(f"  ordered: {ticket}\n")
    give_up_at = time.monotonic() + CLIP_SECONDS_MAX
    while time.monotonic() < give_up_at:
        answer = ports.clips.check(ticket, folder)
        if isinstance(answer, Finished):
            return f"{answer.path.stat().st_size} bytes"
        time.sleep(policy.check_every.total_seconds())
    raise PortError(f"not finished after {CLIP_SECONDS_MAX:.0f} s", port="clips")


def sentence(ports: Ports, policy: Policy, folder: Path) -> object:
    voices = ports.voices.voices()
    order = SpeechOrder(texts=("Hello there.",), voice_id=voices[0].voice_id)
    said = ports.speech.speak(order, folder)
    return f"{len(voices)} voices; {said.duration_seconds:.2f} s, {len(said.words)} words"


def bed(ports: Ports, policy: Policy, folder: Path) -> object:
    made = ports.music.bed("calm piano", seconds=3.0, seed="live", folder=folder)
    return f"{made.stat().st_size} bytes"


def files(ports: Ports, policy: Policy, folder: Path) -> object:
    key = f"live/{os.getpid()}-{time.time_ns()}.jpg"
    ports.blobs.put(key, PHOTO, media_type="image/jpeg")
    try:
        ports.blobs.copy_to(key, folder / "back")
        if (folder / "back").read_bytes() != PHOTO.read_bytes():
            raise PortError("it came back as something else", port="blobs")
        expires_at = ports.clock.now() + policy.asset_url_lifetime
        url = ports.blobs.url(key, media_type="image/jpeg", expires_at=expires_at)
        request = urllib.request.Request(url, headers={"Range": "bytes=0-9"})  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            part = answer.read()
        if part != PHOTO.read_bytes()[:10]:
            raise PortError("its link doesn't give a range", port="blobs")
    finally:
        ports.blobs.delete(key)
    return "stored, read back, linked to, removed"


def steps(chosen: settings.Settings, keys: settings.Keys) -> tuple[Step, ...]:
    """
    Return what can be asked for, the cheapest first.
    """
    gemini = bool(keys.gemini or keys.vertex or chosen.vertex_project)
    platform = bool(keys.vertex or chosen.vertex_project)
    eleven = bool(keys.elevenlabs)
    google_key = "GEMINI_API_KEY or VERTEX_API_KEY"
    eleven_key = "ELEVENLABS_API_KEY"
    veo_key = "VERTEX_API_KEY or ARS0N_VERTEX_PROJECT"
    clips = ("veo", 0.32) if platform or not gemini else ("omni", 0.40)
    return (
        Step("storage", "s3", bool(chosen.s3_bucket), "ARS0N_S3_BUCKET", 0.0001, files),
        Step("speech", "elevenlabs", eleven, eleven_key, 0.0012, sentence),
        Step("planner", "gemini", gemini, google_key, 0.02, plan),
        Step("music", "elevenlabs", eleven, eleven_key, 0.02, bed),
        Step("images", "gemini", gemini, google_key, 0.07, picture),
        Step("clips", clips[0], gemini, f"{veo_key}, or GEMINI_API_KEY", clips[1], clip),
    )


def affordable(wished: tuple[Step, ...], usd_max: float) -> list[Step]:
    """
    Return the steps that have a key and can be paid for; say of all what they cost, or
    why they are left out.
    """
    taken: list[Step] = []
    for step in wished:
        name = f"{step.setting} ({step.provider})"
        spent = sum(one.usd for one in taken)
        if not step.has:
            sys.stderr.write(f"LEFT OUT: {name}: {step.missing} is not set\n")
        elif spent + step.usd > usd_max:
            wanted = spent + step.usd + 0.01
            sys.stderr.write(
                f"LEFT OUT: {name}: it costs up to ${step.usd:.4f}; "
                f"set ARS0N_LIVE_USD_MAX={wanted:.2f} to have it\n"
            )
        else:
            taken.append(step)
            sys.stdout.write(f"{name} costs up to ${step.usd:.4f}\n")
    sys.stdout.write(f"together up to ${sum(one.usd for one in taken):.4f}\n")
    sys.stdout.flush()
    return taken


def main() -> int:
    """
    Ask who can be asked; return how many failed.
    """
    try:
        usd_max = float(os.environ.get("ARS0N_LIVE_USD_MAX") or USD_MAX)
    except ValueError:
        sys.stderr.write("ARS0N_LIVE_USD_MAX must be a number of dollars, like 0.50\n")
        return 1
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        chosen = settings.read(data_dir=Path(place) / "data")
        taken = affordable(steps(chosen, settings.read_keys()), usd_max)
        offline: dict[str, Any] = {
            "planner": "offline", "images": "offline", "clips": "offline", "speech": "offline",
            "music": "offline", "storage": "local",
        }  # fmt: skip
        asked = evolve(chosen, **{**offline, **{step.setting: step.provider for step in taken}})
        try:
            with bootstrap.product(asked) as product:
                for step in taken:
                    failed += not _asked(step, product, Path(place))
        except PortError as error:
            sys.stdout.write(f"FAILED: {error}\n")
            failed += 1
    return failed


def _asked(step: Step, product: bootstrap.Product, place: Path) -> bool:
    folder = place / step.setting
    folder.mkdir()
    try:
        sys.stdout.write(f"{step.setting}: {step.ask(product.ports, product.policy, folder)}\n")
    except (PortError, OSError) as error:
        sys.stdout.write(f"{step.setting} FAILED: {error}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
