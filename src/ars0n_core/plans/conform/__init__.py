"""
The director's cut: plan, spoken words and footage become a `Timeline`.

**Owns** when each scene is shown, when each text is heard, how scenes are joined, and
what is written over them. **Does not own** pixels and samples (`compositor`), or what
is told (`plans`). **Invariants**: the cut is exactly as long as ordered (custom clips
added); pictures tile it; footage is read within its length at 0.9 to 1 of its speed,
never frozen or looped; no word is cut; texts are heard in the order of the ad.

Start at `conform` (`cut`); then `layout` (what is seen and heard when), with `speech` and
`lengths` under it, and `captions` (what is written).
"""

from __future__ import annotations

from ars0n_core.plans.conform.cut import conform

__all__ = ["conform"]
