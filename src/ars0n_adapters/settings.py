"""
What a deployment says about itself, read once and typed.

Every setting is an environment variable ``ARS0N_…``; `Settings` names them all, with
their defaults. A wrong value is one clear error at the start.
"""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, evolve, field, fields, frozen

from ars0n_core.errors import MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX: Final = "ARS0N_"

Network = IPv4Network | IPv6Network

_LOGIN: Final = re.compile("://.*@")
_PRESETS: Final = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """
    Return where things are kept when nobody says: the user's data folder.
    """
    root = environment.get("XDG_DATA_HOME") or ""
    base = Path(root) if root.startswith("/") else Path.home() / ".local" / "share"
    return base / "ars0n"


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _choice(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word.strip()) for word in text.split(","))
    except ValueError:
        raise ValueError("must be addresses or networks, like 10.0.0.0/8,::1") from None


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.startswith(schemes):
            raise ValueError(f"must start with {' or '.join(schemes)}")
        try:
            _ = urlsplit(text).port
        except ValueError:
            # The fault itself would quote what stands there: half of a password, maybe.
            escapes = "write / and : and @ of a password as %2F, %3A, %40"
            raise ValueError(f"must have a number for its port ({escapes})") from None
        return text.rstrip("/") if text.startswith("http") else text

    return read


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _setting(default: Any, read: Callable[[str], Any], about: str, *, formerly: str = "") -> Any:
    return field(default=default, metadata={"read": read, "about": about, "formerly": formerly})


@frozen(kw_only=True)
class Settings:
    """
    The settings, by the name after ``ARS0N_``.
    """

    data_dir: Path = field(metadata={"read": _path, "about": "Folder of the embedded store."})
    database_url: str = _setting(
        "",
        _url("postgresql://", "postgres://", "postgresql+psycopg://", "sqlite://"),
        "SQL database; default: SQLite in the data folder.",
    )
    host: str = _setting("127.0.0.1", str, "Address `ars0n serve` listens on.")
    port: int = _setting(8000, _number(0, 65_535), "Its port; 0 picks a free one.")
    processes: int = _setting(1, _number(1, 64), "Processes that serve, on one port.")
    base_url: str = _setting(
        "",
        _url("http://", "https://"),
        "What links to the API start with; default: its host and port.",
    )
    drive: str = _setting(
        "polls",
        _choice("polls", "server"),
        "Who starts jobs: `polls`, as documented, or the `server` too, polled or not.",
    )
    lease_seconds: int = _setting(
        45, _number(15, 3600), "How long a job of a killed process is left alone."
    )
    rates_url: str = _setting(
        "",
        _url("redis://", "rediss://", "memory:"),
        "Where requests are counted: `redis://…`, or `memory:` for one process; "
        "default: the data folder, or the database if it is PostgreSQL.",
    )
    fetch_allow: tuple[Network, ...] = _setting(
        (),
        _networks,
        "Private networks image URLs may point into. **Whoever has a key can make the server "
        "ask any port there**: for private deployments only.",
    )
    ffmpeg: str = _setting("", str, "ffmpeg to use; default: the newer of ours and the system's.")
    preset: str = _setting("veryfast", _choice(*_PRESETS), "x264 preset of the finished ad.")
    segments: int = _setting(
        2,
        _number(1, 64),
        "Segments of a film encoded at once, side by side.",
        formerly="WORKERS",  # which `ars0n serve --workers` says of processes
    )
    threads: int = _setting(4, _number(1, 64), "Jobs worked on at once.")
    lines: int = _setting(720, lambda text: int(_choice("720", "1080")(text)), "720 or 1080.")
    cache_megabytes: int = _setting(
        2048, _number(0, 10_000_000), "Encoded segments kept for later edits, at most."
    )
    c2pa_certificates: str = _setting(
        "", str, "PEM file of the certificate chain that signs ads (C2PA); default: unsigned."
    )
    c2pa_key: str = _setting("", str, "PEM file of its private key.")
    c2pa_algorithm: str = _setting(
        "es256",
        _choice("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"),
        "Its kind.",
    )
    c2pa_timestamp_url: str = _setting(
        "", _url("http://", "https://"), "Who stamps the time of a signature; default: nobody."
    )
    planner: str = _setting("offline", _choice("offline", "gemini"), "Who plans.")
    images: str = _setting("offline", _choice("offline", "gemini"), "Who makes pictures.")
    clips: str = _setting(
        "offline",
        _choice("offline", "veo", "omni"),
        "Who makes clips: `veo` needs Google's Agent Platform, `omni` a Gemini key only.",
    )
    speech: str = _setting(
        "offline", _choice("offline", "elevenlabs"), "Who speaks, and whose voices there are."
    )
    music: str = _setting("offline", _choice("offline", "elevenlabs"), "Who makes music.")
    storage: str = _setting(
        "local", _choice("local", "s3"), "Where files are: the data folder or a bucket."
    )
    gemini_model: str = _setting("gemini-3.8-flash", str, "Gemini model that plans.")
    gemini_image_model: str = _setting(
        "gemini-3.1-flash-image", str, "Gemini model that makes pictures."
    )
    gemini_judge_model: str = _setting("gemini-3.8-flash", str, "Gemini model that judges them.")
    veo_fast_model: str = _setting("veo-3.1-fast-generate-001", str, "Veo model of the fast grade.")
    veo_premium_model: str = _setting(
        "veo-3.1-generate-001", str, "Veo model of the premium grade."
    )
    omni_fast_model: str = _setting("gemini-omni-1.1-flash", str, "Omni model of the fast grade.")
    omni_premium_model: str = _setting(
        "gemini-omni-1.2-flash", str, "Omni model of the premium grade."
    )
    vertex_project: str = _setting(
        "", str, "Google Cloud project of the Agent Platform, entered with Google credentials."
    )
    vertex_location: str = _setting("us-central1", str, "Its location, for Veo.")
    gemini_location: str = _setting(
        "global", str, "Its location for Gemini, if there is no key: the newest are `global` only."
    )
    google_base_url: str = _setting(
        "", _url("http://", "https://"), "Google's address, if another answers for it."
    )
    google_calls: int = _setting(10, _number(1, 1000), "Calls to Google under way at once.")
    google_calls_per_minute: int = _setting(
        60, _number(1, 100_000), "Calls to Google started in a minute."
    )
    elevenlabs_model: str = _setting("eleven_multilingual_v2", str, "ElevenLabs model that speaks.")
    elevenlabs_music_model: str = _setting("music_v1", str, "ElevenLabs model that composes.")
    elevenlabs_sample_rate: int = _setting(
        24_000,
        lambda text: int(_choice("16000", "22050", "24000", "44100", "48000")(text)),
        "Samples a second of a narration; 44100 needs ElevenLabs' Pro plan.",
    )
    elevenlabs_base_url: str = _setting(
        "", _url("http://", "https://"), "ElevenLabs' address: a region's, or who answers for it."
    )
    elevenlabs_calls: int = _setting(
        3, _number(1, 1000), "Calls to ElevenLabs under way at once; the plan says how many."
    )
    elevenlabs_calls_per_minute: int = _setting(
        120, _number(1, 100_000), "Calls to ElevenLabs started in a minute."
    )
    check_seconds: int = _setting(
        10, _number(0, 600), "How often a real provider is asked how a clip is doing."
    )
    provider_seconds: int = _setting(
        120, _number(1, 600), "How long a provider's answer is waited for."
    )
    unknown: str = _setting(
        "fail",
        _choice("fail", "repeat"),
        "What becomes of a billed call whose answer was lost: `fail` gives everything back and "
        "leaves the retry to the customer, `repeat` waits as long as below and pays again, twice "
        "at most.",
    )
    doubt_seconds: int = _setting(
        300,
        _number(15, 86_400),
        "How long a billed call of a killed process is left alone: its answer may still come.",
    )
    results_megabytes: int = _setting(
        512, _number(1, 10_000_000), "Paid answers kept for a day, so that a retry is free."
    )
    s3_bucket: str = _setting("", str, "The bucket.")
    s3_prefix: str = _setting("", str, "What its keys begin with.")
    s3_region: str = _setting("us-east-1", str, "Its region; `auto` for R2.")
    s3_endpoint: str = _setting(
        "", _url("http://", "https://"), "Its address, if it is not Amazon's."
    )
    s3_public_endpoint: str = _setting(
        "", _url("http://", "https://"), "Where customers reach it, if that is elsewhere."
    )
    s3_addressing: str = _setting(
        "auto",
        _choice("auto", "path", "virtual"),
        "Where the bucket's name goes: into the `path`, the host (`virtual`), or as is usual there.",
    )
    s3_checksums: str = _setting(
        "auto",
        _choice("auto", "on", "off"),
        "Whether Amazon's own checksums go with every file; `auto`: to Amazon only.",
    )

    @property
    def elevenlabs_is_chosen(self) -> bool:
        """
        Whether anything comes from ElevenLabs.
        """
        return "elevenlabs" in {self.speech, self.music}

    @property
    def is_all_here(self) -> bool:
        """
        Whether what every request asks is in this machine's files and memory.
        """
        return self.database.startswith("sqlite") and self.rates_url in {"", "memory:"}

    @property
    def database(self) -> str:
        """
        The URL of the database.
        """
        return self.database_url or f"sqlite:///{self.data_dir / 'ars0n.sqlite3'}"


@frozen(kw_only=True)
class Keys:
    """
    The keys, read from the variables the vendors' own tools read; in no representation.
    """

    gemini: str = field(default="", repr=False)
    vertex: str = field(default="", repr=False)
    google_token: str = field(default="", repr=False)
    elevenlabs: str = field(default="", repr=False)
    s3: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    s3_session: str = field(default="", repr=False)


KEYS: Final = {
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "vertex": ("VERTEX_API_KEY",),
    "google_token": ("GOOGLE_OAUTH_ACCESS_TOKEN",),
    "elevenlabs": ("ELEVENLABS_API_KEY",),
    "s3": ("AWS_ACCESS_KEY_ID",),
    "s3_secret": ("AWS_SECRET_ACCESS_KEY",),
    "s3_session": ("AWS_SESSION_TOKEN",),
}
"""
The variables of each key, the first that is set winning.
"""


def read_keys(variables: Mapping[str, str] | None = None) -> Keys:
    """
    Return the keys of *variables* (the process's if None).

    >>> read_keys({"GOOGLE_API_KEY": " k "})
    Keys()

    Raises:
        MisconfiguredError: One holds what no key has; its variable is named.
    """
    variables = os.environ if variables is None else variables
    found: dict[str, str] = {}
    faulty: list[str] = []
    for name, variable in ((name, one) for name, names in KEYS.items() for one in names):
        key = variables.get(variable, "").strip()
        if not key or name in found:
            continue
        found[name] = key
        if not key.isascii() or not key.isprintable() or " " in key:
            faulty.append(variable)
    if faulty:
        fault = (
            f"{', '.join(faulty)}: a key has no spaces and no letters beyond ASCII; copy it anew"
        )
        raise MisconfiguredError(fault, port="settings")
    return Keys(**found)


def read(variables: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """
    Return the settings of *variables* (the process's if None), *overrides* winning.

    Raises:
        MisconfiguredError: A variable's value is wrong; all such are named.
    """
    variables = os.environ if variables is None else variables
    given: dict[str, Any] = {}
    faults: list[str] = []
    for setting in fields(Settings):
        _read_one(setting, variables, given, faults)
    if faults:
        raise MisconfiguredError("; ".join(faults), port="settings")
    given.setdefault("data_dir", default_data_dir(variables))
    chosen = {name: value for name, value in overrides.items() if value is not None}
    return evolve(Settings(**given), **chosen)


def table() -> tuple[tuple[str, str, str], ...]:
    """
    Return every setting as (variable, default, meaning), for the documentation.
    """
    return tuple(
        (
            PREFIX + setting.name.upper(),
            str(setting.default) if setting.name != "data_dir" else "the user's data folder",
            _about(setting),
        )
        for setting in fields(Settings)
    )


def _about(setting: Attribute[Any]) -> str:
    about: str = setting.metadata["about"]
    formerly = setting.metadata.get("formerly")
    return f"{about} Also read as `{PREFIX}{formerly}`, its former name." if formerly else about


def _variable(setting: Attribute[Any], variables: Mapping[str, str]) -> str:
    """
    Return the variable that sets it: its former name only if that alone is set.
    """
    name = PREFIX + setting.name.upper()
    former = PREFIX + setting.metadata.get("formerly", "")
    is_former = former != PREFIX and not variables.get(name, "").strip()
    return former if is_former and variables.get(former) else name


def _read_one(
    setting: Attribute[Any],
    variables: Mapping[str, str],
    given: dict[str, Any],
    faults: list[str],
) -> None:
    name = _variable(setting, variables)
    text = variables.get(name, "").strip()
    if not text:
        return
    try:
        given[setting.name] = setting.metadata["read"](text)
    except ValueError as error:
        shown = _LOGIN.sub("://…@", text)
        faults.append(f"{name} {error}, not {shown!r}")
