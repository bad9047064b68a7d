"""Words that a reader chose or typed, as they were meant."""

from collections.abc import Mapping
from contextlib import suppress

TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


def understood(value, known):
    """A value as it is meant: known words in other letters, numbers and truths that are text."""
    if isinstance(value, Mapping):
        return {understood(key, known): understood(part, known) for key, part in value.items()}
    if not isinstance(value, str):
        return value
    over, _, under = value.partition("/")
    with suppress(ValueError, ZeroDivisionError):  # it is no number
        return float(over) / float(under or 1)
    meant = TRUTHS | {loosely(word): word for word in known}
    return meant.get(loosely(value), value)


def loosely(text):
    """The letters and digits of a text, all small."""
    return "".join(filter(str.isalnum, text.casefold()))
