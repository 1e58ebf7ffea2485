"""
The providers of this machine: whole ads without a key or a network.

**Owns** a planner (`planner`), an image editor (`images`), a clip generator (`clips`), a
voice (`speech`, `voices`) and a composer (`music`). **Does not own** the cut or the mix
(`ars0n_core.compositor`). **Invariants**: the same order gives the same bytes; nothing is
said of a product that its prompt does not hold; nothing is downloaded.

| what | modules |
|---|---|
| a prompt read | `prompts`, `sentences`, `clauses`, `fragments`, `keywords`, `labels`, `statements`, `occasions`, `figures`, `numerals`, `nouns`, `vocabulary`, `kinds` |
| what it says | `briefs`, `subjects` |
| a script written | `planner`, `copywriting`, `phrases`, `reveals`, `transcripts`, `deals` |
| scenes | `shots`, `setups` |
| pictures | `images`, `subject`, `mattes`, `heads`, `framing`, `leaning`, `prints`, `backdrops`, `studios`, `props`, `grading`, `scoring`, `resampling` |
| clips | `clips`, `moves`, `filming` |
| speech | `speech`, `voices`, `readings`, `deliveries`, `engine`, `alignments` |
| music | `music`, `moods`, `instruments` |

Each module's port is in `ars0n_core.ports.providers`.
"""
