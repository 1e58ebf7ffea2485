"""
Builds of ffmpeg, as values: what one must be able to do, the command lines it is given, and
what it complains of.

Nothing runs here; `ars0n_core.compositor.ffmpeg` finds builds and starts them.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path

NEEDED: Final = ("--enable-libx264", "--enable-libmp3lame")
"""
What a build must have been configured with; Debian's, Homebrew's and the wheel's are.
"""

FIX: Final = (
    "install the imageio-ffmpeg package, or set the ffmpeg path to a build with x264 and LAME"
)

FOREIGN_FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,w64,mp3,ogg,aac,flac,aiff,caf,"
    "image2,png_pipe,jpeg_pipe,webp_pipe"
)
"""
Containers a stranger's file may have. Playlists (hls, concat, dash) are left out: they
make ffmpeg open other files and addresses.
"""


ALLOCATION: Final = {
    "GLIBC_TUNABLES": ":".join(
        f"glibc.malloc.{name}"
        for name in (
            "hugetlb=1", "mmap_threshold=1073741824", "trim_threshold=2147483648", "arena_max=1",
        )
    )
}  # fmt: skip
"""
How ffmpeg gets memory for pictures: from one heap in huge pages, which keeps what is freed for
the next picture. By default glibc maps each anew, at a page fault for every 4 KB. Other C
libraries ignore it.
"""

TRANSIENT: Final = (
    "No space left on device",
    "Disk quota exceeded",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "Too many open files",
)
"""
Complaints about the machine, not about the input: the same job may succeed later.
"""


ASKED_TO_END: Final = 255
"""
How ffmpeg ends, without a word, at a polite signal: that of a machine that is shut down, say.
"""


@frozen(kw_only=True)
class Ffmpeg:
    """
    A usable ffmpeg: where it is, its release, and all it says of itself.
    """

    path: str
    version: tuple[int, ...]
    banner: str

    @property
    def fingerprint(self) -> str:
        """
        What encodes the same way has the same fingerprint.
        """
        return sha256(self.banner.encode()).hexdigest()[:16]

    def has(self, library: str) -> bool:
        """
        Whether it was built with *library*.
        """
        return f"--enable-{library}" in self.banner

    @property
    def tells_frames(self) -> bool:
        """
        Whether it can tell of each picture that it encodes: from release 6 on, and between
        releases.
        """
        return not self.version or self.version >= (6,)


def version_of(banner: str) -> tuple[int, ...]:
    """
    Return the release in the first line of ``ffmpeg -version``; () for a build between
    releases, which tells no order.

    >>> version_of("ffmpeg version n7.1.1-1+b1 Copyright (c) 2000-2025")
    (7, 1, 1)
    >>> version_of("ffmpeg version N-118448-g43be8d0728 Copyright")
    ()
    """
    found = re.match(r"ffmpeg version n?(\d+(?:\.\d+)*)", banner)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def missing(build: Ffmpeg) -> str:
    """
    Return what *build* lacks of what is `NEEDED`, as a sentence names it; "" for nothing.

    >>> missing(Ffmpeg(path="ffmpeg", version=(7,), banner="--enable-libx264"))
    '--enable-libmp3lame'
    """
    return ", ".join(flag for flag in NEEDED if flag not in build.banner)


def url(path: Path) -> str:
    """
    Return *path* as ffmpeg takes it literally: no protocol, option or pattern in a file's
    name is obeyed.

    >>> from pathlib import PurePosixPath
    >>> url(PurePosixPath("-i http:x.mp4"))
    'file:-i http:x.mp4'
    """
    return f"file:{path}"


def foreign_options() -> dict[str, str]:
    """
    Return the input options for a file of unknown origin: only plain containers, nothing
    opened beside the file itself, no allocation above 512 MB.
    """
    return {
        "protocol_whitelist": "file,pipe",
        "format_whitelist": FOREIGN_FORMATS,
        "max_alloc": str(512 << 20),
    }


def arguments(binary: Ffmpeg, graph: Any, *, loglevel: str = "error") -> list[str]:
    """
    Return the command line for an ffmpeg-python output *graph*. Pure.

    The general options come first, where ffmpeg wants them.
    """
    return [
        binary.path,
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", loglevel, "-y"),
        *(str(argument) for argument in graph.get_args()),
    ]


def first_complaint(message: str) -> str:
    """
    Return the line that says why, without the part's address in memory; the lines after it
    mostly say that the job therefore failed.
    """
    lines = (re.sub(r"^\[[^]]*\] *", "", line).strip() for line in message.splitlines())
    return next((line for line in lines if line), "")
