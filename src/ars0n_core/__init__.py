"""
The domain of AI-generated video and radio ads: values in, values out.

**Owns** every rule of the product: what may be ordered, how it is told, what must be done,
what it costs, what moved in the book, where the jobs stand, how it is cut, drawn and
mixed. **Does not own** a clock, dice, a network, a database or a web framework: those come
in through the ports. **Invariants**: arrows point down; importing any room but the
compositor costs attrs and cattrs only.

From the bottom up: `errors`, `ids` · `specs` what is ordered · `work` the list that price,
jobs, refunds and reuse follow · `quotas` · `pricing`, `ledger`, `access`, `assets`,
`timelines` · `plans` how it is told and cut · `pipelines` where the jobs stand,
`compositor` the picture and the sound · `projects` · `ports` what the outside owes us ·
`usecases` what the product does · `wire` JSON in and out · `calculator` the prices at the
shell, `testing` what others' tests import.

Start at `usecases`.
"""

__version__ = "0.1.0"
