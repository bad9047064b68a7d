"""One function per slider demo; each works without arguments and returns a `live.Live`."""

from bnviz.explore.nb00_start_here import pipeline

__all__ = ["pipeline"]
