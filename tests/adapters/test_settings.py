"""
Settings are read once, typed, and a wrong one is named.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ars0n_adapters import settings
from ars0n_core.errors import MisconfiguredError


def test_defaults_need_no_environment() -> None:
    chosen = settings.read({"XDG_DATA_HOME": "/data"})

    assert Path("/data/ars0n") == chosen.data_dir
    assert chosen.database == "sqlite:////data/ars0n/ars0n.sqlite3"


def test_the_environment_is_typed() -> None:
    chosen = settings.read({"ARS0N_SEGMENTS": " 3 ", "ARS0N_DATA_DIR": "/d", "ARS0N_LINES": "1080"})

    assert (3, Path("/d"), 1080) == (chosen.segments, chosen.data_dir, chosen.lines)


def test_an_override_wins_and_none_is_no_override() -> None:
    chosen = settings.read({"ARS0N_DATA_DIR": "/d"}, data_dir=Path("/e"), segments=None)

    assert (Path("/e"), 2) == (chosen.data_dir, chosen.segments)


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(MisconfiguredError) as caught:
        settings.read({"ARS0N_SEGMENTS": "0", "ARS0N_PRESET": "warp", "ARS0N_THREADS": "two"})

    for name in ("ARS0N_SEGMENTS", "ARS0N_PRESET", "ARS0N_THREADS"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARS0N_DATABASE_URL", "postgresql://us:s3cret@host:port/ads"),
        ("ARS0N_DATABASE_URL", "postgresql://us:s3cret/4@host/ads"),
        ("ARS0N_DATABASE_URL", "oracle://us:s3cret@host/ads"),
        ("ARS0N_DATABASE_URL", "ads.sqlite3"),
        ("ARS0N_RATES_URL", "redis://:s3cret@host:port/0"),
        ("ARS0N_RATES_URL", "mysql://us:s3cret@host/x"),
        ("ARS0N_BASE_URL", "https://host:port"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(variable: str, value: str) -> None:
    with pytest.raises(
        MisconfiguredError, match=rf"^{variable} must (start with|have a number)"
    ) as caught:
        settings.read({variable: value})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite:////data/ads.sqlite3", "postgres://us:p%404@[::1]:5432/ads"]
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert settings.read({"ARS0N_DATABASE_URL": url}).database == url


def test_a_former_name_is_still_read_and_the_new_one_wins() -> None:
    former = settings.read({"ARS0N_DATA_DIR": "/d", "ARS0N_WORKERS": "5"})
    both = settings.read({"ARS0N_DATA_DIR": "/d", "ARS0N_WORKERS": "5", "ARS0N_SEGMENTS": "1"})
    with pytest.raises(MisconfiguredError, match=r"^ARS0N_WORKERS must be"):
        settings.read({"ARS0N_WORKERS": "many"})

    assert (former.segments, both.segments) == (5, 1)
    assert any(
        row[0] == "ARS0N_SEGMENTS" and "`ARS0N_WORKERS`" in row[2] for row in settings.table()
    )


def test_the_table_names_every_setting() -> None:
    names = {row[0] for row in settings.table()}

    assert {"ARS0N_DATA_DIR", "ARS0N_DATABASE_URL", "ARS0N_FFMPEG"} <= names
