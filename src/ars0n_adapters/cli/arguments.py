"""
The options of every command.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ars0n_core.quotas import Tier
from ars0n_core.specs.limits import EDITION
from ars0n_core.specs.model import AspectRatio, BrandFont, CaptionStyle, CtaDesign, VideoModel

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
    "tagline": "--tagline",
    "website": "--website",
    "legalLine": "--legal-line",
    "brandFont": "--brand-font",
    "voiceStyle": "--voice-style",
    "musicMood": "--music-mood",
    "tone": "--tone",
    "editStyle": "--edit-style",
    "emotion": "--emotion",
    "captions": "--captions",
    "deliver": "--deliver",
    "customClips": "--clip",
    "plan": "--plan",
}
"""
The option that sets each published field.
"""


class _Version(argparse.Action):
    """
    Prints which release this is, looked up only when it is asked for.
    """

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - so

        try:
            release = version("ars0n")
        except PackageNotFoundError:
            release = "of a clone that is not installed"
        print(parser.prog, release)  # noqa: T201 - what a command answers
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """
    Return the parser of ``ars0n``.
    """
    top = argparse.ArgumentParser(
        prog="ars0n", description="Make finished video and radio ads, on this machine."
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the release and exit")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    make = commands.add_parser("make", help="make a video ad from photos and a prompt")
    _order_options(make, radio=False)
    _run_options(make, "ad.mp4")

    radio = commands.add_parser("radio", help="make a radio ad from a prompt")
    _order_options(radio, radio=True)
    _run_options(radio, "ad.mp3")

    _plan_options(
        commands.add_parser("plan", help="print the plan of an ad as JSON, to edit and pass back")
    )

    _brand_actions(commands.add_parser("brand", help="what every ad of this machine looks like"))

    voices = commands.add_parser("voices", help="list the voices")
    for name in ("gender", "accent", "age"):
        voices.add_argument(f"--{name}", default="", metavar="WORD")
    voices.add_argument("--search", default="", metavar="TEXT", help="in names and descriptions")
    voices.add_argument("--json", action="store_true", help="as the API answers")

    certify = commands.add_parser("certify", help="measure a file and hold it against a profile")
    certify.add_argument("file", type=Path, metavar="FILE", help="a finished ad, of any origin")
    certify.add_argument(
        "--profile", required=True, metavar="NAME", help="social, youtube, ebu_r128_s1, ..."
    )
    certify.add_argument("--captions", type=Path, metavar="FILE", help="its SRT or WebVTT file")
    certify.add_argument(
        "--burnt-in", action="store_true", help="the captions also stand in the picture"
    )
    certify.add_argument("--json", action="store_true", help="one JSON value")

    estimate = commands.add_parser("estimate", help="what an ad costs", add_help=False)
    estimate.add_argument("rest", nargs=argparse.REMAINDER)

    serve = commands.add_parser("serve", help="serve the REST API")
    serve.add_argument("--host", metavar="ADDRESS", help="default 127.0.0.1 (ARS0N_HOST)")
    serve.add_argument(
        "--port", type=int, metavar="NUMBER", help="default 8000; 0 picks a free one (ARS0N_PORT)"
    )
    serve.add_argument(
        "--processes",
        "--workers",
        type=int,
        metavar="NUMBER",
        help="processes on that port, default 1 (ARS0N_PROCESSES)",
    )
    _data_option(serve)

    standins = commands.add_parser(
        "standins", help="stand in for Gemini, Veo and ElevenLabs on this machine"
    )
    standins.add_argument(
        "--port", type=int, default=8100, metavar="NUMBER", help="default 8100; 0 picks a free one"
    )
    standins.add_argument(
        "--script", type=Path, metavar="FILE", help="what shall go wrong, as JSON"
    )
    standins.add_argument(
        "--clip-seconds",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long a clip takes at least, default 0",
    )

    admin = commands.add_parser("admin", help="customers, keys, credits, the book")
    _admin_subjects(admin.add_subparsers(dest="subject", required=True, metavar="SUBJECT"))
    return top


def _plan_options(plan: argparse.ArgumentParser) -> None:
    plan.add_argument("--format", choices=("video", "radio"), default="video")
    _order_options(plan, radio=False)
    plan.add_argument(
        "--out", type=Path, metavar="FILE", help="write the plan here, not to the screen"
    )
    plan.add_argument(
        "--animatic",
        type=Path,
        metavar="FILE",
        help="also film it from the photos alone: the cut, titles and card, without a sound",
    )
    plan.add_argument(
        "--fresh", action="store_true", help="plan anew, though an ad was made of this before"
    )
    _data_option(plan)


def _brand_actions(brand: argparse.ArgumentParser) -> None:
    actions = brand.add_subparsers(dest="action", required=True, metavar="ACTION")
    save = _action(
        actions, "save", "save the brand kit in the place of the one before; ads then take from it"
    )
    save.add_argument("--company", metavar="NAME")
    _card_options(save)
    _action(actions, "show", "show the brand kit")
    _action(actions, "clear", "save an empty brand kit")


def _card_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--logo", metavar="FILE")
    command.add_argument("--cta", metavar="|".join(CtaDesign), help="design of the end card")
    command.add_argument("--gradient-color", metavar="#RRGGBB")
    command.add_argument("--tagline", metavar="TEXT", help="below the company on the end card")
    command.add_argument("--website", metavar="ADDRESS", help="on the end card")
    command.add_argument("--legal-line", metavar="TEXT", help="small print of the end card")
    command.add_argument("--brand-font", metavar="|".join(BrandFont), help="of the end card")


def _admin_subjects(subjects: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = _actions(subjects, "keys", "API keys")
    create = _action(keys, "create", "make a key, and its organisation if need be; print it once")
    create.add_argument("--org", metavar="NAME", required=True, help="name or id")
    create.add_argument("--name", default="default", metavar="NAME", help="what the key is for")
    create.add_argument(
        "--tier", choices=[*map(str, Tier)], help="put the organisation on this tier"
    )
    create.add_argument("--credits", type=int, metavar="NUMBER", help="grant these credits")
    create.add_argument("--test", action="store_true", help="a key that charges nothing")
    create.add_argument("--budget", type=int, metavar="CREDITS", help="at most so many a month")
    _org_option(_action(keys, "list", "list keys, with their last use"), required=False)
    _action(keys, "revoke", "revoke a key at once and for ever").add_argument("key", metavar="ID")

    orgs = _actions(subjects, "orgs", "organisations")
    _action(orgs, "list", "list organisations, with their balance")
    create = _action(orgs, "create", "add an organisation")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--tier", choices=[*map(str, Tier)], help="default free")
    create.add_argument("--partner", action="store_true", help="booked, but not limited")
    tier = _action(orgs, "set-tier", "put an organisation on another tier")
    tier.add_argument("org", metavar="ORG", help="name or id")
    tier.add_argument("tier", choices=[*map(str, Tier)])
    partner = _action(orgs, "set-partner", "let an organisation take without paying first")
    partner.add_argument("org", metavar="ORG", help="name or id")
    partner.add_argument("partner", choices=("on", "off"))

    credits_of = _actions(subjects, "credits", "credits bought and given")
    buy = _action(credits_of, "buy", "book a bought package")
    _org_option(buy, required=True)
    buy.add_argument("--package", required=True, metavar="ID", help="see `ars0n admin prices`")
    grant = _action(credits_of, "grant", "give credits")
    _org_option(grant, required=True)
    grant.add_argument("--credits", type=int, required=True, metavar="NUMBER")
    grant.add_argument("--note", default="", metavar="TEXT")
    for booked in (buy, grant):
        booked.add_argument(
            "--reference", metavar="TEXT", help="the same one again books nothing more"
        )

    book = _actions(subjects, "ledger", "the book")
    _org_option(_action(book, "list", "list entries, oldest first"), required=False)
    _action(book, "verify", "sum all entries up anew; ends with 1 if a balance is wrong")

    prices = subjects.add_parser("prices", help="the price card and the packages")
    prices.add_argument("--edition", type=int, default=EDITION, metavar="NUMBER")
    prices.set_defaults(action="show")
    _told_options(prices)


def _actions(
    subjects: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    subject = subjects.add_parser(name, help=about)
    return subject.add_subparsers(dest="action", required=True, metavar="ACTION")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=about, description=about.capitalize() + ".")
    _told_options(action)
    return action


def _told_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON value")
    _data_option(command)


def _org_option(command: argparse.ArgumentParser, *, required: bool) -> None:
    command.add_argument("--org", metavar="ORG", required=required, help="name or id")


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
    command.add_argument(
        "--plan",
        metavar="FILE",
        help="a plan as `ars0n plan` prints it, edited; - reads it from the standard input",
    )
    command.add_argument(
        "--no-brand", action="store_true", help="take nothing from the kit of `ars0n brand save`"
    )
    if radio:
        return
    command.add_argument(
        "--image", metavar="FILE|URL", action="append", help="a product photo; give several"
    )
    command.add_argument("--aspect", metavar="|".join(AspectRatio), help="default 9:16")
    _card_options(command)
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
    command.add_argument(
        "--deliver",
        metavar="PROFILE",
        action="append",
        help="also make the file this taker asks for (see `ars0n certify`); several, or a,b",
    )
    command.add_argument(
        "--subtitles", metavar="srt|vtt|ass", action="append", help="captions as a file beside it"
    )
    command.add_argument(
        "--stems", action="store_true", help="voice, music and mix beside it, as WAV"
    )
    command.add_argument(
        "--otio", action="store_true", help="the cut for an editor beside it, with its media"
    )
    command.add_argument(
        "--sheet", action="store_true", help="a contact sheet of the film beside it, as JPEG"
    )
    command.add_argument("--json", action="store_true", help="end with one JSON object")
    _data_option(command)


def _data_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="where everything is kept (ARS0N_DATA_DIR)"
    )
