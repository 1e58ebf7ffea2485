"""
What an embedding service imports into its own tests.

**Owns** stand-ins for the outside (`fakes`) and one suite a port (`conformance`), which
every adapter passes. **Does not own** our own tests. **Invariants**: nothing here needs a
network, a key or a real clock; only this room imports pytest and Hypothesis.

Start at `fakes`.
"""

import sys

if "pytest" in sys.modules:  # pragma: no branch - our own tests have it
    import pytest

    # So that a rule that fails says which values it saw, as it does in a test of one's own.
    pytest.register_assert_rewrite(f"{__name__}.conformance", f"{__name__}.machine_laws")
