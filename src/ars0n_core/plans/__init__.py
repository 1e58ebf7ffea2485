"""
How the ad will be told.

**Owns** `Plan` and its scenes (`model`), the plan an estimate assumes (`typical`), the
word budget (`budget`), what is derived where a client said nothing (`derive`), the work
list (`breakdown`), what changed between two plans (`diff`) and the cut (`conform`).
**Does not own** prices, jobs or pixels. **Invariants**: a plan's ``scene_index`` values
are a permutation of 0..n-1 and its list order is the order of the ad; the segments are
the narration, the script only their sum; equal inputs give equal fingerprints.

Start at `model`, then `breakdown`.
"""
