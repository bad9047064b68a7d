"""Pictures whose artists are made once and moved by `update(**values)`; they know no widget.

Each works in a plain cell: make one, `update` it, let it be the cell's last line.
"""

from bnviz.pictures.at_test_time import Estimates
from bnviz.pictures.backward_pass import GradientGraph, GradientView
from bnviz.pictures.base import Picture
from bnviz.pictures.batch_statistics import BatchSpread
from bnviz.pictures.bias_cancellation import Cancellation
from bnviz.pictures.covariate_shift import BatchView, Drift
from bnviz.pictures.normalizing import BatchMates, NormalizedView
from bnviz.pictures.panels import number, percent
from bnviz.pictures.regularizing import GapView
from bnviz.pictures.scale_and_shift import ParameterPlane, SigmoidView
from bnviz.pictures.start_here import HistogramRow, PipelineStrip
from bnviz.pictures.training_runs import SweepMap, TrainingView
from bnviz.pictures.why_it_works import LandscapeView, NoiseView

__all__ = [
    "BatchMates",
    "BatchSpread",
    "BatchView",
    "Cancellation",
    "Drift",
    "Estimates",
    "GapView",
    "GradientGraph",
    "GradientView",
    "HistogramRow",
    "LandscapeView",
    "NoiseView",
    "NormalizedView",
    "ParameterPlane",
    "Picture",
    "PipelineStrip",
    "SigmoidView",
    "SweepMap",
    "TrainingView",
    "number",
    "percent",
]
