"""
The sheet on which every fault of an order is written down before it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from ars0n_core.errors import InvalidRequestError, TooManyClipsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


MESSAGES_MAX = 10
"""
Messages kept a field: a long list of broken entries must not make a long answer.
"""


@define
class Faults:
    """
    Faults by field and of the order as a whole, in the order they were found.

    >>> faults = Faults()
    >>> faults.add("prompt", "Required")
    >>> str(faults.error())
    'prompt: Required'
    """

    by_field: dict[str, list[str]] = field(factory=dict)
    of_form: list[str] = field(factory=list)
    too_many_clips: type[TooManyClipsError] | None = None

    def __bool__(self) -> bool:
        return bool(self.by_field or self.of_form)

    def add(self, name: str, message: str) -> None:
        """
        Note a fault of the field *name*.
        """
        messages = self.by_field.setdefault(name, [])
        if len(messages) < MESSAGES_MAX and message not in messages:
            messages.append(message)

    def add_form(self, message: str) -> None:
        """
        Note a fault that belongs to no single field.
        """
        if message not in self.of_form:
            self.of_form.append(message)

    def merge(
        self,
        other: Faults,
        *,
        except_fields: Collection[str] = (),
        name: Callable[[str], str] = str,
        wording: Callable[[str], str] = str,
    ) -> None:
        """
        Take over *other*'s faults, but for *except_fields*, under the names that *name*
        gives and with form errors in *wording*.
        """
        for key, messages in other.by_field.items():
            if name(key) not in except_fields:
                for message in messages:
                    self.add(name(key), message)
        for message in other.of_form:
            self.add_form(wording(message))
        self.too_many_clips = self.too_many_clips or other.too_many_clips

    def error(self) -> InvalidRequestError:
        """
        Return one error that holds them all; it has a code of its own only if a single
        fault that has one is all there is.
        """
        kind: type[InvalidRequestError] = InvalidRequestError
        if self.too_many_clips and not self.of_form and len(self.by_field) == 1:
            kind = self.too_many_clips
        return kind(self.by_field, self.of_form)

    def raise_any(self) -> None:
        """
        Raise the faults, if there are any.

        Raises:
            InvalidRequestError: With all of them.
        """
        if self:
            raise self.error()
