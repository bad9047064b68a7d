"""Train with batch norm for 600 steps at learning rate 0.3, from weights of sd 0.1.

Returns for each layer, "1" to "4", its parameters, float16. See `trained`.
"""

import numpy as np

from bnviz import network, recordings, training
from bnviz.example import DATA, WITH_BN, images, start


def run():
    net = training.train(start(WITH_BN), DATA.images, DATA.labels, snapshots=2).network
    layers = network.map_parameters(np.float16, net.layers)
    return {
        str(number): {name: value for name, value in layer._asdict().items() if value is not None}
        for number, layer in enumerate(layers, start=1)
    }


def trained():
    """Return the network that was kept, float32, with the statistics of Algorithm 2."""
    layers = [network.Layer(**layer) for layer in recordings.read("trained_network").values()]
    net = network.Network(network.map_parameters(np.float32, layers))
    return net._replace(statistics=training.measure_statistics(net, images(), batch_size=60))
