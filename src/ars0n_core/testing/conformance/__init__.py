"""
One suite a port: what every adapter must do, as tests to subclass.

**Owns** the suites. **Does not own** any adapter; those of this project subclass the
same suites, the in-memory ones too. A suite is a class with one fixture that returns the
adapter; subclass it in your own tests and give the fixture, and every rule fails by its
own name. The fixture's return annotation lets a type checker say whether the adapter
fits the port at all.

| port | module |
|---|---|
| Store: its `units`, `values`, `processes`, `customers`, `works`, `books`, `messages` | `stores` |
| BlobStore, Fetcher, Ingest, Sender | `files`, `fetching`, `taking`, `sending` |
| RateWindows | `rates` |
| Clock, Ids, Scratch, Runner | `machine` |
| Planner, ImageEditor, VideoGenerator | `planners`, `pictures`, `clips` |
| Speech, VoiceLibrary, Music | `speaking` |
| Compositor | `compositors` |

What the suites of the store put into it is in `furnishings`; pictures and sounds made with
the standard library alone in `media`.
"""
