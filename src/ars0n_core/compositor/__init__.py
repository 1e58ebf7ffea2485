"""
The picture and the sound.

**Owns** pixels (`frames`, `transitions`, `cards`, `captions`, `titles`, `text`), samples (`audio`,
`mixing`, `mastering`, `loudness`), how a timeline becomes a film (`segments`, `render`,
`assembly`, `local`) and the one module that starts processes (`ffmpeg`). **Does not own** the
decision what is shown when (`plans.conform`). **Invariants**: frames are yuv420p planes in
BT.709, changed in place and only where a pixel changes; the same timeline and media give the
same bytes, whatever the cache holds and however many work; nothing is written outside the folder
given; no process outlives a call.

Start at `local.LocalCompositor`.
"""
