"""
Adapters that need no server and no key pass the suites of their ports.
"""

from __future__ import annotations

import http.server
import subprocess
import threading
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from ars0n_adapters.fetch import Guard, GuardedFetcher, GuardedSender
from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import InlineRunner, MemoryBlobs, QueueRunner
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.testing.conformance.clips import VideoGeneratorSuite
from ars0n_core.testing.conformance.compositors import CompositorSuite
from ars0n_core.testing.conformance.fetching import FetcherSuite
from ars0n_core.testing.conformance.files import BlobStoreSuite
from ars0n_core.testing.conformance.machine import ClockSuite, IdsSuite, RunnerSuite, ScratchSuite
from ars0n_core.testing.conformance.pictures import ImageEditorSuite
from ars0n_core.testing.conformance.planners import PlannerSuite
from ars0n_core.testing.conformance.sending import Inbox, SenderSuite
from ars0n_core.testing.conformance.speaking import MusicSuite, SpeechSuite, VoiceLibrarySuite
from ars0n_core.testing.conformance.taking import IngestSuite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ars0n_core.ports import (
        BlobStore,
        Clock,
        Compositor,
        Fetcher,
        Ids,
        ImageEditor,
        Ingest,
        Music,
        Planner,
        Runner,
        Scratch,
        Sender,
        Speech,
        VideoGenerator,
        VoiceLibrary,
    )


class TestSystemClock(ClockSuite):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestRandomIds(IdsSuite):
    @pytest.fixture
    def ids(self) -> Ids:
        return RandomIds()


class TestTemporaryFolders(ScratchSuite):
    @pytest.fixture
    def scratch(self, tmp_path: Path) -> Scratch:
        return TemporaryFolders(tmp_path / "scratch")


class TestInlineRunner(RunnerSuite):
    @pytest.fixture
    def runner(self) -> Runner:
        return InlineRunner()


class TestQueueRunner(RunnerSuite):
    @pytest.fixture
    def queue(self) -> QueueRunner:
        return QueueRunner()

    @pytest.fixture
    def runner(self, queue: QueueRunner) -> Runner:
        return queue

    @pytest.fixture
    def go(self, queue: QueueRunner) -> Callable[[], None]:
        def go() -> None:
            while queue.step():
                pass

        return go


class TestThreadRunner(RunnerSuite):
    @pytest.fixture
    def runner(self) -> Iterator[Runner]:
        runner = ThreadRunner(threads=2)
        yield runner
        runner.close()


class TestMemoryBlobs(BlobStoreSuite):
    @pytest.fixture
    def blobs(self) -> BlobStore:
        return MemoryBlobs()


class TestGuardedFetcher(FetcherSuite):
    @pytest.fixture
    def published(self) -> dict[str, bytes]:
        return {}

    @pytest.fixture
    def port(self, published: dict[str, bytes]) -> Iterator[int]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = published.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            yield server.server_port
            server.shutdown()
            thread.join()

    @pytest.fixture
    def fetcher(self) -> Fetcher:
        return GuardedFetcher(
            Guard(
                is_allowed=lambda address: address == "127.0.0.1",
                lookup=lambda host, _: ("127.0.0.1",) if host == "good.example" else (host,),
                ports=None,
                deadline_seconds=5,
            )
        )

    @pytest.fixture
    def publish(self, published: dict[str, bytes], port: int) -> Callable[[bytes], str]:
        def publish(content: bytes) -> str:
            published["/a"] = content
            return f"http://good.example:{port}/a"

        return publish


class TestGuardedSender(SenderSuite):
    @pytest.fixture
    def sender(self) -> Sender:
        return GuardedSender(
            Guard(
                is_allowed=lambda address: address == "127.0.0.1",
                lookup=lambda host, _: ("127.0.0.1",) if host == "good.example" else (host,),
                ports=None,
                deadline_seconds=5,
            )
        )

    @pytest.fixture
    def inbox(self) -> Iterator[Inbox]:
        inbox = Inbox("")

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                inbox.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                inbox.headers.append({name.lower(): text for name, text in self.headers.items()})
                self.send_response(inbox.status)
                for name, text in inbox.answer.items():
                    self.send_header(name, text)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            inbox.url = f"http://good.example:{server.server_port}/hook"
            yield inbox
            server.shutdown()
            thread.join()


class TestMediaIngest(IngestSuite):
    @pytest.fixture
    def ingest(self) -> Ingest:
        return MediaIngest()

    @pytest.fixture
    def film(self, tmp_path: Path) -> Callable[[float], Path]:
        def film(seconds: float) -> Path:
            path = tmp_path / "film.mp4"
            source = f"testsrc=size=64x36:rate=5:duration={seconds}"
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
            command += ["-pix_fmt", "yuv420p", "-preset", "ultrafast", str(path)]
            subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
            return path

        return film


class TestLocalCompositor(CompositorSuite):
    @pytest.fixture
    def compositor(self) -> Compositor:
        return LocalCompositor(preset="ultrafast")


class TestOfflinePlanner(PlannerSuite):
    @pytest.fixture
    def planner(self) -> Planner:
        return OfflinePlanner()


class TestOfflineImageEditor(ImageEditorSuite):
    @pytest.fixture
    def images(self) -> ImageEditor:
        return OfflineImageEditor()


class TestOfflineVideoGenerator(VideoGeneratorSuite):
    @pytest.fixture
    def clips(self, tmp_path: Path) -> Iterator[VideoGenerator]:
        generator = OfflineVideoGenerator(tmp_path / "queue")
        yield generator
        generator.close()

    @pytest.fixture
    def elsewhere(self, clips: VideoGenerator, tmp_path: Path) -> Iterator[VideoGenerator]:
        generator = OfflineVideoGenerator(tmp_path / "queue")
        yield generator
        generator.close()


class TestOfflineSpeech(SpeechSuite):
    @pytest.fixture
    def speech(self) -> Speech:
        return OfflineSpeech()

    @pytest.fixture
    def voice_id(self) -> str:
        return OfflineVoices().voices()[0].voice_id


class TestOfflineVoices(VoiceLibrarySuite):
    @pytest.fixture
    def voices(self) -> VoiceLibrary:
        return OfflineVoices()


class TestOfflineMusic(MusicSuite):
    @pytest.fixture
    def music(self) -> Music:
        return OfflineMusic()
