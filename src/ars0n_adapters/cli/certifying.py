"""
``ars0n certify``: what a file is, held against a delivery profile.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core.compositor import certificate, ffmpeg, profiles
from ars0n_core.errors import InvalidRequestError

if TYPE_CHECKING:
    from argparse import Namespace

    from ars0n_core.compositor.certificate import Certificate


def certify(options: Namespace) -> Certificate:
    """
    Measure ``options.file`` and return the certificate.

    Raises:
        FaultyOptionsError: There is no such file or profile, or the captions are none.
        CompositorError: The file is no media file.
    """
    faults = [
        (f"{name} {path}", "There is no such file")
        for name, path in (("FILE", options.file), ("--captions", options.captions))
        if path is not None and not path.is_file()
    ]
    if options.profile not in profiles.PROFILES:
        known = ", ".join(profiles.PROFILES)
        faults.append((f"--profile {options.profile}", f"Choose from {known}"))
    if options.burnt_in and options.captions is None:
        faults.append(("--burnt-in", "Needs --captions: it says when they are shown"))
    if faults:
        raise FaultyOptionsError(faults)
    try:
        return certificate.certify(
            options.file,
            profiles.find(options.profile),
            binary=ffmpeg.find(),
            captions=options.captions,
            burnt_in=options.burnt_in,
        )
    except InvalidRequestError as error:
        faults = [(f"--captions {options.captions}", fault) for fault in error.form_errors]
        raise FaultyOptionsError(faults) from None


def as_text(found: Certificate) -> str:
    """
    Return the certificate as a table, what fails marked.
    """
    rows = [
        ("ok" if each.passed else "FAIL", each.rule, _told(each.found), _told(each.wanted))
        for each in found.findings
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    verdict = "passes" if found.passed else f"fails {', '.join(found.failed)}"
    lines.append(f"{found.file} {verdict} ({found.profile.title}, read {found.profile.read_on})")
    return "\n".join(lines)


def _told(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_told, value))
    return value if isinstance(value, str) else json.dumps(value)
