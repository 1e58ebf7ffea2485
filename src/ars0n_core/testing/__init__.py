"""
What an embedding service imports into its own tests.

**Owns** stand-ins for the outside (`fakes`) and one suite a port (`conformance`), which
every adapter passes. **Does not own** our own tests. **Invariants**: nothing here needs a
network, a key or a real clock; only this room imports pytest and Hypothesis.

Start at `fakes`.
"""
