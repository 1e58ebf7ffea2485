"""
Foreign files in, files of ours out.

**Owns** `MediaIngest`, the `Ingest` port: pictures become upright sRGB PNG, sounds 48 kHz
stereo WAV, footage 720p H.264 at 30 frames a second; and `sniff`, which tells by content
what a file is. **Does not own** how many bytes may arrive (the upload counts them) or what
is done with the files. **Invariants**: a name or declared type decides nothing; foreign
content is only ever decoded in a child process that is held to limits (memory, time,
size, no other file, no address); what is stored was encoded here, without metadata; a
target exists only after success.

Start at `media`; `sniffing` says what a file is, `confined` how a child is held.
"""

from __future__ import annotations

from ars0n_adapters.ingest.media import MediaIngest
from ars0n_adapters.ingest.sniffing import Kind, Sniffed, sniff

__all__ = ["Kind", "MediaIngest", "Sniffed", "sniff"]
