"""
Where blobs are kept: `local` a folder, and remote stores beside it.

**Owns** the `BlobStore` adapters. **Does not own** the records about files
(`repositories`). **Invariant**: a blob is there whole, or not at all.
"""
