"""
JSON in and out.

**Owns** the documents' names (`names`, the only place that knows them), how strictly a
value is read (`scalars`, `converter`), the bodies of the endpoints (`requests`), plans
as JSON (`plans`) and the shape of the answers (`answers`, `results`). **Does not own** the rules of
an order (`specs.checks`) or of a plan (`plans.faults`): it asks them and renames what
they find. **Invariants**: all faults of a body are raised together; unknown fields are
passed over; null is as good as absent; what goes out comes in again unchanged; no body
makes it raise anything but `InvalidRequestError`.

Start at `requests.structure_generate`.
"""

from ars0n_core.wire.answers import (
    unstructure_brand_kit,
    unstructure_estimate,
    unstructure_plan_answer,
    unstructure_price,
    unstructure_spec,
)
from ars0n_core.wire.names import (
    NAMES,
    SPEC_NAMES,
    faults_of,
    unstructure_faults,
    wire_name,
)
from ars0n_core.wire.plans import split_script, structure_plan, unstructure_plan
from ars0n_core.wire.requests import (
    BODY_BYTES_MAX,
    EditRequest,
    GenerateRequest,
    PreviewRequest,
    parse,
    structure_brand_kit,
    structure_edit,
    structure_estimate,
    structure_generate,
    structure_options,
    structure_plan_request,
    structure_preview,
)
from ars0n_core.wire.results import (
    unstructure_cancelled,
    unstructure_credits,
    unstructure_deliveries,
    unstructure_edited,
    unstructure_event,
    unstructure_generated,
    unstructure_job,
    unstructure_packages,
    unstructure_page,
    unstructure_preview,
    unstructure_regenerated,
    unstructure_report,
    unstructure_retried,
    unstructure_usage,
    unstructure_voices,
)

__all__ = [
    "BODY_BYTES_MAX",
    "NAMES",
    "SPEC_NAMES",
    "EditRequest",
    "GenerateRequest",
    "PreviewRequest",
    "faults_of",
    "parse",
    "split_script",
    "structure_brand_kit",
    "structure_edit",
    "structure_estimate",
    "structure_generate",
    "structure_options",
    "structure_plan",
    "structure_plan_request",
    "structure_preview",
    "unstructure_brand_kit",
    "unstructure_cancelled",
    "unstructure_credits",
    "unstructure_deliveries",
    "unstructure_edited",
    "unstructure_estimate",
    "unstructure_event",
    "unstructure_faults",
    "unstructure_generated",
    "unstructure_job",
    "unstructure_packages",
    "unstructure_page",
    "unstructure_plan",
    "unstructure_plan_answer",
    "unstructure_preview",
    "unstructure_price",
    "unstructure_regenerated",
    "unstructure_report",
    "unstructure_retried",
    "unstructure_spec",
    "unstructure_usage",
    "unstructure_voices",
    "wire_name",
]
