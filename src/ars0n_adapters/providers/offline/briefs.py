"""
What a prompt says: the product, its features, who it is for - in the prompt's own words.

Nothing is concluded that isn't written. Instructions to the maker of the ad are told
apart from what may be said in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.providers.offline import fragments, labels, nouns, prompts, sentences
from ars0n_adapters.providers.offline.subjects import Found

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec


@frozen(kw_only=True)
class Brief:
    """
    A prompt, understood as far as it can be.

    ``product`` is a noun phrase without article, ``name`` what it is called. ``features``
    are fragments, ``statements`` whole sentences, that can be said as they are; ``facts``
    (offers, places, dates) belong near the end, ``call`` and ``quotes`` at it, a
    ``question`` at the beginning. ``manner`` is how the ad should sound. ``is_english`` is whether English lines may stand beside.
    """

    product: str = ""
    name: str = ""
    features: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    call: str = ""
    question: str = ""
    audience: str = ""
    company: str = ""
    manner: str = ""
    text: str = ""
    is_english: bool = True

    @property
    def is_plural(self) -> bool:
        """
        Whether the product is spoken of as "they".
        """
        return nouns.is_plural(self.product)

    @property
    def is_business(self) -> bool:
        """
        Whether what is advertised speaks for itself as "we".
        """
        return nouns.is_business(self.product)


def read(spec: AdSpec) -> Brief:
    """
    Return what the prompt of *spec* says.
    """
    company = " ".join((spec.company_name or "").split())
    text = prompts.clean(spec.prompt)
    if company and spec.prompt.isupper():
        # shouting has taken the name's capitals
        text = re.sub(rf"(?i)(?<!\w){re.escape(company)}(?!\w|\.\w)", lambda _: company, text)
    whole = text
    is_english = prompts.is_english(text)
    if not is_english:
        text = prompts.without_order(text)
    text, quotes = prompts.take_quotes(text)
    if not is_english:
        return Brief(
            statements=tuple(prompts.sentences(text)),
            quotes=(*quotes.said, *quotes.calls),
            company=company,
            text=whole,
            is_english=False,
        )
    return _understand(text, quotes, company)


_DEMOGRAPHIC: Final = re.compile(
    r"(?i)\d|\b(?:men|women|males?|females?|aged?|years?|gen z|millennials?|income|urban|demographic|users?|consumers?|customers?|adults|b2b|audience|people|anyone|everyone|smes?)\b"
)
_AUDIENCE_WORDS_MAX: Final = 4


def _understand(text: str, quotes: prompts.Quotes, company: str) -> Brief:
    found = Found(company=company)
    for sentence in prompts.sentences(labels.split(text)):
        sentences.read(sentence, found)
    company = company or next(iter(found.brand), "")
    product = found.product[0] if found.product else ""
    if product and company:
        # "espresso from Alba Coffee" is espresso; the company is named beside it
        product = re.sub(
            rf"(?i)[\s,]+(?:from|by|at|of|with)\s+{re.escape(company)}(?!\w).*$", "", product
        )
        product = "" if product.lower() == company.lower() else product
    name = next(iter((*quotes.titles, *found.name)), "")
    if name.lower() == company.lower():
        name = ""
    said = [*quotes.said, *found.taglines]
    calls = [*quotes.calls, *found.calls]
    audience = found.audience[0].strip(" .,") if found.audience else ""
    is_sayable = nouns.is_plural(audience) and len(audience.split()) <= _AUDIENCE_WORDS_MAX
    taken = {_key(t) for t in (product, company, name, *said, *calls[-1:])}
    statements = [*found.statements, *(fragments.closed(call) for call in calls[:-1])]
    return Brief(
        product=product,
        name=name,
        features=tuple(_unique([*found.product[1:], *found.features], taken)),
        statements=tuple(_unique(statements, taken)),
        facts=tuple(_unique(found.facts, taken)),
        quotes=tuple(_unique(said, {_key(company)})),
        call=calls[-1].strip(" .,;:!") if calls else "",
        question=found.questions[0] if found.questions else "",
        audience=audience if is_sayable and not _DEMOGRAPHIC.search(audience) else "",
        company=company,
        manner=" ".join(found.manner),
        text=text,
    )


def _key(text: str) -> str:
    return re.sub(r"\W", "", text.lower())


def _unique(texts: list[str], taken: set[str]) -> list[str]:
    seen = set(taken)
    kept = []
    for text in texts:
        key = _key(text)
        if key and key not in seen:
            seen.add(key)
            kept.append(text)
    return kept
