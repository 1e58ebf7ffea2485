"""
Stand-ins: Gemini, Veo, Omni and ElevenLabs on this machine, for trying without an account.

**Owns** their wire formats (`gemini`, `footage`, `elevenlabs`), their errors (`refusals`),
the server (`server`), faults on a script (`scripts`) and the book of what was billed
(`calls`). **Does not own** any making: the ports behind it are given (`studio`), and real
media come back. **Invariants**: it listens on the loopback address only; any key will do
but one that begins with "wrong"; an error bills nothing, and whatever was made is billed
even if its answer is lost, as it is at the providers'.

Start at `server.Standins`.
"""

from __future__ import annotations

from ars0n_adapters.standins.scripts import Fault as Fault
from ars0n_adapters.standins.scripts import FaultyScriptError as FaultyScriptError
from ars0n_adapters.standins.scripts import Kind as Kind
from ars0n_adapters.standins.scripts import Route as Route
from ars0n_adapters.standins.scripts import Script as Script
from ars0n_adapters.standins.server import Standins as Standins
from ars0n_adapters.standins.studio import Studio as Studio
