"""
When and where it is: days, dates and hours that belong together in one breath.
"""

from __future__ import annotations

import re
from typing import Final

_DAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tomorrow|tonight|this \w+|every \w+|weekdays|weekends|daily"
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE: Final = (
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH}|(?:19|20)\d\d"
)
_HOUR: Final = r"(?:noon|midnight|\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\.?)?)"
_SPAN: Final = r"(?:\s?(?:-|–|to|until|till|through)\s?)"
_PIECE: Final = re.compile(
    rf"(?i)^(?:on |from |at |until |open )?(?:(?:{_DAY})|(?:{_DATE})|{_HOUR})"
    rf"(?:{_SPAN}(?:(?:{_DAY})|(?:{_DATE})|{_HOUR}))?(?:\s(?:at|from|on)\s.{{1,40}}|\s{_HOUR}(?:{_SPAN}{_HOUR})?)?$"
)


def is_one(text: str) -> bool:
    """
    Whether a list is one occasion: "Saturday, March 8, 10am-4pm".

    >>> is_one("Saturday, March 8, 10am-4pm"), is_one("boots, March 8"), is_one("Saturday")
    (True, False, False)
    """
    pieces = re.split(r",\s", text.strip(" .,;"))
    return len(pieces) > 1 and all(map(is_time, pieces))


def is_time(text: str) -> bool:
    """
    Whether a fragment says when: "Thursday 7 PM at The Foundry", "9 to 5".

    >>> is_time("10am-4pm"), is_time("July 1 to August 15"), is_time("40 vendors")
    (True, True, False)
    """
    text = text.strip(" .,;")
    bare_number = re.fullmatch(r"\d[\d.:]*", text) is not None and not re.fullmatch(
        r"(?:19|20)\d\d", text
    )
    return not bare_number and _PIECE.match(text) is not None
