"""One function per slider demo; each works without arguments and returns a `live.Live`."""

from bnviz.explore.bias_cancellation import bias
from bnviz.explore.scale_and_shift import scale_shift
from bnviz.explore.start_here import pipeline

__all__ = ["bias", "pipeline", "scale_shift"]
