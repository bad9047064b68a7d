"""Push 256 images through 20 untrained hidden layers of 100 units, and the gradient back.

Returns scales (K,), standard deviations of the weights, and for "without" and "with" batch
norm, each (K, 20 layers): spread, the root of the mean variance of z over the images;
saturated, the share of activations within 0.03 of 0 or 1; gradient, the root mean square of
dL/dW.
"""

import numpy as np

from bnviz import digits, measures, network, training


def run():
    data, kept = digits.load(float), {"scales": (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)}
    for name, batch_norm in (("without", False), ("with", True)):
        looks = []
        for scale in kept["scales"]:
            net = network.init((64, *[100] * 20, 10), batch_norm, scale, dtype=float)
            _, gradients, cache = training.find_gradients(net, data.images[:256], data.labels[:256])
            spread = [np.sqrt(z.var(axis=0).mean()) for z in cache.z]
            saturated = [measures.share_saturated(a) for a in cache.inputs[1:]]
            gradient = [np.sqrt(np.mean(layer.weights**2)) for layer in gradients[:-1]]
            looks.append([spread, saturated, gradient])
        spread, saturated, gradient = np.swapaxes(looks, 0, 1)  # each (K, 20)
        kept[name] = {"spread": spread, "saturated": saturated, "gradient": gradient}
    return kept
