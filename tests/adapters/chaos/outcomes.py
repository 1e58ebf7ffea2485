"""
What becomes of a job when its provider fails: every fault of the stand-ins' script against
every kind of job, through the real SDKs.

``python -m tests.adapters.chaos.outcomes`` writes the table of the documentation anew.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.providers.elevenlabs import accounts as elevenlabs_accounts
from ars0n_adapters.providers.elevenlabs import calls as elevenlabs_calls
from ars0n_adapters.providers.elevenlabs.music import ElevenLabsMusic
from ars0n_adapters.providers.elevenlabs.speech import ElevenLabsSpeech
from ars0n_adapters.providers.elevenlabs.voices import ElevenLabsVoices
from ars0n_adapters.providers.genai import accounts as genai_accounts
from ars0n_adapters.providers.genai import calls as genai_calls
from ars0n_adapters.providers.genai.clips import GoogleVideoGenerator
from ars0n_adapters.providers.genai.images import GeminiImageEditor
from ars0n_adapters.providers.genai.judging import Judge
from ars0n_adapters.providers.genai.omni import OmniStudio
from ars0n_adapters.providers.genai.planner import GeminiPlanner
from ars0n_adapters.providers.genai.veo import VeoStudio
from ars0n_adapters.results import KeptResults
from ars0n_adapters.standins import Fault, Kind, Standins
from ars0n_adapters.standins.scripts import SECONDS, Route
from ars0n_adapters.system import TemporaryFolders
from ars0n_core import ledger
from ars0n_core.errors import Ars0nError
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.ports import Policy
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import VideoModel
from ars0n_core.testing.conformance import media
from ars0n_core.testing.shop import Shop, played
from ars0n_core.usecases.assets import upload
from ars0n_core.usecases.preview import preview
from ars0n_core.usecases.voices import browse
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.specs.model import AdSpec

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "faults.md"
ALWAYS: Final = 1_000_000
POLLS_MAX: Final = 60
POLLS_BRISK: Final = 12
# From then on somebody looks every quarter of an hour.

CREDITS: Final = 10_000
SECRET: Final = "nobody-may-see-this-key"  # noqa: S105 - of a stand-in

POLICY: Final = Policy(
    bounds=Bounds(lease=timedelta(seconds=45)),
    check_every=timedelta(milliseconds=500),
    ticket_lifetime=timedelta(hours=1),
    billed=frozenset(Operation) - {Operation.PREVIEW_VOICE},
    repeats_unknown=False,
)
"""
As `bootstrap` has it, but that tickets lapse sooner.
"""

EVERYWHERE: Final = (
    Kind.RATE, Kind.CONCURRENCY, Kind.QUOTA, Kind.ERROR, Kind.UNAVAILABLE, Kind.HANGUP,
    Kind.RESET, Kind.STALL, Kind.TRUNCATED, Kind.BLOCKED, Kind.WRONG_KEY, Kind.FORBIDDEN,
    Kind.PLAN, Kind.NOT_FOUND,
)  # fmt: skip
CLIPS: Final = (*EVERYWHERE, Kind.RAI, Kind.FAILED, Kind.EMPTY, Kind.SLOW)
CHECKS: Final = tuple(kind for kind in EVERYWHERE if kind is not Kind.BLOCKED)
PICTURES: Final = (*EVERYWHERE, Kind.IMAGE_SAFETY, Kind.NO_IMAGE, Kind.TEXT_ONLY)


class Unhurried:
    """
    A budget without end: what it does is tested where it is.
    """

    @contextmanager
    def place(self, *, wait_seconds: float) -> Iterator[None]:
        del wait_seconds
        yield

    def pause(self, seconds: float) -> None:
        """
        Wait for nobody: the clock here is moved by hand.
        """


@frozen(kw_only=True)
class Wires:
    """
    The lines to the stand-ins; *hasty* ones wait for no answer that takes a second.
    """

    url: str
    hasty: bool
    kept: KeptResults

    def google(self, port: str, model: str, *, platform: bool = False) -> Any:
        return genai_calls.Line(
            account=genai_accounts.Account(
                api_key="" if platform else SECRET,
                project="p" if platform else "",
                access_token=SECRET if platform else "",
                base_url=self.url,
                timeout_seconds=0.4 if self.hasty else 60,
            ),
            budget=Unhurried(),
            kept=self.kept,
            model=model,
            setting="ARS0N_…_MODEL",
            port=port,
        )

    def elevenlabs(self, port: str, model: str) -> Any:
        return elevenlabs_calls.Line(
            account=elevenlabs_accounts.Account(
                api_key=SECRET, base_url=self.url, timeout_seconds=1 if self.hasty else 60
            ),
            budget=Unhurried(),
            kept=self.kept,
            model=model,
            setting="ARS0N_…_MODEL",
            port=port,
        )

    def planner(self) -> Any:
        line = evolve(self.google("planner", "gemini-3.8-flash"), tries=3)
        return {"planner": GeminiPlanner(line)}

    def images(self) -> Any:
        judge = Judge(self.google("images", "gemini-3.8-flash"))
        return {"images": GeminiImageEditor(self.google("images", "gemini-3.1-flash-image"), judge)}

    def veo(self) -> Any:
        line = self.google("clips", "veo-3.1-fast-generate-001", platform=True)
        return {"clips": GoogleVideoGenerator(studio=VeoStudio(), lines={VideoModel.FAST: line})}

    def omni(self) -> Any:
        line = self.google("clips", "gemini-omni-1.1-flash")
        return {"clips": GoogleVideoGenerator(studio=OmniStudio(), lines={VideoModel.FAST: line})}

    def speech(self) -> Any:
        return {"speech": ElevenLabsSpeech(line=self.elevenlabs("speech", "eleven_v3"))}

    def music(self) -> Any:
        return {"music": ElevenLabsMusic(line=self.elevenlabs("music", "music_v1"))}

    def voices(self) -> Any:
        line = evolve(self.elevenlabs("voices", "eleven_v3"), tries=3)
        return {"voices": ElevenLabsVoices(line)}


@frozen(kw_only=True)
class Outcome:
    """
    What became of an order: *calls* to the route and how many of them were *billed*,
    *kept_credits* what the customer has paid in the end.
    """

    finished: bool
    reason: str
    calls: int
    billed: int
    billed_twice: int
    charged: int
    kept_credits: int
    leftover: tuple[str, ...] = ()

    def told(self) -> str:
        """
        Return it in a few words.
        """
        times = f"asked {self.calls}×, billed {self.billed}×"
        if self.finished:
            return f"finished ({times})"
        back = "all given back" if self.charged else "nothing charged"
        return f"{self.reason} — {back} ({times})"


def _film(shop: Shop) -> AdSpec:
    with shop.ports.scratch.folder() as folder:
        photo = folder / "photo.png"
        photo.write_bytes(media.png(48, 48))
        image = upload(shop.ports, POLICY, shop.caller, photo).asset.id
    spec = shop.film()
    return evolve(spec, image_asset_ids=(image,), variants=1, music_mood="calm")


def _radio(shop: Shop) -> AdSpec:
    return evolve(shop.radio(), music_mood="calm")


def _ad(order: Callable[[Shop], AdSpec]) -> Callable[[Shop], str]:
    """
    Return what orders an ad and follows it to its end; what fails it is returned.
    """

    def follow(shop: Shop) -> str:
        version_id = shop.order(order(shop)).version_id
        for number in range(POLLS_MAX):
            report = shop.poll(version_id)
            if report.status is not VersionStatus.GENERATING:
                break
            if any(job.status is JobStatus.POLLING for job in report.jobs):
                time.sleep(0.05)  # the stand-ins' clips take real time
            if number > POLLS_BRISK:
                shop.pass_by(timedelta(minutes=15))
        else:
            raise AssertionError(f"it hangs: {report.jobs}")
        failed = [job for job in report.jobs if job.status is JobStatus.FAILED]
        assert bool(failed) == (report.status is VersionStatus.FAILED)
        return "" if not failed else f"`{failed[0].operation}` failed: {failed[0].error}"

    return follow


def _planned(shop: Shop) -> str:
    shop.order(_radio(shop))
    return ""


def _heard(shop: Shop) -> str:
    preview(shop.ports, POLICY, shop.caller, text="Hear this", voice_id="ada")
    return ""


def _browsed(shop: Shop) -> str:
    assert browse(shop.ports)
    return ""


@frozen(kw_only=True)
class Row:
    """
    A kind of job: what is asked for, the *route* that fails, and the ports that are real.
    """

    title: str
    route: Route
    order: Callable[[Shop], str]
    real: Callable[[Wires], Mapping[str, Any]]
    kinds: tuple[Kind, ...] = EVERYWHERE


ROWS: Final = (
    Row(title="a plan", route=Route.TEXT, order=_planned, real=Wires.planner,
        kinds=(*EVERYWHERE, Kind.TEXT_ONLY, Kind.EMPTY)),
    Row(title="`nanobanana_edit`", route=Route.IMAGE, order=_ad(_film), real=Wires.images,
        kinds=PICTURES),
    Row(title="`nanobanana_edit`, its judge", route=Route.JUDGE, order=_ad(_film),
        real=Wires.images),
    Row(title="`video_generation`, the order at Veo", route=Route.VEO_SUBMIT, order=_ad(_film),
        real=Wires.veo, kinds=CLIPS),
    Row(title="`video_generation`, a look at Veo", route=Route.VEO_CHECK, order=_ad(_film),
        real=Wires.veo, kinds=CHECKS),
    Row(title="`video_generation`, the order at Omni", route=Route.OMNI_SUBMIT, order=_ad(_film),
        real=Wires.omni, kinds=CLIPS),
    Row(title="`video_generation`, a look at Omni", route=Route.OMNI_CHECK, order=_ad(_film),
        real=Wires.omni, kinds=CHECKS),
    Row(title="`voiceover`", route=Route.SPEECH, order=_ad(_radio), real=Wires.speech),
    Row(title="`compositing`, its music", route=Route.MUSIC, order=_ad(_film), real=Wires.music),
    Row(title="`audio_compositing`, its music", route=Route.MUSIC, order=_ad(_radio),
        real=Wires.music),
    Row(title="a voice preview", route=Route.SPEECH, order=_heard, real=Wires.speech),
    Row(title="the list of voices", route=Route.VOICES, order=_browsed, real=Wires.voices,
        kinds=CHECKS),
)  # fmt: skip


def outcome(standins: Standins, row: Row, kind: Kind, times: int) -> Outcome:
    """
    Order what *row* says while the next *times* calls go as *kind* says.
    """
    seconds = {Kind.STALL: 3.0, Kind.SLOW: 0.2}.get(kind, SECONDS.get(kind, 0.0))
    standins.forget()
    standins.script.replace({})
    with tempfile.TemporaryDirectory(prefix="ars0n-outcome-") as place:
        folder = Path(place)
        kept = KeptResults(folder / "results", bytes_max=10**9, lifetime_seconds=3600)
        wires = Wires(url=standins.url, hasty=kind is Kind.STALL, kept=kept)
        ports = played(
            store=MemoryStore(),
            rates=MemoryRateWindows(),
            blobs=MemoryBlobs(),
            scratch=TemporaryFolders(folder / "scratch"),
        )
        shop = Shop(evolve(ports, **row.real(wires)), policy=POLICY)
        standins.script.replace({row.route: [Fault(kind=kind, times=times, seconds=seconds)]})
        reason = ""
        try:
            reason = row.order(shop)
        except Ars0nError as error:
            reason = f"refused: {error}"
        standins.script.replace({})
        entries = shop.entries()
        routes = standins.book.told()["routes"].get(row.route, {})
        leftover: tuple[str, ...] = ()
        with contextlib.suppress(FileNotFoundError):
            leftover = tuple(path.name for path in (folder / "scratch").iterdir())
    return Outcome(
        finished=not reason,
        reason=_plain(reason),
        calls=routes.get("calls", 0),
        billed=routes.get("billed", 0),
        billed_twice=routes.get("billed_twice", 0),
        charged=sum(entry.credits for entry in entries if entry.kind == "charge"),
        kept_credits=CREDITS - ledger.balances(entries)[ledger.PREPAID],
        leftover=leftover,
    )


def _plain(reason: str) -> str:
    """
    Return *reason* without what differs from machine to machine.
    """
    reason = re.sub(r"(did not come whole): [^;]*?(?=\. It may|$)", r"\1", reason)
    reason = re.sub(r"operations?/\S+|v1_\d+", "…", reason)
    return " ".join(reason.split())


HEAD: Final = """\
# What becomes of an order when a provider fails

Written out by `nox -s faults`, which has every fault of the stand-ins' script
({doc}`/howto/try-without-an-account`) happen to every kind of job, once and without end,
through the real SDKs. *Asked* counts the calls of that kind, *billed* those the provider
wrote on its bill. No request is billed twice, nothing hangs, and a job that fails gives
everything back.

| fault | |
|---|---|
"""


def table(standins: Standins) -> Iterator[str]:
    """
    Yield the page.
    """
    from ars0n_adapters.standins.scripts import MEANINGS

    yield HEAD
    used = {kind for row in ROWS for kind in row.kinds}
    yield from (f"| `{kind}` | {MEANINGS[kind]} |\n" for kind in Kind if kind in used)
    for row in ROWS:
        yield f"\n## {row.title[0].upper()}{row.title[1:]}\n\n| fault | once | every time |\n|---|---|---|\n"
        for kind in row.kinds:
            yield line(standins, row, kind)
            sys.stderr.write(f"{row.title} {kind}\n")


def line(standins: Standins, row: Row, kind: Kind) -> str:
    """
    Return the page's line of a fault.
    """
    once, ever = (outcome(standins, row, kind, times).told() for times in (1, ALWAYS))
    return f"| `{kind}` | {once} | {ever if ever != once else 'the same'} |\n"


if __name__ == "__main__":
    from tests.adapters.chaos.conftest import sketched

    with Standins(sketched()) as served:
        text = "".join(table(served))
    PAGE.write_text(text, encoding="utf-8")
