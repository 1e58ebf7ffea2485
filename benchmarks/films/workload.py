"""
The films that are rendered, made from nothing: pictures with a photograph's spectrum, grain,
a camera that moves, an object with a motion of its own, speech-like sound, looping music.

Clips are what generators deliver: 720x1280 at 30 frames a second, H.264 of 3 to 7 Mbit/s,
one key frame. Everything is seeded: the same code makes the same films.
"""

import hashlib
import subprocess
import wave

import numpy as np
from PIL import Image, ImageDraw

from ars0n_core.plans.conform import captions
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import (
    Bed,
    Clip,
    EndCard,
    Look,
    Media,
    MediaKind,
    Overlay,
    Sound,
    Timeline,
    Title,
    Transition,
    Word,
)

WIDTH, HEIGHT = 720, 1280
CLIPS, CLIP_FRAMES = 9, 240
JOINT, CARD = 15, 90
SCENES = {15: [135] * 3, 30: [177] * 5, 60: [177] * 5 + [240] * 4, 120: [210] * 18}
"""
Frames of each scene: with joints and card they make films of exactly so many seconds.
"""

TAGS = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
WORDS = [
    "hear",
    "how",
    "quiet",
    "a",
    "good",
    "day",
    "can",
    "be",
    "when",
    "every",
    "word",
    "of",
    "it",
    "is",
    "clear",
    "and",
    "near",
    "to",
    "you",
]


def photograph(seed, width, height):
    """
    Return RGB (height, width, 3): shapes with clean edges over detail whose energy falls
    with frequency as a photograph's does.
    """
    dice = np.random.default_rng(seed)
    across = np.fft.rfftfreq(width)[None]
    down = np.fft.fftfreq(height)[:, None]
    slope = 1 / np.maximum(np.hypot(across, down), 1 / max(width, height)) ** 1.15

    def detail():
        waves = slope * np.exp(2j * np.pi * dice.random(slope.shape))
        field = np.fft.irfft2(waves, (height, width))
        return field / field.std()

    luma, warm, cool = detail(), detail(), detail()
    canvas = np.stack([luma + 0.5 * warm, luma, luma + 0.5 * cool], -1) * 30 + 110
    scene = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    shapes = Image.new("L", scene.size)
    draw = ImageDraw.Draw(shapes)
    for _ in range(14):
        x, y = dice.integers(0, width), dice.integers(0, height)
        w, h = dice.integers(60, 400, 2)
        kind = draw.ellipse if dice.random() < 0.5 else draw.rectangle
        kind((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=int(dice.integers(40, 220)))
    tint = Image.fromarray(np.roll(np.asarray(scene), (height // 3, width // 3), (0, 1)))
    return np.asarray(Image.composite(tint, scene, shapes), np.float32)


def shoot(path, binary, seed):
    """
    Film one clip.
    """
    dice = np.random.default_rng(100 + seed)
    ground = Image.fromarray(photograph(seed, 1080, 1920).astype(np.uint8))
    thing = photograph(50 + seed, 360, 400)
    y, x = np.mgrid[-1:1:400j, -1:1:360j]
    edge = np.clip((1 - np.hypot(x, y)) * 20, 0, 1)[..., None].astype(np.float32)
    grain = dice.normal(0, 1.8, (8, HEIGHT, WIDTH, 1)).astype(np.float32)
    command = [
        binary.path, "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{WIDTH}x{HEIGHT}", "-r", "30", "-i", "-",
        "-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{TAGS}",
        "-c:v", "libx264", "-preset", "fast", "-crf", "21", "-g", "250", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for frame in range(CLIP_FRAMES):
            t = frame / CLIP_FRAMES
            eased = t * t * (3 - 2 * t)
            zoom = 1.02 + 0.2 * (eased if seed % 2 else 1 - eased)
            w, h = 1080 / zoom / 1.1, 1920 / zoom / 1.1
            left = 540 - w / 2 + 50 * (eased - 0.5) + 2 * np.sin(frame * 0.31)
            top = 960 - h / 2 + 70 * (eased - 0.5) + 2 * np.sin(frame * 0.27)
            box = (left, top, left + w, top + h)
            shown = ground.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)
            canvas = np.asarray(shown, np.float32).copy()
            px = int(180 + 150 * np.sin(frame * 0.045 + seed))
            py = int(500 + 120 * np.sin(frame * 0.07 + 2 * seed))
            room = canvas[py : py + 400, px : px + 360]
            room += (thing - room) * edge
            canvas += np.roll(grain[frame % 8], (frame * 37 % HEIGHT, frame * 53 % WIDTH), (0, 1))
            encoder.stdin.write(np.clip(canvas + 0.5, 0, 255).astype(np.uint8).tobytes())
    assert encoder.returncode == 0


def write_wave(path, sound, rate):
    sound = sound.reshape(len(sound), -1)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(sound.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def speech(seconds, seed, rate=24_000):
    """
    Return a voiced, syllabic sound with pauses, (samples,).
    """
    dice = np.random.default_rng(seed)
    t = np.arange(seconds * rate) / rate
    phase = np.cumsum(125 + 22 * np.sin(2 * np.pi * 0.31 * t) + 9 * np.sin(2 * np.pi * 1.7 * t))
    voiced = 2 * (phase / rate % 1) - 1 + 0.1 * dice.normal(size=len(t))
    heard = np.zeros(len(t))
    place = rate // 3
    while place < len(t) - rate:
        length = int(dice.uniform(0.09, 0.26) * rate)
        heard[place : place + length] = np.hanning(length) ** 0.5 * dice.uniform(0.5, 1)
        pause = dice.uniform(0.4, 0.9) if dice.random() < 0.09 else dice.uniform(0.01, 0.05)
        place += length + int(pause * rate)
    soft = np.convolve(voiced, np.hanning(9) / 4, "same")
    return 0.4 * soft * heard


def music(seconds=40, rate=44_100):
    """
    Return chords over a beat, (samples, 2).
    """
    dice = np.random.default_rng(3)
    t = np.arange(seconds * rate) / rate
    out = np.zeros((len(t), 2))
    for bar in range(seconds // 2):
        span = slice(bar * 2 * rate, (bar + 1) * 2 * rate)
        inside = t[span] - t[span][0]
        for k, note in enumerate([[0, 4, 7, 11], [-3, 0, 4, 7], [-7, -3, 0, 4]][bar % 3]):
            for partial in range(1, 6):
                hertz = 220 * 2 ** (note / 12) * partial
                tone = np.sin(2 * np.pi * hertz * inside + k) / partial**1.5 * np.exp(-inside)
                out[span] += tone[:, None] * (0.6 + 0.1 * k, 1 - 0.1 * k)
    for beat in range(seconds * 2):
        span = slice(beat * rate // 2, beat * rate // 2 + rate // 5)
        inside = t[: rate // 5]
        out[span] += (np.sin(2 * np.pi * 55 * inside) * np.exp(-inside * 18) * 2)[:, None]
        out[span] += dice.normal(size=(rate // 5, 2)) * np.exp(-inside * 60)[:, None] * 0.7
    return 0.25 * out / np.abs(out).max() * 2


def make(folder, binary, seconds):
    """
    Make the media that films of up to so many *seconds* need, unless they are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(min(CLIPS, len(SCENES[seconds]))):
        path = folder / f"c{index}.mp4"
        if not path.exists():
            beside = path.with_suffix(".part.mp4")
            shoot(beside, binary, index)
            beside.replace(path)
    logo = Image.new("RGBA", (540, 192))
    draw = ImageDraw.Draw(logo)
    draw.rounded_rectangle((4, 4, 536, 188), 84, fill=(230, 57, 70, 235))
    draw.ellipse((26, 26, 166, 166), fill=(255, 255, 255, 255))
    draw.rectangle((200, 70, 480, 122), fill=(255, 255, 255, 255))
    logo.save(folder / "logo.png")
    for name, seed in (("v", 7), ("w", 8)):
        if not (folder / f"{name}{seconds}.wav").exists():
            write_wave(folder / f"{name}{seconds}.wav", speech(seconds - 3, seed), 24_000)
    if not (folder / "m.mp3").exists():
        for name, sound in (("m", music()), ("n", music()[::-1])):
            write_wave(folder / f"{name}.wav", sound, 44_100)
            subprocess.run(
                [binary.path, "-loglevel", "error", "-y", "-i", str(folder / f"{name}.wav"),
                 "-b:a", "192k", str(folder / f"{name}.mp3")], check=True,
            )  # fmt: skip


def film(folder, seconds, *, captioned=True, lines=720):
    """
    Return the timeline of so many *seconds*, and its files.
    """
    lengths = SCENES[seconds]
    files = {f"c{index}": folder / f"c{index % CLIPS}.mp4" for index in range(len(lengths))}
    files |= {"logo": folder / "logo.png", "v": folder / f"v{seconds}.wav"}
    files |= {"w": folder / f"w{seconds}.wav", "m": folder / "m.mp3", "n": folder / "n.mp3"}
    contents = {path: path.read_bytes() for path in set(files.values())}
    kinds = {"c": MediaKind.FOOTAGE, "l": MediaKind.STILL}
    media = tuple(
        Media(
            id=name,
            kind=kinds.get(name[0], MediaKind.SOUND),
            sha256=hashlib.sha256(name.encode() + contents[path]).hexdigest(),
        )
        for name, path in files.items()
    )
    clips, place = [], 0
    for index, frames in enumerate(lengths):
        joined = Transition(Look.DISSOLVE, JOINT) if index else None
        place -= JOINT if index else 0
        clips.append(Clip(media=f"c{index}", start_frame=place, frames=frames, transition=joined))
        place += frames
    card = EndCard(
        design=CtaDesign.GRADIENT, start_frame=place - JOINT, frames=CARD,
        transition=Transition(Look.DISSOLVE, JOINT), company_name="Acme Audio", logo="logo",
        call_to_action="Hear it today", website="acme.example",
    )  # fmt: skip
    frames = place - JOINT + CARD
    assert frames == seconds * 30
    timeline = Timeline(
        width=WIDTH * lines // 720, height=HEIGHT * lines // 720,
        frames=frames, samples=frames * 1600, media=media,
        clips=tuple(clips), card=card, bed=Bed(media="m"),
        overlays=(Overlay(media="logo", start_frame=0, frames=card.start_frame),),
        titles=(Title(text="Quiet days", start_frame=20, frames=60),),
        cues=_cues(clips, card.start_frame) if captioned else (),
        voice=(Sound(media="v", start_sample=14_400, samples=(seconds - 3) * 48_000),),
    )  # fmt: skip
    return timeline, files


def _cues(clips, last):
    """
    Return the captions of speech without a pause but every four words, as the product lays them
    over the joints of *clips*, word by word.
    """
    words = [
        Word(
            text=WORDS[number % len(WORDS)], start_seconds=start / 30,
            end_seconds=(start + 15) / 30, segment=0,
        )
        for number, start in enumerate(
            first + 15 * k for first in range(12, last - 70, 66) for k in range(4)
        )
    ]  # fmt: skip
    said = Utterance(text_index=0, source_sample=0, source_samples=last * 1600, words=tuple(words))
    joints = [(clip.start_frame, clip.start_frame + JOINT) for clip in clips if clip.transition]
    return captions.cues([said], end_frame=last, word_by_word=True, line_columns=26, joins=joints)
