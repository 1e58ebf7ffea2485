"""
The composition root: the only room that names concrete adapters.

**Owns** what a process opens (`opening`), whom it asks for pictures, clips, speech and music
if not this machine (`vendors`), and what is only loaded when something is first asked of it
(`late`, `offline`). **Does not own** any adapter, nor what a deployment chose (`settings`).
**Invariants**: what nobody chose is never loaded; a choice that can't work is refused before
anything is opened.

Start at `opening.product`; `opening.application` puts the REST API on top of it.
"""

from __future__ import annotations

from ars0n_adapters.bootstrap.opening import Product as Product
from ars0n_adapters.bootstrap.opening import application as application
from ars0n_adapters.bootstrap.opening import ask_providers as ask_providers
from ars0n_adapters.bootstrap.opening import product as product
