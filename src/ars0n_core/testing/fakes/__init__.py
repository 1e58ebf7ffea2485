"""
Stand-ins for the outside that answer at once, always the same, and on demand with a fault.

**Owns** time and names that stand still (`scripted`), the port that fails when told
(`scripted.Flaky`), everyone who makes things (`providers`) and takes in files (`files`).
**Does not own** storage (`ars0n_adapters.memory`). **Invariants**: they write small files
with true first bytes and no picture or sound in them (`contents`), so a whole ad passes
through every use case in milliseconds.
"""

from __future__ import annotations

from ars0n_core.testing.fakes.contents import MP3 as MP3
from ars0n_core.testing.fakes.contents import MP4 as MP4
from ars0n_core.testing.fakes.contents import PNG as PNG
from ars0n_core.testing.fakes.contents import WAV as WAV
from ars0n_core.testing.fakes.contents import footage as footage
from ars0n_core.testing.fakes.contents import picture as picture
from ars0n_core.testing.fakes.contents import sound as sound
from ars0n_core.testing.fakes.files import FakeFetcher as FakeFetcher
from ars0n_core.testing.fakes.files import FakeIngest as FakeIngest
from ars0n_core.testing.fakes.providers import WORD_SECONDS as WORD_SECONDS
from ars0n_core.testing.fakes.providers import FakeClips as FakeClips
from ars0n_core.testing.fakes.providers import FakeCompositor as FakeCompositor
from ars0n_core.testing.fakes.providers import FakeImages as FakeImages
from ars0n_core.testing.fakes.providers import FakeMusic as FakeMusic
from ars0n_core.testing.fakes.providers import FakePlanner as FakePlanner
from ars0n_core.testing.fakes.providers import FakeSpeech as FakeSpeech
from ars0n_core.testing.fakes.providers import FakeVoices as FakeVoices
from ars0n_core.testing.fakes.scripted import CountingIds as CountingIds
from ars0n_core.testing.fakes.scripted import Flaky as Flaky
from ars0n_core.testing.fakes.scripted import ManualClock as ManualClock
