from __future__ import annotations

import contextlib
import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import ffmpeg as graphs
import pytest

from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.groups import Pledges
from ars0n_core.errors import CompositorError, MisconfiguredError

if TYPE_CHECKING:
    from pathlib import Path


def endless(binary: ffmpeg.Ffmpeg) -> list[str]:
    graph = graphs.input("testsrc2=s=64x36:r=30", format="lavfi", re=None).output(
        "pipe:", format="rawvideo", pix_fmt="yuv420p"
    )
    return ffmpeg.arguments(binary, graph)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_of(process: ffmpeg.Process) -> int:
    assert process._popen is not None
    return process._popen.pid


def test_a_missing_binary_is_a_setting_to_fix(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="imageio-ffmpeg"):
        ffmpeg.find(tmp_path / "nowhere")


def test_what_is_no_ffmpeg_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\necho ffmpeg version 99\n")
    script.chmod(0o755)
    with pytest.raises(MisconfiguredError, match="libx264"):
        ffmpeg.find(script)
    script.write_text("not a program")
    with pytest.raises(MisconfiguredError):
        ffmpeg.find(script)


def test_an_older_system_ffmpeg_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = ffmpeg.find()
    script = tmp_path / "ffmpeg"
    for version, chosen in (("1.0", bundled.path), ("999.1", str(script))):
        script.write_text(
            f"#!/bin/sh\necho ffmpeg version {version} --enable-libx264 --enable-libmp3lame\n"
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert ffmpeg.find().path == chosen


def test_output_arrives_whole(binary: ffmpeg.Ffmpeg) -> None:
    graph = graphs.input("testsrc2=s=64x36:r=30:d=1", format="lavfi").output(
        "pipe:", format="rawvideo", pix_fmt="yuv420p"
    )
    done = ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=30)
    assert len(done.stdout) == 30 * 64 * 36 * 3 // 2


def test_too_much_output_ends_the_process(binary: ffmpeg.Ffmpeg) -> None:
    with pytest.raises(CompositorError, match="more than 1000 bytes"):
        ffmpeg.run(endless(binary), timeout_seconds=30, stdout_bytes_max=1000)


def test_an_overdue_process_is_killed_and_may_be_tried_again(binary: ffmpeg.Ffmpeg) -> None:
    with pytest.raises(CompositorError, match="longer than") as caught:
        ffmpeg.run(endless(binary), timeout_seconds=0.2)
    assert caught.value.retryable


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_no_process_outlives_its_block(binary: ffmpeg.Ffmpeg, error: type[BaseException]) -> None:
    pids = []

    def work() -> None:
        with ffmpeg.Process(endless(binary), timeout_seconds=30) as process:
            pids.append(pid_of(process))
            raise error

    with pytest.raises(error):
        work()
    assert is_gone(pids[0])


def test_one_failure_ends_all_of_a_group(binary: ffmpeg.Ffmpeg) -> None:
    pids = []

    def wait(group: ffmpeg.Group) -> None:
        with ffmpeg.Process(endless(binary), timeout_seconds=30, group=group) as process:
            pids.append(pid_of(process))
            for _ in process.blocks(1 << 16):
                pass
            process.finish()

    def fail(group: ffmpeg.Group) -> None:
        while not pids:
            time.sleep(0.01)
        raise CompositorError("the disk is full")

    with ffmpeg.Group() as group, pytest.raises(CompositorError, match="the disk is full"):
        ffmpeg.in_parallel([lambda: wait(group), lambda: fail(group)], workers=2, group=group)
    assert is_gone(pids[0])
    with pytest.raises(CompositorError):
        ffmpeg.run(endless(binary), timeout_seconds=5, group=group)


def test_what_is_raised_is_what_ended_the_rest_however_deep_it_was(
    binary: ffmpeg.Ffmpeg,
) -> None:
    begun, slow = threading.Event(), threading.Event()

    def wait(group: ffmpeg.Group) -> None:
        with ffmpeg.Process(endless(binary), timeout_seconds=30, group=group) as process:
            begun.set()
            for _ in process.blocks(1 << 16):
                pass
            process.finish()

    def fail() -> None:
        begun.wait(30)
        raise CompositorError("the voice is broken", media="v")

    def sound(group: ffmpeg.Group) -> None:
        try:
            ffmpeg.in_parallel([fail, lambda: None], workers=2, group=group)
        finally:
            slow.wait(0.5)  # what was killed for it is known to have failed before it is

    with ffmpeg.Group() as group, pytest.raises(CompositorError, match="the voice is broken"):
        ffmpeg.in_parallel([lambda: wait(group), lambda: sound(group)], workers=2, group=group)


def test_results_keep_their_order() -> None:
    with ffmpeg.Group() as group:
        jobs = [lambda value=value: value * value for value in range(7)]
        assert ffmpeg.in_parallel(jobs, workers=3, group=group) == [0, 1, 4, 9, 16, 25, 36]


def test_a_broken_input_is_named_and_not_tried_again(binary: ffmpeg.Ffmpeg, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(500))
    graph = graphs.input(ffmpeg.url(broken)).output("pipe:", format="rawvideo")
    with pytest.raises(CompositorError, match="clip 3") as caught:
        ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=30, media="clip 3")
    assert caught.value.media == "clip 3"
    assert not caught.value.retryable


def test_a_full_disk_may_be_tried_again(binary: ffmpeg.Ffmpeg) -> None:
    graph = graphs.input("testsrc2=s=640x360:r=30:d=1", format="lavfi").output(
        "file:/dev/full", format="rawvideo", pix_fmt="yuv420p"
    )
    with pytest.raises(CompositorError) as caught:
        ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=30)
    assert caught.value.retryable


def test_a_stranger_s_playlist_opens_nothing_else(binary: ffmpeg.Ffmpeg, tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"RIFF" + bytes(100))
    playlist = tmp_path / "playlist.mp4"
    playlist.write_text(f"ffconcat version 1.0\nfile {secret.name}\n")
    graph = graphs.input(ffmpeg.url(playlist), **ffmpeg.foreign_options()).output(
        "pipe:", format="f32le"
    )
    with pytest.raises(CompositorError):
        ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=30, media="upload")


def test_a_writer_learns_why_its_reader_ended(binary: ffmpeg.Ffmpeg) -> None:
    args = [binary.path, "-loglevel", "error", "-f", "wav", "-i", "pipe:", "-f", "null", "-"]
    with ffmpeg.Process(args, timeout_seconds=30, writes=True, media="voice") as process:

        def pour() -> None:
            for _ in range(1000):
                process.write(bytes(1 << 16))
            process.finish()

        with pytest.raises(CompositorError, match="voice"):
            pour()


@pytest.mark.parametrize("end", ["kept", "failed", "stopped"])
def test_who_waits_for_what_another_pledged_is_never_left_waiting(end: str) -> None:
    pledges, pledged, over = Pledges(), threading.Event(), threading.Event()

    def pledge() -> None:
        pledges.pledge(["tail"])
        with contextlib.suppress(ValueError), pledges.keeping(["tail"]):
            pledged.set()
            over.wait(30)
            if end == "kept":
                pledges.keep("tail")
                over.wait(30)
            elif end == "failed":
                raise ValueError

    with ffmpeg.Group() as group:
        other = threading.Thread(target=pledge)
        other.start()
        pledged.wait(30)
        assert not pledges.is_awaited("tail")
        waiter = threading.Thread(target=partial(pledges.wait, "tail", group))
        waiter.start()
        waiter.join(0.2)
        assert waiter.is_alive()
        assert pledges.is_pending("tail")
        assert pledges.is_awaited("tail")
        if end == "stopped":
            group.stop()
        else:
            over.set()
        waiter.join(30)
        assert not waiter.is_alive()
        over.set()
        other.join(30)
        pledges.wait("nothing that anybody pledged", group)
        assert not pledges.is_awaited("nothing that anybody pledged")
