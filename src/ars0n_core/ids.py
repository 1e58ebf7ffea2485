"""
What names a thing: one type an id, one prefix a kind.

Ids are opaque outside; the prefix only helps the reader. They are made by the `Ids`
port, never here.
"""

from __future__ import annotations

from typing import Final, NewType

OrganizationId = NewType("OrganizationId", str)
ApiKeyId = NewType("ApiKeyId", str)
ProjectId = NewType("ProjectId", str)
VersionId = NewType("VersionId", str)
JobId = NewType("JobId", str)
AssetId = NewType("AssetId", str)
EntryId = NewType("EntryId", str)

ORGANIZATION: Final = "org_"
API_KEY: Final = "key_"
PROJECT: Final = "proj_"
VERSION: Final = "ver_"
JOB: Final = "job_"
ASSET: Final = "asset_"
ENTRY: Final = "entry_"
