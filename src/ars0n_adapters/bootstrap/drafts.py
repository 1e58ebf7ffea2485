"""
Ports on which an order is drafted: what comes in goes out again with the draft.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import MemoryStore
from ars0n_adapters.storage.local import LocalBlobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_adapters.bootstrap.opening import Product
    from ars0n_core.access import Organization

LOOKED_AT: Final = (1080, 720)
SHOWN: Final = (720, 400)
"""
What is kept of a photo's longer or shorter side in a draft: enough for a planner that looks
at it, or for an animatic, at a fraction of what storing a camera's picture takes.
"""


@contextlib.contextmanager
def draft(product: Product, organization: Organization) -> Iterator[Product]:
    """
    Lend *product* with a store of its own, in which there is *organization* and the logo of
    its brand kit, and which takes photos in no larger than a draft shows them.

    Raises:
        PortError: The logo can't be read, or the machine has no room.
    """
    ports = product.ports
    with ports.scratch.folder() as folder:
        store, blobs = MemoryStore(), LocalBlobs(folder / "blobs")
        with store.transaction() as tx:
            tx.organizations.add(organization)
            kit = organization.brand
            if kit is not None and kit.logo_asset_id is not None:
                with ports.store.transaction() as kept:
                    logo = kept.assets.find(kit.logo_asset_id)
                if logo is not None:
                    ports.blobs.copy_to(logo.blob_key, folder / "logo")
                    blobs.put(logo.blob_key, folder / "logo", media_type=logo.media_type)
                    tx.assets.add(logo)
            tx.commit()
        sides = SHOWN if product.settings.planner == "offline" else LOOKED_AT
        ingest = MediaIngest(ffmpeg=product.ffmpeg, kept=sides)
        yield evolve(product, ports=evolve(ports, store=store, blobs=blobs, ingest=ingest))


def is_empty(product: Product) -> bool:
    """
    Whether nothing was ever stored in *product*: its database would be made by looking.
    """
    kind, _, path = product.settings.database.partition(":///")
    return kind == "sqlite" and path not in {"", ":memory:"} and not Path(path).exists()
