"""
Hear a voice say something: `preview`.

It is charged before it is spoken and given back when no audio comes; should the process
die in between, `refund_lost` gives it back later, as often as it likes and only once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core import ids, ledger, pricing, quotas, specs
from ars0n_core.errors import (
    InvalidRequestError,
    ProviderRejectedError,
)
from ars0n_core.ids import EntryId
from ars0n_core.ledger import EntryKind
from ars0n_core.plans.derive import is_spoken
from ars0n_core.ports.providers import SpeechOrder
from ars0n_core.usecases import admit, conflicts, materials, payments
from ars0n_core.work import Operation, WorkItem

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import OrganizationId
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller

PREFIX: Final = "preview_"
ITEM: Final = WorkItem(key="preview", operation=Operation.PREVIEW_VOICE)

SPOKEN_WITHIN: Final = timedelta(minutes=15)
"""
A preview that was charged so long ago and has no audio will never have any.
"""

KEPT_FOR: Final = timedelta(hours=2)
"""
How long its audio is kept: twice as long as its URL is good for.
"""

LOOKED_BACK: Final = timedelta(hours=6)


@frozen(kw_only=True)
class Preview:
    """
    A spoken text: where to hear it, how long it is, what it cost.
    """

    audio_url: str
    duration_seconds: float
    credits: int


def preview(ports: Ports, policy: Policy, caller: Caller, *, text: str, voice_id: str) -> Preview:
    """
    Speak *text* and return a URL that is good for an hour.

    Raises:
        InvalidRequestError: The text or the voice has faults, or the provider refuses.
        QuotaExceededError: Too much was previewed today.
        BudgetExceededError: The key's monthly cap doesn't cover it.
        InsufficientCreditsError: The balance doesn't cover it.
        PortError: No audio came; it was given back.
    """
    now = ports.clock.now()
    _check(ports, policy, text, voice_id)
    hundreds = -(-len(text) // quotas.PREVIEW_CHARACTERS)
    admit.count(ports, caller, quotas.PREVIEWS, now, times=hundreds)
    price = 0 if caller.is_test else pricing.price(ITEM, pricing.card(policy.edition))
    preview_id = ports.ids.new(PREFIX)
    account = conflicts.settle(lambda: _charge(ports, caller, preview_id, price, now))
    try:
        key, media_type, seconds = _speak(ports, preview_id, text.strip(), voice_id)
        url = ports.blobs.url(
            key, media_type=media_type, expires_at=now + policy.preview_url_lifetime
        )
    except BaseException as error:
        if price:
            _refund(ports, caller, preview_id, account, price)
        if isinstance(error, ProviderRejectedError):
            raise InvalidRequestError({"text": [str(error) or "Refused"]}) from error
        raise
    return Preview(audio_url=url, duration_seconds=seconds, credits=price)


def refund_lost(ports: Ports, organization_id: OrganizationId, *, now: datetime) -> int:
    """
    Give back every preview that was charged and never spoken, and remove the audio of
    old ones; return what was given back.
    """
    with ports.store.transaction() as tx:
        entries = tx.ledger.entries(organization_id, start=now - LOOKED_BACK, end=now)
    booked = {entry.reference for entry in entries}
    total = 0
    for entry in entries:
        preview_id = entry.reference.removeprefix("charge/")
        age = now - entry.booked_at
        if entry.kind is not EntryKind.CHARGE or not preview_id.startswith(PREFIX):
            continue
        if age > KEPT_FOR:
            materials.discard(ports, [_key(preview_id)])
        elif age > SPOKEN_WITHIN and f"refund/{preview_id}" not in booked:
            if ports.blobs.exists(_key(preview_id)):
                continue
            (posting,) = entry.postings
            refund = ledger.refund(
                _booking(ports, organization_id, preview_id, now, entry.api_key_id),
                account=posting.source,
                item=preview_id,
                credits_back=entry.credits,
            )
            with ports.store.transaction() as tx:
                tx.organizations.lock(organization_id)
                total += entry.credits if tx.ledger.append(refund) else 0
                tx.commit()
    return total


def take_back(
    ports: Ports,
    tx: Transaction,
    organization_id: OrganizationId,
    reference: str,
    *,
    since: datetime,
    now: datetime,
) -> None:
    """
    Give back the preview that was charged under *reference*, not before *since*; once,
    whoever else does. For whoever is about to speak it anew, with the organisation locked.
    """
    for entry in tx.ledger.entries(organization_id, start=since):
        if entry.reference == reference and entry.kind is EntryKind.CHARGE:
            preview_id = reference.removeprefix("charge/")
            (posting,) = entry.postings
            tx.ledger.append(
                ledger.refund(
                    _booking(ports, organization_id, preview_id, now, entry.api_key_id),
                    account=posting.source,
                    item=preview_id,
                    credits_back=entry.credits,
                )
            )


def _check(ports: Ports, policy: Policy, text: str, voice_id: str) -> None:
    faults = specs.Faults()
    most = specs.limits_of(policy.edition).preview_characters_max
    for message in specs.text_faults(text, least=1, most=most):
        faults.add("text", message)
    if not faults and not is_spoken(text):
        faults.add("text", "There is nothing to say: no letter and no digit")
    reason = None if faults else ports.speech.refusal(text, voice_id)
    if reason is not None:
        faults.add("text", reason)
    if ports.voices.voice(voice_id) is None:
        faults.add("voice_id", f"There is no voice {voice_id}: choose one from the list of voices")
    faults.raise_any()


def _charge(ports: Ports, caller: Caller, preview_id: str, price: int, now: datetime) -> str:
    with ports.store.transaction() as tx:
        organization = tx.organizations.lock(caller.organization.id)
        bill = payments.Bill(items=((preview_id, price),), reference=f"charge/{preview_id}")
        payments.pay(ports, tx, caller, organization, bill, now=now)
        tx.commit()
    return ledger.account_of(unlimited=organization.unlimited)


def _speak(ports: Ports, preview_id: str, text: str, voice_id: str) -> tuple[str, str, float]:
    key = _key(preview_id)
    with ports.scratch.folder() as folder:
        order = SpeechOrder(texts=(text,), voice_id=voice_id, seed=preview_id)
        spoken = ports.speech.speak(order, folder)
        ports.blobs.put(key, spoken.path, media_type=spoken.media_type)
    return key, spoken.media_type, spoken.duration_seconds


def _refund(ports: Ports, caller: Caller, preview_id: str, account: str, price: int) -> None:
    organization_id = caller.organization.id
    refund = ledger.refund(
        _booking(ports, organization_id, preview_id, ports.clock.now(), caller.key_id),
        account=account,
        item=preview_id,
        credits_back=price,
    )
    with ports.store.transaction() as tx:
        tx.organizations.lock(organization_id)
        tx.ledger.append(refund)
        tx.commit()
    materials.discard(ports, [_key(preview_id)])


def _booking(
    ports: Ports,
    organization_id: OrganizationId,
    preview_id: str,
    now: datetime,
    api_key_id: ids.ApiKeyId | None,
) -> ledger.Booking:
    return ledger.Booking(
        id=EntryId(ports.ids.new(ids.ENTRY)),
        organization_id=organization_id,
        reference=f"refund/{preview_id}",
        booked_at=now,
        api_key_id=api_key_id,
    )


def _key(preview_id: str) -> str:
    return f"previews/{preview_id}"
