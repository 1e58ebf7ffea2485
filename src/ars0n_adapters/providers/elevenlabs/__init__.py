"""
ElevenLabs through its SDK: narration with word timings, the voices, beds of music.

**Owns** `ElevenLabsSpeech`, `ElevenLabsVoices`, `ElevenLabsMusic`, and what the service's
errors mean. **Does not own** how often the service is asked, or what is kept of its
answers: a `Budget` and a `Kept` are handed in. **Invariants**: the SDK is imported at the
first call; it never repeats a call by itself; nothing but `PortError` gets out; a key is in
no message and no representation; no voice's id is written down here.

Start at `accounts.Account`; `calls` makes every call, `faults` says what went wrong.
"""
