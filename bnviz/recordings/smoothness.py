"""Which half of batch norm makes the loss smooth: to subtract the mean, or to divide by the sd?

The four networks of `centring` begin as one function with the same weights. All train at the same
learning rates for 200 steps of five seeds. At every tenth step the gradient is compared with the
one that the same mini-batch has after the step.

Returns for each of `SETTINGS` and each of `centring.KINDS`: cosine (5 seeds, 19) between the two,
and loss (5 seeds,) at the end, on `race.SEEN`.
"""

import numpy as np

from bnviz import network, training
from bnviz.example import TRAIN
from bnviz.recordings import centring, race

SETTINGS = {  # activation, learning rate
    "sigmoid, rate 0.3": ("sigmoid", 0.3),
    "sigmoid, rate 1": ("sigmoid", 1.0),
    "ReLU, rate 0.1": ("ReLU", 0.1),
    "ReLU, rate 0.3": ("ReLU", 0.3),
}
STEPS = 200


def run(settings=SETTINGS, kinds=centring.KINDS, seeds=range(5)):
    kept = {setting: {} for setting in settings}
    for setting in settings:
        for kind in kinds:
            runs = [train(*SETTINGS[setting], kind, seed) for seed in seeds]
            cosine, loss = (np.array(part, np.float32) for part in zip(*runs, strict=True))
            kept[setting][kind] = {"cosine": cosine, "loss": loss}
    return kept


def train(activation, rate, kind, seed):
    """Train one network: the cosines along its way, (19,), and the loss at the end."""
    net, cosines = race.copies(centring.start(activation, kind, seed), 1), []
    batches = training.minibatches(len(TRAIN[0]), 60, seed)
    for step, rows in zip(range(STEPS), batches, strict=False):
        x, labels = TRAIN[0][rows], TRAIN[1][rows]
        after = centring.descend_once(net, x, labels, np.array([rate]))
        if step and step % 10 == 0:
            cosines.append(cosine(gradient(net, x, labels), gradient(after, x, labels)))
        net = after
    loss, *_ = centring.look(net)
    return np.array(cosines), loss[0]


def gradient(net, x, labels):
    """Return the gradient of all that the network learns, as one row."""
    gradients = centring.find_gradients(net, x, labels)
    if not net.divide:  # then γ stays 1
        gradients = tuple(layer._replace(gamma=None) for layer in gradients)
    return network.side_by_side(gradients)[0]


def cosine(g, h):
    """Return the cosine of the angle between two vectors."""
    return g @ h / (np.linalg.norm(g) * np.linalg.norm(h))
