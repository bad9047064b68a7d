"""One function per slider demo; each works without arguments and returns a `live.Live`."""

from bnviz.explore.nb00_start_here import pipeline
from bnviz.explore.nb01_covariate_shift import batches, depth, drift
from bnviz.explore.nb02_batch_statistics import batch_size
from bnviz.explore.nb03_normalization import normalization
from bnviz.explore.nb04_bias_cancellation import bias
from bnviz.explore.nb05_scale_and_shift import learned, scale_shift
from bnviz.explore.nb06_test_time_statistics import test_time
from bnviz.explore.nb07_backward_pass import gradient
from bnviz.explore.nb08_training import sweep, training

__all__ = [
    "batch_size",
    "batches",
    "bias",
    "depth",
    "drift",
    "gradient",
    "learned",
    "normalization",
    "pipeline",
    "scale_shift",
    "sweep",
    "test_time",
    "training",
]
