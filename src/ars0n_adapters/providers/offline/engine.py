"""
The neural speaker inside the package: phonemes in, sound and exact durations out.

hibari-tts reads English text to phonemes and predicts, per 12.5 ms frame, a harmonic, a
noise and a free-phase spectrum and a fundamental. We run its graph ourselves for two
reasons: its duration tensor tells to 25 ms when each phoneme sounds, and moving its
spectra and fundamental before synthesis gives other voices (`voices.Timbre`).
"""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ars0n_core.errors import ProviderUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.voices import Timbre

    Samples = NDArray[np.float32]

SAMPLE_RATE: Final = 24_000
"""
Samples a second of the speaker.
"""

THREADS: Final = 1
"""
Threads of the network; it runs a hundred times faster than speech on one.
"""

_DURATIONS: Final = "/Cast_32_output_0"
_DURATION_SECONDS: Final = 0.025
# The tensor above (hibari-tts 0.2.1) holds one integer per phoneme, in these units.

_EARLY_SECONDS: Final = 0.05
# Sounds begin that much before their edge: measured on the onsets of 18 isolated words
# (median 0.06) and against a forced alignment of 32 words in sentences (0.04 to 0.09).

_SILENT_PHONEMES: Final = 2
# One is put before and one after what is spoken.

_BINS: Final = 601
_BIN_HZ: Final = 20.0
_VOICED_HZ: Final = 40.0
_LOWEST_VOICED_HZ: Final = 45.0
# Below 40 Hz the synthesis takes a frame for unvoiced, so a lowered voice must stay above.

_TILT_FROM_HZ: Final = 500.0
_RESIDUE_HZ: Final = 3_000.0
_RESIDUE_DB: Final = -9.0
# The free-phase part carries traces of the recorded pitch below 3 kHz; in a voice of
# another pitch they would be heard as a second, rough one.

_DB_TO_LOG: Final = float(np.log(10.0) / 20.0)


def with_output(model: bytes, tensor: str) -> bytes:
    r"""
    Return the ONNX *model* with *tensor* among its outputs.

    Protobuf merges a repeated message with the one before it, so appending a graph that
    has only an output adds that output; no ONNX library is needed.

    >>> with_output(b"", "x")
    b':\x05b\x03\n\x01x'
    """
    name_field, output_field, graph_field = 1, 12, 7
    return model + _message(
        graph_field, _message(output_field, _message(name_field, tensor.encode()))
    )


def _message(field: int, payload: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


class Engine:
    """
    One loaded speaker. Calls are serialised: memory stays that of one call.
    """

    def __init__(self, hibari: Any, session: Any, *, has_durations: bool) -> None:
        self._hibari = hibari
        self._session = session
        self._has_durations = has_durations
        self._lock = threading.Lock()

    def phonemes(self, text: str) -> str:
        """
        Return the sounds of *text* in the speaker's alphabet, words between spaces; empty
        for text it can't read.
        """
        with self._lock:
            try:
                found = str(self._hibari.g2p(text))
            except (ValueError, KeyError, IndexError, TypeError, AttributeError):
                # Its reader trips over rare figures ("x²³"); plain letters it always takes.
                plain = "".join(c if c.isascii() and c.isalpha() else " " for c in text)
                found = str(self._hibari.g2p(plain)) if plain.strip() else ""
        return "".join(sound for sound in found if sound in self._hibari.vocab)

    def speak(
        self, phonemes: str, *, timbre: Timbre, speed: float, rng: np.random.Generator
    ) -> tuple[Samples, NDArray[np.float64] | None]:
        """
        Speak *phonemes*.

        Returns:
            float32 samples at 24 kHz, and the ``len(phonemes) + 1`` times in seconds at
            which phonemes begin and the last one ends; None if the graph doesn't tell.
        """
        from hibari import dsp  # noqa: PLC0415 -- the vendor is imported when it is needed

        with self._lock:
            outputs = self._session.run(
                None,
                {
                    "ids": np.asarray([self._hibari.ids(phonemes)], np.int64),
                    "speed": np.asarray([speed], np.float32),
                },
            )
            spectra = [part[0] for part in outputs[:5]]
            moved, fundamental = retuned(spectra, outputs[5][0], timbre)
            sound: Samples = dsp.synth(*moved, fundamental, rng)
        if not self._has_durations:
            return sound, None
        durations = outputs[6].ravel()
        if len(durations) != len(phonemes) + _SILENT_PHONEMES:
            return sound, None
        edges = np.cumsum(durations, dtype=np.float64)[: len(phonemes) + 1] * _DURATION_SECONDS
        edges = np.maximum(edges - _EARLY_SECONDS, 0.0)
        return sound, edges


def retuned(
    spectra: Sequence[Samples], fundamental: Samples, timbre: Timbre
) -> tuple[list[Samples], Samples]:
    """
    Return spectra and fundamental of the recorded speaker as those of *timbre*.

    Args:
        spectra: Harmonic log magnitude and phase, noise log magnitude, free log magnitude
            and phase; float32 [601 bins of 20 Hz, frames].
        fundamental: Hz, float32 [frames], under 40 where unvoiced.
        timbre: The voice to be.
    """
    voiced = fundamental >= _VOICED_HZ
    harmonic, turn, noise, free, phase = (_stretched(part, timbre.formant) for part in spectra)
    hertz = np.arange(_BINS, dtype=np.float32) * np.float32(_BIN_HZ)
    octaves = np.maximum(0.0, np.log2(np.maximum(hertz, 1.0) / _TILT_FROM_HZ))
    tilt = (timbre.tilt_db * _DB_TO_LOG * octaves).astype(np.float32)[:, None]
    breath = np.float32(timbre.breath_db * _DB_TO_LOG)
    free = free + tilt
    if timbre.pitch != 1.0 or timbre.range != 1.0:
        low = (hertz < _RESIDUE_HZ)[:, None] & voiced[None, :]
        free = free + np.where(low, np.float32(_RESIDUE_DB * _DB_TO_LOG), np.float32(0.0))
    melody = fundamental.copy()
    if voiced.any():
        centre = np.exp(np.mean(np.log(fundamental[voiced])))
        melody[voiced] = np.maximum(
            centre * timbre.pitch * (fundamental[voiced] / centre) ** timbre.range,
            _LOWEST_VOICED_HZ,
        )
    return [harmonic + tilt, turn, noise + tilt + breath, free, phase], melody


def _stretched(part: Samples, factor: float) -> Samples:
    """
    Return *part* with its frequency axis stretched by *factor*, linearly interpolated.
    """
    if factor == 1.0:
        return part
    source = np.clip(np.arange(_BINS) / factor, 0, _BINS - 1)
    low = source.astype(np.intp)
    high = np.minimum(low + 1, _BINS - 1)
    share = (source - low).astype(np.float32)[:, None]
    stretched: Samples = part[low] * (1 - share) + part[high] * share
    return stretched


_loading = threading.Lock()


def engine() -> Engine:
    """
    Return the process's one speaker, loaded at the first call (about a second, 200 MB).

    Raises:
        ProviderUnavailableError: hibari-tts or onnxruntime is missing or broken.
    """
    with _loading:
        return _loaded()


@functools.cache
def _loaded() -> Engine:
    # Its releases for Linux report to Microsoft unless told not to before they are loaded.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime  # noqa: PLC0415 -- the vendor is imported when it is needed
        from hibari import Hibari  # noqa: PLC0415 -- as above

        hibari = Hibari(threads=THREADS)
        model = Path(hibari.model_path).read_bytes()
    except (ImportError, OSError, RuntimeError) as error:
        raise ProviderUnavailableError(
            f"The offline speaker can't be loaded ({error}); install hibari-tts==0.2.1 and "
            "onnxruntime",
            port="speech",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # the arena keeps the longest sentence's memory for good
    try:
        session = onnxruntime.InferenceSession(
            with_output(model, _DURATIONS), options, providers=["CPUExecutionProvider"]
        )
    except Exception:  # noqa: BLE001 -- the vendor's errors share no base; another release's graph
        return Engine(hibari, hibari.sess, has_durations=False)
    hibari.sess = session
    return Engine(hibari, session, has_durations=True)
