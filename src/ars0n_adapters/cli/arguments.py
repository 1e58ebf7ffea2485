"""
The options of every command.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ars0n_core.specs.model import AspectRatio, CaptionStyle, CtaDesign, VideoModel

MODELS = {
    "fast": VideoModel.FAST,
    "premium": VideoModel.PREMIUM,
    **{str(model): model for model in VideoModel},
}
"""
What ``--model`` may be, and what it means.
"""

OPTIONS = {
    "prompt": "--prompt",
    "duration": "--duration",
    "voiceId": "--voice",
    "aspectRatio": "--aspect",
    "veoModel": "--model",
    "qualityLoopVariants": "--variants",
    "imageUrls": "--image",
    "imageAssetIds": "--image",
    "logoAssetId": "--logo",
    "musicAssetId": "--music",
    "musicVolume": "--music-volume",
    "companyName": "--company",
    "ctaDesign": "--cta",
    "gradientColor": "--gradient-color",
    "voiceStyle": "--voice-style",
    "musicMood": "--music-mood",
    "tone": "--tone",
    "editStyle": "--edit-style",
    "emotion": "--emotion",
    "captions": "--captions",
    "customClips": "--clip",
    "plan": "--plan",
}
"""
The option that sets each published field.
"""


def parser() -> argparse.ArgumentParser:
    """
    Return the parser of ``ars0n``.
    """
    top = argparse.ArgumentParser(
        prog="ars0n", description="Make finished video and radio ads, on this machine."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    make = commands.add_parser("make", help="make a video ad from photos and a prompt")
    _order_options(make, radio=False)
    _run_options(make, "ad.mp4")

    radio = commands.add_parser("radio", help="make a radio ad from a prompt")
    _order_options(radio, radio=True)
    _run_options(radio, "ad.mp3")

    plan = commands.add_parser(
        "plan", help="print the plan of an ad as JSON, to edit and pass back"
    )
    plan.add_argument("--format", choices=("video", "radio"), default="video")
    _order_options(plan, radio=False)
    plan.add_argument(
        "--out", type=Path, metavar="FILE", help="write the plan here, not to the screen"
    )
    _data_option(plan)

    voices = commands.add_parser("voices", help="list the voices")
    for name in ("gender", "accent", "age"):
        voices.add_argument(f"--{name}", default="", metavar="WORD")
    voices.add_argument("--search", default="", metavar="TEXT", help="in names and descriptions")
    voices.add_argument("--json", action="store_true", help="as the API answers")

    estimate = commands.add_parser("estimate", help="what an ad costs", add_help=False)
    estimate.add_argument("rest", nargs=argparse.REMAINDER)
    return top


def _order_options(command: argparse.ArgumentParser, *, radio: bool) -> None:
    command.add_argument("--prompt", help="what to advertise, and how (1 to 2000 characters)")
    command.add_argument("--duration", metavar="15|30|60", default="15" if not radio else "30")
    command.add_argument("--voice", metavar="ID", help="a voice of `ars0n voices`")
    command.add_argument("--company", metavar="NAME")
    command.add_argument("--music", metavar="FILE", help="MP3, WAV, OGG, AAC or M4A; else composed")
    command.add_argument("--music-volume", metavar="0..1", help="default 0.3")
    command.add_argument("--music-mood", metavar="TEXT")
    command.add_argument("--voice-style", metavar="TEXT")
    command.add_argument("--tone", metavar="TEXT")
    command.add_argument("--emotion", metavar="TEXT")
    command.add_argument("--plan", metavar="FILE", help="a plan as `ars0n plan` prints it, edited")
    if radio:
        return
    command.add_argument(
        "--image", metavar="FILE|URL", action="append", help="a product photo; give several"
    )
    command.add_argument("--aspect", metavar="|".join(AspectRatio), help="default 9:16")
    command.add_argument("--logo", metavar="FILE")
    command.add_argument("--cta", metavar="|".join(CtaDesign), help="design of the end card")
    command.add_argument("--gradient-color", metavar="#RRGGBB")
    command.add_argument("--edit-style", metavar="TEXT", help="how every scene is photographed")
    command.add_argument("--variants", metavar="1|2|3", help="pictures tried per scene, default 2")
    command.add_argument("--model", metavar="fast|premium")
    command.add_argument("--captions", metavar="|".join(CaptionStyle), help="default off")
    command.add_argument(
        "--clip",
        metavar="FILE@POSITION[:TEXT]",
        action="append",
        help="own footage before scene POSITION (0 is the first), TEXT spoken over it",
    )


def _run_options(command: argparse.ArgumentParser, out: str) -> None:
    command.add_argument(
        "--out", type=Path, default=Path(out), metavar="FILE", help=f"default {out}"
    )
    command.add_argument("--json", action="store_true", help="end with one JSON object")
    _data_option(command)


def _data_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="where everything is kept (ARS0N_DATA_DIR)"
    )
