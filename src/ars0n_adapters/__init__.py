"""
What connects the domain to the world: one adapter a port and vendor.

**Owns** providers, storage, repositories, the web, the command line and `bootstrap`, the
only module that names concrete adapters together. **Does not own** any rule.
**Invariants**: adapters do not know one another; they raise only `PortError` and its
children; a vendor's library is imported when it is first used, never before.

Start at `bootstrap`; to write an adapter, copy its class in `memory` and subclass its
suite in `ars0n_core.testing.conformance`.
"""
