"""Push 256 images through 20 untrained hidden layers of 100 units, and the gradient back.

Returns scales (K,), standard deviations of the weights, and for "without" and "with" batch
norm, each (K, 20 layers): spread, the root of the mean variance of z over the images;
saturated, the share of activations within 0.03 of 0 or 1; gradient, the root mean square of
dL/dW.
"""

import numpy as np

from bnviz import digits, measures, network, training

SCALES = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)


def run():
    kept = {"scales": SCALES}
    for name, batch_norm in (("without", False), ("with", True)):
        measured = [through_depth(batch_norm, scale) for scale in SCALES]
        kept[name] = {
            quantity: np.array([one[quantity] for one in measured])  # (K, 20)
            for quantity in ("spread", "saturated", "gradient")
        }
    return kept


def through_depth(batch_norm, scale):
    """Measure one network at its start: three quantities by their names, (20,) each."""
    data = digits.load(float)
    net = network.init((64, *[100] * 20, 10), batch_norm, scale, dtype=float)
    _, gradients, passed = training.find_gradients(net, data.images[:256], data.labels[:256])
    return {
        "spread": [np.sqrt(z.var(axis=0).mean()) for z in passed.z],
        "saturated": [measures.share_saturated(a) for a in passed.inputs[1:]],
        "gradient": [np.sqrt(np.mean(layer.weights**2)) for layer in gradients[:-1]],
    }
