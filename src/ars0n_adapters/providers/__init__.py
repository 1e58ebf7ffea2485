"""
Who makes plans, pictures, clips, speech and music: one package a vendor.

**Owns** the provider ports' adapters. **Does not own** when they are called or what a
failure means for money (`usecases`). **Invariant**: a billed call is made once; whether
it may be repeated is the caller's decision, never the adapter's.
"""
