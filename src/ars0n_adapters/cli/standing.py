"""
``ars0n standins``: the providers' stand-ins on a port, until Ctrl-C.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import FaultyScriptError, Script, Standins, Studio, scripts
from ars0n_core.compositor import ffmpeg
from ars0n_core.errors import MisconfiguredError

if TYPE_CHECKING:
    from argparse import Namespace

_PORT_MAX: Final = 65_535
_SECONDS_MAX: Final = 3600.0

_VARIABLES: Final = """\
GOOGLE_GEMINI_BASE_URL={url}
GOOGLE_VERTEX_BASE_URL={url}
GOOGLE_API_KEY=standin
ELEVENLABS_BASE_URL={url}
ELEVENLABS_API_KEY=standin
ARS0N_PLANNER=gemini
ARS0N_IMAGES=gemini
ARS0N_CLIPS=veo
ARS0N_CHECK_SECONDS=1
ARS0N_SPEECH=elevenlabs
ARS0N_MUSIC=elevenlabs
ARS0N_GOOGLE_BASE_URL={url}
ARS0N_ELEVENLABS_BASE_URL={url}
VERTEX_API_KEY=standin
"""

_ABOUT: Final = """\
Gemini, Veo, Omni and ElevenLabs stand in at {url}, made by the offline providers.
Any key will do; one that begins with "wrong" is refused.
What was billed:      curl {url}/__standins/counters
What shall go wrong:  curl -X PUT {url}/__standins/script -d '{{"veo.submit": ["rate"]}}'
Ctrl-C ends them.
"""


def stand_in(options: Namespace) -> None:
    """
    Serve the stand-ins until the process is told to stop. The variables go to the output,
    for a shell to read, and what they are for goes to the screen.

    Raises:
        FaultyOptionsError: The port or the script can't be used.
        MisconfiguredError: There is no usable ffmpeg, or the port is taken.
    """
    script = Script(_script(options.script) if options.script else None)
    if not 0 <= options.port <= _PORT_MAX:
        fault = f"must be from 0 to {_PORT_MAX}"
        raise FaultyOptionsError([(f"--port {options.port}", fault)])
    if not 0 <= options.clip_seconds <= _SECONDS_MAX:
        fault = f"must be from 0 to {_SECONDS_MAX:.0f}"
        raise FaultyOptionsError([(f"--clip-seconds {options.clip_seconds:g}", fault)])
    binary = ffmpeg.find().path
    with tempfile.TemporaryDirectory(prefix="ars0n-standins-") as folder:
        clips = OfflineVideoGenerator(Path(folder), ffmpeg=binary)
        studio = Studio(
            planner=OfflinePlanner(),
            images=OfflineImageEditor(),
            clips=clips,
            speech=OfflineSpeech(),
            voices=OfflineVoices(),
            music=OfflineMusic(),
            ffmpeg=binary,
        )
        try:
            standins = Standins(
                studio, script=script, port=options.port, clip_seconds=options.clip_seconds
            )
        except OSError as error:
            message = f"Port {options.port} can't be had: {error.strerror}; choose another --port"
            raise MisconfiguredError(message, port="standins") from error
        try:
            with standins:
                sys.stdout.write(_VARIABLES.format(url=standins.url))
                sys.stdout.flush()
                sys.stderr.write(_ABOUT.format(url=standins.url))
                threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write("\nars0n: the stand-ins have left\n")
        finally:
            clips.close()


def _script(path: Path) -> dict[str, tuple[scripts.Fault, ...]]:
    try:
        return scripts.read(path.read_bytes())
    except OSError as error:
        raise FaultyOptionsError([(f"--script {path}", error.strerror or str(error))]) from None
    except FaultyScriptError as error:
        raise FaultyOptionsError([(f"--script {path}", str(error))]) from None
