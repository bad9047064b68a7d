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
from bnviz.explore.nb09_regularization import regularization
from bnviz.explore.nb10_is_it_the_shift import noise
from bnviz.explore.nb11_what_is_it import interventions, landscape
from bnviz.explore.nb12_in_practice import axes, momentum, offset

__all__ = [
    "axes",
    "batch_size",
    "batches",
    "bias",
    "depth",
    "drift",
    "gradient",
    "interventions",
    "landscape",
    "learned",
    "momentum",
    "noise",
    "normalization",
    "offset",
    "pipeline",
    "regularization",
    "scale_shift",
    "sweep",
    "test_time",
    "training",
]
