"""
One suite a port: what every adapter must do, as tests to subclass.

**Owns** the suites. **Does not own** any adapter; those of this project subclass the
same suites, the in-memory ones too. A suite is a class with one fixture that returns the
adapter; subclass it in your own tests and give the fixture, and every rule fails by its
own name. The fixture's return annotation lets a type checker say whether the adapter
fits the port at all.

`stores` the store and its unit of work (its `messages` apart); `files` blobs; `rates` rolling windows.
"""
