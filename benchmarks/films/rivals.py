"""
The same edit by other means: merely transcoded, as one filter graph, by MoviePy and by Remotion.
"""

import json
import shutil
import subprocess
from pathlib import Path

from .workload import CARD, JOINT, TAGS

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-threads", "2")


def transcode(binary, source, target):
    """
    Return the command that decodes the finished film and encodes it again: the floor.
    """
    return [
        binary.path, "-loglevel", "error", "-nostdin", "-y", "-i", source, *X264,
        "-c:a", "copy", "-movflags", "+faststart", target,
    ]  # fmt: skip


def filter_graph(binary, timeline, files, target, *, encoder=X264):
    """
    Return the command one would write without a compositor; its card is a moving gradient,
    and it has no captions.
    """
    args, graph, last = [], [], "[v0]"
    for index, clip in enumerate(timeline.clips):
        args += ["-t", clip.frames / 30, "-i", files[clip.media]]
        graph.append(f"[{index}:v]settb=1/30,setpts=N[v{index}]")
    count = len(timeline.clips)
    seconds = timeline.frames / 30
    size = f"{timeline.width}x{timeline.height}"
    args += ["-f", "lavfi", "-t", CARD / 30, "-i", f"gradients=s={size}:r=30:speed=0.01:seed=1"]
    graph.append(f"[{count}:v]format=yuv420p,settb=1/30,setpts=N[v{count}]")
    starts = [*(clip.start_frame for clip in timeline.clips[1:]), timeline.card.start_frame]
    for index, start in enumerate(starts):
        graph.append(
            f"{last}[v{index + 1}]xfade=duration={JOINT / 30}:offset={start / 30}[x{index}]"
        )
        last = f"[x{index}]"
    args += ["-i", files["logo"], "-i", files["v"], "-stream_loop", "-1", "-i", files["m"]]
    graph.append(
        f"[{count + 1}:v]scale=180:-2:out_color_matrix=bt709:out_range=tv,format=yuva420p[logo];"
        f"{last}[logo]overlay=40:200,{TAGS}[out]"
    )
    graph.append(
        f"[{count + 2}:a]aresample=48000,pan=stereo|c0=c0|c1=c0,apad,atrim=duration={seconds},"
        f"asplit[va][sc];[{count + 3}:a]aresample=48000,pan=stereo|c0=c0|c1=c0,"
        f"atrim=duration={seconds},volume=0.3[mu];"
        "[mu][sc]sidechaincompress=threshold=0.02:ratio=8[md];"
        "[va][md]amix=inputs=2:normalize=0,loudnorm=I=-14:TP=-1,aresample=48000[a]"
    )
    return [
        binary.path, "-loglevel", "error", "-nostdin", "-y", *args,
        "-filter_complex", ";".join(graph), "-map", "[out]", "-map", "[a]", *encoder,
        "-c:a", "aac", "-b:a", "192k", "-t", seconds, "-movflags", "+faststart", target,
    ]  # fmt: skip


MOVIEPY = """
import json, sys
from moviepy import (AudioFileClip, ColorClip, CompositeAudioClip, CompositeVideoClip,
                     ImageClip, VideoFileClip, afx, vfx)
told = json.loads(sys.argv[1])
shown = []
for index, (path, start, seconds) in enumerate(told["clips"]):
    clip = VideoFileClip(path, audio=False).subclipped(0, seconds - .001).with_start(start)
    shown.append(clip.with_effects([vfx.CrossFadeIn(told["joint"])]) if index else clip)
card = ColorClip(told["size"], (200, 60, 40), duration=told["card"])
card = card.with_start(told["seconds"] - told["card"])
shown.append(card.with_effects([vfx.CrossFadeIn(told["joint"])]))
logo = ImageClip(told["logo"]).resized(width=180).with_duration(told["seconds"] - told["card"])
shown.append(logo.with_position((40, 200)))
film = CompositeVideoClip(shown, size=told["size"]).with_duration(told["seconds"])
voice = AudioFileClip(told["voice"]).with_start(.3)
music = AudioFileClip(told["music"]).with_effects([afx.AudioLoop(duration=told["seconds"])])
music = music.with_effects([afx.MultiplyVolume(.15), afx.AudioFadeOut(1)])
film = film.with_audio(CompositeAudioClip([music, voice]).with_duration(told["seconds"]))
film.write_videofile(told["target"], fps=30, codec="libx264", preset="veryfast", threads=2,
                     audio_fps=48000, audio_codec="aac", audio_bitrate="192k", logger=None,
                     ffmpeg_params=["-crf", "21", "-movflags", "+faststart", "-pix_fmt", "yuv420p"],
                     temp_audiofile=told["target"] + ".m4a")
"""
"""
In MoviePy's favour: its music is neither ducked nor its loudness set, its card stands still.
"""


def moviepy(timeline, files, target):
    """
    Return what `MOVIEPY` is told.
    """
    return {
        "clips": [
            [str(files[clip.media]), clip.start_frame / 30, clip.frames / 30]
            for clip in timeline.clips
        ],
        "joint": JOINT / 30, "card": CARD / 30, "seconds": timeline.frames / 30,
        "size": [timeline.width, timeline.height], "logo": str(files["logo"]),
        "voice": str(files["v"]), "music": str(files["m"]), "target": str(target),
    }  # fmt: skip


class Remotion:
    """
    A folder with Remotion installed, and the browser it draws in. In its favour: what it bundles
    is not timed, its music is neither ducked nor its loudness set.
    """

    def __init__(self, folder, browser):
        self._folder = folder
        self._browser = browser

    def prepare(self, media):
        """
        Bundle the composition with the files in *media*.
        """
        for path in (Path(__file__).parent / "remotion").iterdir():
            shutil.copy(path, self._folder)
        command = ["node", "render.mjs", "bundle", str(media.resolve())]
        subprocess.run(command, cwd=self._folder, check=True)

    def film(self, timeline, files, target):
        """
        Return the command that renders *timeline*.
        """
        card = timeline.card
        told = {
            "clips": [
                {"file": files[clip.media].name, "from": clip.start_frame, "frames": clip.frames}
                for clip in timeline.clips
            ],
            "titles": [
                {"text": title.text, "from": title.start_frame, "frames": title.frames}
                for title in timeline.titles
            ],
            "cues": [
                {
                    "from": cue.start_frame, "frames": cue.frames,
                    "words": [
                        {"text": word.text, "from": word.start_frame - cue.start_frame}
                        for word in cue.words
                    ],
                }
                for cue in timeline.cues
            ],
            "card": {
                "from": card.start_frame, "frames": card.frames, "company": card.company_name,
                "action": card.call_to_action, "website": card.website,
            },
            "joint": JOINT, "frames": timeline.frames, "width": timeline.width,
            "height": timeline.height, "logo": files["logo"].name, "music": files["m"].name,
            "voice": files["v"].name, "voiceFrom": timeline.voice[0].start_sample // 1600,
        }  # fmt: skip
        job = self._folder / "job.json"
        job.write_text(json.dumps(told))
        return ["node", self._folder / "render.mjs", "film", job, target.resolve(), self._browser]
