"""
What is watched or changed inside a rendering process, by name: `PREPARATIONS`.
"""

import functools
import os
import threading
import time

import ffmpeg as graphs

from ars0n_core.compositor import (
    commands,
    dressing,
    dressings,
    frames,
    reels,
    render,
    transitions,
)

spent = {}
inside = threading.local()


def watched(name, work):
    """
    Return *work*, with the CPU seconds of its thread added up under *name*, unless they are added
    to those of what called it.
    """

    @functools.wraps(work)
    def timed(*args, **options):
        if getattr(inside, "it", False):
            return work(*args, **options)
        begun, inside.it = time.thread_time(), True
        try:
            return work(*args, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.thread_time() - begun
            inside.it = False

    return timed


def shares():
    """
    Count what captions, logo, transitions and cards take.
    """
    dressing.Dressing.patches = watched("setting them", dressing.Dressing.patches)
    frames.cover = watched("logo and captions", frames.cover)
    dressings.dress = watched("placing them", dressings.dress)
    transitions.draw = watched("transitions", transitions.draw)
    reels.CardReel.read = watched("cards", reels.CardReel.read)
    render.card = watched("cards", render.card)


def lossless():
    """
    Encode segments without loss, so that what was composed can be looked at.
    """

    def encode(target, *, size, frames, **_):
        width, height = size
        return (
            graphs.input("pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}",
                         framerate=30)
            .output(str(target), format="mp4", vcodec="libx264", preset="ultrafast", qp=0,
                    video_track_timescale=15360, stats_enc_pre="pipe:1",
                    stats_enc_pre_fmt="{n}", **{"frames:v": frames})
        )  # fmt: skip

    commands.encode_segment = encode


def told():
    """
    Return what was counted, and the CPU seconds of this process and what it waited for.
    """
    used = os.times()
    return {"spent": spent, "cpu": sum(used[:4])}


PREPARATIONS = {"shares": shares, "lossless": lossless}
