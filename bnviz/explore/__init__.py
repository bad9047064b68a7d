"""One function per slider demo; each works without arguments and returns a `live.Live`."""

from bnviz.explore.at_test_time import test_time
from bnviz.explore.backward_pass import gradient
from bnviz.explore.batch_statistics import batch_size
from bnviz.explore.bias_cancellation import bias
from bnviz.explore.covariate_shift import batches, drift
from bnviz.explore.normalizing import normalization
from bnviz.explore.regularizing import regularization
from bnviz.explore.scale_and_shift import learned, scale_shift
from bnviz.explore.start_here import pipeline
from bnviz.explore.training_runs import sweep, training
from bnviz.explore.why_it_works import landscape, noise

__all__ = [
    "batch_size",
    "batches",
    "bias",
    "drift",
    "gradient",
    "landscape",
    "learned",
    "noise",
    "normalization",
    "pipeline",
    "regularization",
    "scale_shift",
    "sweep",
    "test_time",
    "training",
]
