"""
What every `Sender` must do: post to customers' servers and tell what they said, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import define, field

from ars0n_core.errors import FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ports import Sender

BODY = '{"type":"version.completed","note":"grün"}'.encode()


@define
class Inbox:
    """
    A server that was posted to: where it is, the bodies it got, and how it answers next.
    """

    url: str
    bodies: list[bytes] = field(factory=list)
    headers: list[dict[str, str]] = field(factory=list)
    status: int = 204
    answer: dict[str, str] = field(factory=dict)


class SenderSuite:
    """
    What every `Sender` must do. Subclass it and give the fixture a sender, and an inbox it
    may reach: a server that keeps what is posted to ``inbox.url`` in ``inbox.bodies`` and
    ``inbox.headers`` (names in lower case), and answers with ``inbox.status`` and
    ``inbox.answer``.
    """

    @pytest.fixture
    def sender(self) -> Sender:
        """
        Return a sender.
        """
        raise AssertionError("give the fixture `sender`")

    @pytest.fixture
    def inbox(self) -> Inbox:
        """
        Return the inbox of a running server.
        """
        raise AssertionError("give the fixture `inbox`")

    def test_what_is_posted_arrives_as_it_is(self, sender: Sender, inbox: Inbox) -> None:
        """
        Byte for byte, with the headers that sign it, once.
        """
        sender.check(inbox.url)
        answered = sender.send(inbox.url, BODY, {"webhook-id": "msg_1"})

        assert (answered.status, answered.retry_after_seconds) == (204, None)
        assert inbox.bodies == [BODY]
        assert inbox.headers[0]["webhook-id"] == "msg_1"

    @pytest.mark.parametrize("status", [200, 400, 404, 410, 500, 503])
    def test_every_answer_is_told_and_none_is_an_error(
        self, sender: Sender, inbox: Inbox, status: int
    ) -> None:
        """
        What an answer means is the caller's to say, and so is whether to send again.
        """
        inbox.status = status

        assert sender.send(inbox.url, BODY, {}).status == status
        assert len(inbox.bodies) == 1, f"it was sent {len(inbox.bodies)} times"

    @pytest.mark.parametrize(("said", "wish"), [("120", 120.0), ("soon", None), ("-1", None)])
    def test_a_wish_for_more_time_is_told(
        self, sender: Sender, inbox: Inbox, said: str, wish: float | None
    ) -> None:
        """
        In seconds; what is no such wish is passed over.
        """
        inbox.status, inbox.answer = 503, {"Retry-After": said}

        assert sender.send(inbox.url, BODY, {}).retry_after_seconds == wish

    def test_no_redirect_is_followed(self, sender: Sender, inbox: Inbox) -> None:
        """
        The body goes to the URL the customer named and to no other.
        """
        inbox.status, inbox.answer = 302, {"Location": inbox.url}

        assert sender.send(inbox.url, BODY, {}).status == 302
        assert len(inbox.bodies) == 1

    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/hostname",
            "ftp://example.com/hook",
            "http://10.0.0.1/hook",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00::1]/hook",
            "http://0.0.0.0/hook",
            "http://",
            "no url at all",
            "",
        ],
    )
    def test_what_is_no_public_web_address_is_refused(self, sender: Sender, url: str) -> None:
        """
        When it is named, and again when it is posted to.
        """
        act: Callable[[], object]
        for act in (lambda: sender.check(url), lambda: sender.send(url, BODY, {})):
            with pytest.raises(FetchRefusedError):
                act()
