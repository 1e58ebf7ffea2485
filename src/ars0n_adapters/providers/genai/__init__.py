"""
Google's models through google-genai: plans, pictures and clips.

**Owns** `GeminiPlanner`, `GeminiImageEditor`, `GoogleVideoGenerator`, in the
`VeoStudio` (Agent Platform) or the `OmniStudio` (a plain key will do), and what Google's errors and refusals mean.
**Does not own** how often Google is asked, or what is kept of its answers: a `Budget` and a
`Kept` are handed in. **Invariants**: the SDK is imported at the first call; it never
repeats a call by itself; nothing but `PortError` gets out; a key is in no message and no
representation.

Start at `accounts.Account`; `calls` makes every call, `faults` says what went wrong.
"""
