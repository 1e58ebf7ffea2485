"""
A typed client of the REST API.

**Owns** a method an endpoint and an ad made from order to file (`calls`), what is
answered (`answers`) and the error tree (`faults`). **Does not own** any rule: it knows
the API as its document says it, and nothing of the core. **Invariants**: a request that
was refused for its rate, or met a server that could not just then, is sent again as the
answer asks; a charging one only under an idempotency key, so it is never charged twice;
the key is sent to the API's own host alone.

Start at `Client.generate_and_wait`.
"""

from __future__ import annotations

from ars0n_adapters.client.answers import Generated as Generated
from ars0n_adapters.client.answers import Progress as Progress
from ars0n_adapters.client.answers import Uploaded as Uploaded
from ars0n_adapters.client.calls import Client as Client
from ars0n_adapters.client.faults import AdFailedError as AdFailedError
from ars0n_adapters.client.faults import ApiError as ApiError
from ars0n_adapters.client.faults import AuthenticationError as AuthenticationError
from ars0n_adapters.client.faults import ClientError as ClientError
from ars0n_adapters.client.faults import ConflictError as ConflictError
from ars0n_adapters.client.faults import ForbiddenError as ForbiddenError
from ars0n_adapters.client.faults import InsufficientCreditsError as InsufficientCreditsError
from ars0n_adapters.client.faults import InvalidError as InvalidError
from ars0n_adapters.client.faults import LimitedError as LimitedError
from ars0n_adapters.client.faults import NotFoundError as NotFoundError
from ars0n_adapters.client.faults import ServerError as ServerError
from ars0n_adapters.client.faults import UnreachableError as UnreachableError
from ars0n_adapters.client.faults import WaitedError as WaitedError
