"""
What the outside owes us: every port, and `Ports`, the frozen bundle of them.

**Owns** the Protocols, the orders and answers that pass through them, and `Policy`, the
numbers a deployment may choose. **Does not own** any adapter. Ports are small,
synchronous, and at the level of the domain's verbs; each method says what it raises, and
that text is what its conformance suite tests (`ars0n_core.testing.conformance`). Waiting
is in the data: submit, ticket, check. Adapters raise only `PortError` and its children,
``from`` the vendor's error.

`machine` the clock, ids, working folders, runner and compositor; `store` all that is
kept beside files; `messages` answers to repeat and events to tell; `files` blobs,
downloads, foreign files; `providers` who makes things;
`bundle` all of it together.
"""

from __future__ import annotations

from ars0n_core.ports.bundle import Policy as Policy
from ars0n_core.ports.bundle import Ports as Ports
from ars0n_core.ports.files import BlobStore as BlobStore
from ars0n_core.ports.files import Fetcher as Fetcher
from ars0n_core.ports.files import FootageFacts as FootageFacts
from ars0n_core.ports.files import ImageFacts as ImageFacts
from ars0n_core.ports.files import Ingest as Ingest
from ars0n_core.ports.files import SoundFacts as SoundFacts
from ars0n_core.ports.machine import Clock as Clock
from ars0n_core.ports.machine import Compositor as Compositor
from ars0n_core.ports.machine import Ids as Ids
from ars0n_core.ports.machine import Runner as Runner
from ars0n_core.ports.machine import Scratch as Scratch
from ars0n_core.ports.messages import Answered as Answered
from ars0n_core.ports.messages import Deliveries as Deliveries
from ars0n_core.ports.messages import Delivery as Delivery
from ars0n_core.ports.messages import DeliveryStatus as DeliveryStatus
from ars0n_core.ports.messages import Replies as Replies
from ars0n_core.ports.messages import Reply as Reply
from ars0n_core.ports.messages import Sender as Sender
from ars0n_core.ports.messages import Webhook as Webhook
from ars0n_core.ports.providers import ClipOrder as ClipOrder
from ars0n_core.ports.providers import Finished as Finished
from ars0n_core.ports.providers import ImageEditor as ImageEditor
from ars0n_core.ports.providers import ImageOrder as ImageOrder
from ars0n_core.ports.providers import Maker as Maker
from ars0n_core.ports.providers import Music as Music
from ars0n_core.ports.providers import Named as Named
from ars0n_core.ports.providers import Narration as Narration
from ars0n_core.ports.providers import Picture as Picture
from ars0n_core.ports.providers import Planner as Planner
from ars0n_core.ports.providers import Speech as Speech
from ars0n_core.ports.providers import SpeechOrder as SpeechOrder
from ars0n_core.ports.providers import Unfinished as Unfinished
from ars0n_core.ports.providers import Variant as Variant
from ars0n_core.ports.providers import VideoGenerator as VideoGenerator
from ars0n_core.ports.providers import Voice as Voice
from ars0n_core.ports.providers import VoiceLibrary as VoiceLibrary
from ars0n_core.ports.store import Assets as Assets
from ars0n_core.ports.store import Keys as Keys
from ars0n_core.ports.store import Ledger as Ledger
from ars0n_core.ports.store import Organizations as Organizations
from ars0n_core.ports.store import Projects as Projects
from ars0n_core.ports.store import RateWindows as RateWindows
from ars0n_core.ports.store import Store as Store
from ars0n_core.ports.store import Transaction as Transaction
from ars0n_core.ports.store import Versions as Versions
