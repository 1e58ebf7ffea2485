"""
Who is told how an ad ended; what is told over the wire is in ``tests/web/test_webhooks.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from attrs import define, field

from ars0n_core.errors import InvalidRequestError
from ars0n_core.ports import Answered
from ars0n_core.usecases import projects, webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.projects import Version

    from .conftest import Stage

URL = "https://example.com/hook"


@define
class Told:
    """
    A customer's server, and what happens while it is being told.
    """

    meanwhile: Callable[[], object] = lambda: None
    bodies: list[bytes] = field(factory=list)

    def check(self, url: str) -> None:
        """
        Find no fault with it.
        """

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.bodies.append(body)
        self.meanwhile()
        return Answered(status=200)


def ended(stage: Stage) -> Version:
    """
    A finished radio ad whose end somebody wants to be told of.
    """
    version: Version = stage.version(stage.order(stage.radio()).version_id)
    with stage.ports.store.transaction() as tx:
        webhooks.subscribe(
            stage.ports,
            tx,
            version.organization_id,
            version.id,
            url=URL,
            origin="https://x.example",
        )
        tx.commit()
    stage.finish(version.id)
    return version


def deliver(stage: Stage, server: Told) -> int:
    return webhooks.deliver_due(stage.ports, server, lambda delivery, _: delivery.id.encode())


def test_a_project_deleted_while_it_is_told_of_is_told_of_once(stage: Stage) -> None:
    version = ended(stage)
    server = Told(lambda: projects.delete(stage.ports, stage.caller, version.project_id))

    assert deliver(stage, server) == 1

    assert webhooks.browse(stage.ports, stage.caller).count == 0
    assert deliver(stage, server) == 0
    assert len(server.bodies) == 1


def test_a_page_of_the_log_has_its_bounds(stage: Stage) -> None:
    ended(stage)
    deliver(stage, Told())

    page = webhooks.browse(stage.ports, stage.caller, limit=1)
    assert (len(page.deliveries), page.count) == (1, 1)
    with pytest.raises(InvalidRequestError) as caught:
        webhooks.browse(stage.ports, stage.caller, limit=101, offset=-1)
    assert caught.value.field_errors == {
        "limit": ("Number must be between 1 and 100",),
        "offset": ("Number must be greater than or equal to 0",),
    }
