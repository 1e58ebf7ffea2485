"""
Our own writes that failed: what a full disk, a lacking permission or a broken one comes to.
"""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Final

from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSIENT_ERRNOS: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO}
)


def of_disk(error: OSError) -> CompositorError:
    """
    Return the error for our own failed write: retryable when the machine was short of
    something.
    """
    return CompositorError(
        f"the machine could not write: {error.strerror or error}",
        retryable=error.errno in TRANSIENT_ERRNOS,
    )


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """
    Raise a write that fails inside the block as `of_disk` tells it.
    """
    try:
        yield
    except OSError as error:
        raise of_disk(error) from error
