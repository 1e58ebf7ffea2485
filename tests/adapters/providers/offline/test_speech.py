from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import wave
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve

from ars0n_adapters.providers.offline import alignments, engine, readings
from ars0n_adapters.providers.offline.deliveries import Delivery, delivery
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech, speakable
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.plans import budget, derive
from ars0n_core.ports import SpeechOrder
from ars0n_core.specs.model import AdFormat, AdSpec

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import Narration

ADAM = "pNInz6obpgDQGcFmaJgB"
SARAH = "offline_sarah"
SPEECH = OfflineSpeech()


def order(*texts: str, voice: str = SARAH, style: str = "", seed: str = "s") -> SpeechOrder:
    return SpeechOrder(texts=texts, voice_id=voice, style=style, seed=seed)


def samples(narration: Narration) -> np.ndarray:
    with wave.open(str(narration.path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32768


def check_words(narration: Narration) -> None:
    """
    The port's promise: in order, not overlapping, inside the sound, each with a length.
    """
    before = 0.0
    for word in narration.words:
        assert word.start_seconds >= before
        assert word.end_seconds > word.start_seconds
        before = word.end_seconds
    assert before <= narration.duration_seconds
    assert [word.segment for word in narration.words] == sorted(
        word.segment for word in narration.words
    )


def test_a_narration_is_a_wav_with_every_written_word_timed(tmp_path: Path) -> None:
    texts = ("Only $39.99 today!", "Open 24/7 — call Dr. Fox.", "🔥")
    narration = SPEECH.speak(order(*texts), tmp_path)
    assert [(word.text, word.segment) for word in narration.words] == [
        ("Only", 0), ("$39.99", 0), ("today!", 0),
        ("Open", 1), ("24/7", 1), ("call", 1), ("Dr.", 1), ("Fox.", 1),
    ]  # fmt: skip
    check_words(narration)
    sound = samples(narration)
    assert narration.media_type == "audio/wav"
    assert narration.path.parent == tmp_path
    assert narration.duration_seconds == len(sound) / 24_000
    assert 0.7 < np.abs(sound).max() <= 0.9


def test_a_price_spoken_as_many_words_has_one_long_span(tmp_path: Path) -> None:
    words = SPEECH.speak(order("Only $39.99 today!"), tmp_path).words
    lengths = [word.end_seconds - word.start_seconds for word in words]
    assert lengths[1] > 2 * max(lengths[0], lengths[2])


def test_words_are_timed_where_they_sound(tmp_path: Path) -> None:
    narration = SPEECH.speak(order("Stop. Listen. Go.", "Now."), tmp_path)
    sound = samples(narration)
    levels = [
        np.sqrt(np.mean(sound[round(word.start_seconds * 24_000) :][: round((word.end_seconds - word.start_seconds) * 24_000)] ** 2))
        for word in narration.words
    ]  # fmt: skip
    gaps = [
        sound[round((one.end_seconds + 0.1) * 24_000) : round((two.start_seconds - 0.06) * 24_000)]
        for one, two in pairwise(narration.words)
    ]
    assert min(levels) > 0.05
    assert all(len(gap) and np.sqrt(np.mean(gap**2)) < 0.01 for gap in gaps)


def test_texts_are_farther_apart_than_sentences(tmp_path: Path) -> None:
    words = SPEECH.speak(order("Big news. Big news.", "Big news."), tmp_path).words
    between_sentences = words[2].start_seconds - words[1].end_seconds
    between_texts = words[4].start_seconds - words[3].end_seconds
    assert 0.2 < between_sentences < between_texts < 1.0


def test_the_same_order_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    texts = ("Pure sound. Every day.",)
    first = SPEECH.speak(order(*texts), tmp_path)
    (tmp_path / "again").mkdir()
    again = OfflineSpeech().speak(order(*texts), tmp_path / "again")
    other = SPEECH.speak(order(*texts, seed="t"), tmp_path)
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.words == again.words
    assert first.path != other.path
    assert first.path.read_bytes() != other.path.read_bytes()


def test_no_joint_clicks(tmp_path: Path) -> None:
    sound = samples(SPEECH.speak(order("Yes. No. Go!", "Stay."), tmp_path))
    zero = np.convolve(sound == 0.0, np.ones(240), "valid") == 240  # 10 ms of nothing from here
    begins = np.flatnonzero(np.diff(zero.astype(int)) == 1)
    ends = np.flatnonzero(np.diff(zero.astype(int)) == -1) + 239
    assert len(begins) >= 3
    assert len(ends) >= 3
    assert np.abs(sound[begins]).max() < 0.003
    assert np.abs(sound[ends + 2]).max() < 0.003


def test_an_unknown_voice_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderRejectedError, match=r"voice_id.*'nobody'.*list the voices"):
        SPEECH.speak(order("Hello.", voice="nobody"), tmp_path)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ((), "no words"),
        (("🔥", " "), "no words"),
        (("Hello.", "こんにちは"), r"texts\[1\].*Hiragana"),
    ],
)
def test_what_cannot_be_spoken_is_refused_and_nothing_written(
    tmp_path: Path, texts: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ProviderRejectedError, match=message):
        SPEECH.speak(order(*texts), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="written to disk"):
        SPEECH.speak(order("Hello."), tmp_path / "missing")


def test_directions_change_the_pace(tmp_path: Path) -> None:
    text = "Discover a new kind of comfort. Made for every day."
    lengths = [
        SPEECH.speak(order(text, style=style), tmp_path).duration_seconds
        for style in ("energetic and urgent", "", "calm, luxurious")
    ]
    assert lengths == sorted(lengths)
    assert lengths[2] > 1.1 * lengths[0]


def test_directions_stay_natural_however_many_are_given() -> None:
    wild = delivery("energetic excited urgent fast hype happy playful fun bold")
    grave = delivery("calm soft luxury dramatic serious sad slow warm")
    assert 1.0 < wild.pace <= 1.15
    assert 0.86 <= grave.pace < 1.0
    assert delivery("purple monkey", "dishwasher") == Delivery()


@pytest.mark.parametrize(
    "text",
    [
        "x²³ ½ ©",
        "I/O A/B 5'10\" w/o",
        "a" * 150,
        "9" * 70,
        "$" * 20 + "5",
        "A&B@C#D%E+F=G",
        "Ł ß ø",
    ],
)
def test_odd_texts_are_spoken_word_by_word(tmp_path: Path, text: str) -> None:
    assert speakable(text) is None
    narration = SPEECH.speak(order(text), tmp_path)
    assert "".join(word.text for word in narration.words) in text.replace(" ", "")
    assert narration.words
    check_words(narration)


def test_a_long_sentence_is_spoken_in_portions_without_losing_a_word(tmp_path: Path) -> None:
    text = " ".join(f"word{number} and" for number in range(45))
    narration = SPEECH.speak(order(text), tmp_path)
    assert [word.text for word in narration.words] == text.split()
    check_words(narration)


def test_without_the_duration_tensor_words_are_still_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.engine(), "_has_durations", False)
    narration = SPEECH.speak(order("Pure sound, all day for $5 only."), tmp_path)
    assert len(narration.words) == 7
    check_words(narration)


def test_another_release_of_the_graph_is_spoken_without_exact_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "_DURATIONS", "/no_such_tensor")
    loaded = engine._loaded.__wrapped__()
    assert loaded._has_durations is False
    assert loaded.phonemes("Hello.")


def test_swapped_spoken_words_still_give_each_written_word_a_span() -> None:
    belongs = alignments.owners("ˈA bˈi sˈi dˈi", ["ˈA", "ɡˈoʊn", "bˈi sˈi", "dˈi"])
    assert belongs == sorted(belongs)
    spans = alignments.word_spans(4, belongs, [(0, 1), (1, 2), (2, 3), (3, 4)])
    assert len(spans) == 4
    assert all(start < end for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


def pitch_hz(sound: np.ndarray) -> float:
    """
    The median pitch of the louder parts, by autocorrelation corrected for its window.
    """
    window = np.hanning(1_440)
    lags = np.arange(80, 320)
    fading = np.fft.irfft(np.abs(np.fft.rfft(window, 4_096)) ** 2)
    found = []
    for start in range(0, len(sound) - 1_440, 240):
        frame = sound[start : start + 1_440]
        if np.sqrt(np.mean(frame**2)) < 0.05:
            continue
        power = np.fft.irfft(np.abs(np.fft.rfft((frame - frame.mean()) * window, 4_096)) ** 2)
        likeness = power[lags] / fading[lags] / (power[0] / fading[0])
        if likeness.max() > 0.5:
            found.append(24_000 / lags[likeness.argmax()])
    return float(np.median(found))


def test_men_speak_lower_than_women(tmp_path: Path) -> None:
    text = "Our wireless headphones bring you home."
    pitches = {
        voice.name: pitch_hz(samples(SPEECH.speak(order(text, voice=voice.voice_id), tmp_path)))
        for voice in OfflineVoices().voices()
    }
    genders = {voice.name: voice.gender for voice in OfflineVoices().voices()}
    lows = [pitches[name] for name in pitches if genders[name] == "male"]
    highs = [pitches[name] for name in pitches if genders[name] == "female"]
    assert 80 < min(lows) < max(lows) < 165
    assert max(lows) < min(highs) < max(highs) < 260


@pytest.mark.parametrize("voice", [ADAM, SARAH, "offline_leo"])
def test_a_recogniser_understands_the_voice(tmp_path: Path, voice: str) -> None:
    import soxr
    from pocketsphinx import Decoder

    texts = (
        "Our wireless headphones bring forty hours of battery life and premium comfort.",
        "Feel the music, wherever you go. Order today and save twenty percent.",
    )
    sound = soxr.resample(
        samples(SPEECH.speak(order(*texts, voice=voice), tmp_path)), 24_000, 16_000
    )
    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(np.rint(sound * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    wanted = re.findall(r"[a-z]+", " ".join(texts).lower())
    heard = decoder.hyp().hypstr.split()
    blocks = difflib.SequenceMatcher(None, wanted, heard, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) >= 0.7 * len(wanted)


def test_the_speaker_reports_to_nobody_and_leaves_nothing_behind(tmp_path: Path) -> None:
    # onnxruntime 1.32 for Linux keeps a session for its maker in the temporary folder
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from ars0n_adapters.providers.offline import engine; engine.engine().phonemes('hi')",
        ],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "Call 555-123-4567, 555-987-6543 or 1-888-999-0000, fax 555-000-1111, ext. 1234",
        "Item 07919-31, $6.02, 12x7x3 mm, 1.5 kg, item 15838-62, $9.03, 24x14x6 mm, 3.0 kg",
    ],
)
def test_a_script_of_figures_is_no_longer_than_its_ad(prompt: str, tmp_path: Path) -> None:
    spec = AdSpec(prompt=prompt, duration_seconds=15, voice_id=SARAH, ad_format=AdFormat.RADIO)
    plan = OfflinePlanner().plan(spec, [])
    texts = tuple(spoken.text for spoken in derive.narration(spec, plan))
    narration = SPEECH.speak(order(*texts, style=plan.voice_style), tmp_path)
    assert narration.duration_seconds < 15 * budget.STRETCH_MAX


def test_a_script_that_is_too_long_for_its_ad_is_read_faster(tmp_path: Path) -> None:
    text = "Good mornings begin at the corner of Main and Third, where the kettle is on. " * 3
    slow = order(text, voice="offline_eleanor", style="calm")
    unhurried = SPEECH.speak(slow, tmp_path)
    hurried = SPEECH.speak(evolve(slow, seconds=12), tmp_path)
    check_words(hurried)
    assert unhurried.duration_seconds > 12 * budget.STRETCH_MAX
    assert hurried.duration_seconds < 12 * budget.STRETCH_MAX
    assert [word.text for word in hurried.words] == [word.text for word in unhurried.words]
    # one that fits keeps its manner, to the byte
    eased = SPEECH.speak(evolve(slow, seconds=60), tmp_path)
    assert eased.path.read_bytes() == unhurried.path.read_bytes()


def test_a_number_is_read_alike_at_the_end_of_a_sentence() -> None:
    speaker = engine.engine()
    for figure in ("555-0134", "555-123-4567", "128-134", "1/2", "2024-2026", "9-5"):
        (alone,) = readings.chunks(figure)
        (ended,) = readings.chunks(f"{figure}.")
        assert speaker.phonemes(ended.said).rstrip(".") == speaker.phonemes(alone.said)
