"""
What the product does: one module an endpoint, one function a verb.

**Owns** the order in which a request is checked, paid for, stored and answered, and the
only code where jobs meet ports (`performing`). **Does not own** rules that need no port
(they are below: `specs`, `plans`, `pricing`, `ledger`, `pipelines`), HTTP, or JSON.
**Invariants**: what is charged is stored in the same transaction as what it pays for, with
the organisation locked; nothing slow happens inside a transaction; a request reads the
clock once; another organisation's things do not exist, its assets are forbidden.

| to | module |
|---|---|
| let a request in | `admit` |
| price an ad, see how it would be told | `estimate`, `plan` |
| order it, follow it, change it | `generate`, `advance`, `jobs`, `edit` |
| hear a voice, choose one | `preview`, `voices` |
| files in and out | `assets` |
| what was made, what was paid | `projects`, `billing` |
| how a brand always looks | `brands` |
| take a finished ad apart, for deliveries and stems | `reopen` |
| without anybody asking | `carry_out` (runners), `sweep` (workers, restarts) |
| tell a customer's server | `webhooks` |

Shared among them: `callers` (who asks), `orders` (an order's faults), `materials` (its
files), `texts` and `deliverable` (what can't be said, written or taken), `payments` (slot, cap,
balance, book), `beginnings` (a version charged and made its jobs), `conflicts` (short
transactions that meet), `pages` (of a longer list),
`performing`, `cutting`, `ahead`, `origins`, `outputs` and `recording` (one command's life),
`reports`.

Start at `generate.generate`, then `advance.advance`.
"""
