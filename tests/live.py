"""
A few cents' worth of the real providers, for whoever has keys: ``nox -s live``.

Not collected with the tests: it costs money, and its answers are not ours.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ars0n_adapters import bootstrap, settings
from ars0n_core.errors import PortError
from ars0n_core.ports import SpeechOrder
from ars0n_core.specs.model import AdFormat, AdSpec

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = AdSpec(
    prompt="A desk lamp that follows the sun",
    duration_seconds=15,
    voice_id="any",
    ad_format=AdFormat.RADIO,
)


def main() -> int:
    """
    Ask who can be asked; return how many failed.
    """
    keys = settings.read_keys()
    chosen: dict[str, Any] = {}
    if keys.gemini:
        chosen["planner"] = "gemini"
    if keys.elevenlabs:
        chosen["speech"] = "elevenlabs"
    for name, has in (("GEMINI_API_KEY", keys.gemini), ("ELEVENLABS_API_KEY", keys.elevenlabs)):
        if not has:
            sys.stderr.write(f"LEFT OUT: {name} is not set\n")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with bootstrap.product(settings.read(data_dir=place / "data", **chosen)) as product:
            ports = product.ports
            steps: dict[str, Callable[[], object]] = {
                "planner": lambda: ports.planner.plan(ORDER, ()).voiceover_script,
                "speech": lambda: (
                    ports.speech.speak(
                        SpeechOrder(texts=("Hello.",), voice_id=ports.voices.voices()[0].voice_id),
                        place,
                    ).duration_seconds
                ),
            }
            for name in chosen:
                try:
                    sys.stdout.write(f"{name}: {steps[name]()}\n")
                except PortError as error:
                    failed += 1
                    sys.stdout.write(f"{name} FAILED: {error}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
