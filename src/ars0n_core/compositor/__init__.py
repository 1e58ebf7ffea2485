"""
The picture and the sound.

**Owns** pixels, samples, how a timeline becomes a film, what leaves with it, and the one module
that starts processes (`ffmpeg`). **Does not own** the
decision what is shown when (`plans.conform`). **Invariants**: frames are yuv420p planes in
BT.709, changed in place and only where a pixel changes; the same timeline and media give the
same bytes, whatever the cache holds and however many work; nothing is written outside the folder
given; no process outlives a call.

| what | modules |
|---|---|
| a film of a timeline | `local` (the port), `assembly`, `segments` (its pieces), `render`, `boxes`, `streams` and `mp4` (joined without decoding) |
| pictures | `reels` (where they come from), `frames`, `stills`, `conversions`, `colors`, `transitions`, `cards` |
| laid over them | `glances` (at the film), `dressing`, `dressings`, `captions` with their `rows` and `backings`, `titles`, `logo`, `safe_areas`, `placements` |
| type | `text`, `fonts`, `metrics`, `rasters`, `typesetting`, `breaking`, `wrapping`, `hyphens`, `bidi`, `capitals` |
| sound | `audio`, `mixing`, `mastering`, `loudness`, `voices`, `beds`, `stretch`, `filters`, `tapes`, `waves`, `encoders` |
| what leaves with an ad | `finishing` (all of it), `delivery`, `profiles`, `subtitles`, `stems`, `interchange`, `provenance`, `animatic` |
| what is measured on it | `certificate`, `inspection`, `containers`, `legibility`, `letters`, `flashes`, `levels`, `parameters` |
| kept for the next time | `cache`, `shelves`, `archive` |
| the machine | `ffmpeg`, `commands` (what it is asked), `builds`, `probe`, `groups`, `disks`, `heaps` |

Start at `local.LocalCompositor`.
"""
