"""
What a cut says of itself.
"""

from __future__ import annotations

import pytest

from ars0n_core.timelines import COMPOSITE, GENERATED, Provenance, Source

OWN = Source(part="custom clip 0")
MADE = Source(part="voice", provider="Somebody", model="singer-1", is_generated=True)


@pytest.mark.parametrize(
    ("sources", "told"),
    [((OWN,), None), ((MADE,), GENERATED), ((OWN, MADE), COMPOSITE), ((), None)],
)
def test_only_what_a_model_took_part_in_is_said_to_be_generated(
    sources: tuple[Source, ...], told: str | None
) -> None:
    provenance = Provenance(generator="ars0n", title="Ad", sources=sources)
    assert provenance.digital_source_type == told
