"""Your turn in notebook 13: four broken programs around a layer that is right."""

import functools
from copy import deepcopy

import numpy as np

from bnviz import digits
from bnviz.practice.exercises import Exercise
from bnviz.practice.exercises.nb13_in_practice import BatchNorm
from bnviz.practice.programs import Net, fit, measure
from bnviz.practice.trials import plain


class Watched(BatchNorm):
    """A layer that remembers how it was used: (training, images) of every call."""

    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps)
        self.calls = []

    def forward(self, z):
        self.calls.append((self.training, len(z)))
        return super().forward(z)


@functools.cache
def trained():
    data = digits.load(float)
    return fit(Net(Watched, seed=0), data.images, data.labels, steps=100)


def fresh_net():
    """A copy of the trained network, as training left it."""
    net = deepcopy(trained())
    for norm in net.norms:
        norm.calls.clear()
    return net


def recognize(net, images):
    net.eval()
    return net.forward(images).argmax(axis=1)


def two_at_a_time(net, recognize, images):
    pairs = (recognize(net, images[first : first + 2]) for first in range(0, len(images), 2))
    return np.concatenate([np.atleast_1d(plain(pair)) for pair in pairs])


def ask(recognize, images):
    """Ask for 40 images at once, and two at a time."""
    told = {"all at once": plain(recognize(fresh_net(), images))}
    return told | {"two at a time": two_at_a_time(fresh_net(), recognize, images)}


def recognize_as_it_came(net, images):
    return net.forward(images).argmax(axis=1)


def recognize_too_late(net, images):
    classes = net.forward(images).argmax(axis=1)
    net.eval()
    return classes


def recognize_from_zeros_and_ones(net, images):
    for norm in net.norms:
        norm.mean, norm.var = 0 * norm.mean, 0 * norm.var + 1
    return recognize(net, images)


def score(net, images, labels):
    net.eval()
    right = 0
    for first in range(0, len(images), 60):
        some = slice(first, first + 60)
        right += np.sum(net.forward(images[some]).argmax(axis=1) == labels[some])
    return right / len(images)


def look_at(score, count):
    """Score on some images: in shuffled order, sorted by digit, and with zeros alone."""
    data = digits.load(float)
    images, labels = data.test_images[:count], data.test_labels[:count]
    order, zeros = np.argsort(labels, kind="stable"), labels == 0
    return {
        "the images in any order": plain(score(fresh_net(), images, labels)),
        "the images sorted by digit": plain(score(fresh_net(), images[order], labels[order])),
        "the zeros alone": plain(score(fresh_net(), images[zeros], labels[zeros])),
    }


def score_with(before=None, each=None, size=60, mode="eval", order=None):
    """A score that measures before all, or with each batch, of a size, in a mode, in an order."""

    def score(net, images, labels):
        if order is not None:
            shuffled = np.random.default_rng(order).permutation(len(images))
            images, labels = images[shuffled], labels[shuffled]
        if before:
            before(net, images)
        getattr(net, mode)()
        right = 0
        for first in range(0, len(images), size or len(images)):
            some = slice(first, first + (size or len(images)))
            if each:
                each(net, images[some])
            right += np.sum(net.forward(images[some]).argmax(axis=1) == labels[some])
        return right / len(images)

    return score


def measure_for_training(net, images):
    measure(net, digits.load(float).images)


def train_network(layer, images, labels, seed=0):
    net = Net(layer, rate=0.1, seed=seed)
    fit(net, images, labels, steps=100, seed=seed)
    net.eval()
    return net


def take_over(train_network, count):
    """Take a trained network as it is handed over, and show it test images in pairs."""
    data = digits.load(float)
    net = train_network(Watched, data.images, data.labels)
    found = two_at_a_time(net, recognize_as_it_came, data.test_images[:count])
    z = data.images @ net.weights[0]
    return {
        "in test mode": not any(norm.training for norm in net.norms),
        "right about 9 of 10 test images": np.mean(found == data.test_labels[:count]) >= 0.9,
        "statistics of all images": np.allclose(net.norms[0].mean, z.mean(axis=0)),
    }


def handed_over(rate=0.1, mode="eval", measured=False):
    """A training at a rate that ends in a mode, with statistics measured at its end or not."""

    def train_network(layer, images, labels, seed=0):
        net = fit(Net(layer, rate=rate, seed=seed), images, labels, steps=100, seed=seed)
        if measured:
            measure(net, images)
        getattr(net, mode)()
        return net

    return train_network


def fine_tune(net, images, labels):
    net.eval()
    for first in range(0, len(images), 2):
        pair = slice(first, first + 2)
        net.step(images[pair], labels[pair], 0.03)
    return net


def adapt(fine_tune, count):
    """Fine-tune on a few images, moved by one pixel; say how, and what has become of the layers."""
    data, net = digits.load(float), fresh_net()
    images = np.roll(data.images[:count].reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)
    old = [(norm.mean, norm.var) for norm in net.norms]
    weights = [w.copy() for w in net.weights]
    net = fine_tune(net, images, data.labels[:count])
    calls = [call for norm in net.norms for call in norm.calls]
    new, z = [(norm.mean, norm.var) for norm in net.norms], images @ net.weights[0]
    return {
        "handed over in test mode": not any(norm.training for norm in net.norms),
        "steps are normalized with the kept statistics": not any(own for own, _ in calls),
        "kept statistics as they came": np.allclose(np.concatenate(old), np.concatenate(new)),
        "kept statistics of the new images": np.allclose(net.norms[0].mean, z.mean(axis=0)),
        "images in a step": max([m for _, m in calls], default=0),
        "something is learned": not np.allclose(weights[0], net.weights[0]),
    }


def tuned(
    *, modes=("train", "eval"), rate=None, size=2, before=None, after=None, learning_rate=0.03
):
    """A fine-tuning in one mode that ends in another, with what comes before and after it."""

    def fine_tune(net, images, labels):
        if before:
            before(net, images)
        getattr(net, modes[0])()
        for norm in net.norms:
            norm.rate = norm.rate if rate is None else rate
        for first in range(0, len(images), size):
            some = slice(first, first + size)
            net.step(images[some], labels[some], learning_rate)
        if after:
            after(net, images)
        getattr(net, modes[1])()
        return net

    return fine_tune


EXERCISES = [
    Exercise(
        "recognize",
        reference=recognize,
        use=ask,
        cases=[(digits.load(float).test_images[:40],)],
        right="In test mode each image is judged by itself, whoever comes with it.",
        mistakes={
            "as it came": (
                recognize_as_it_came,
                "The answer still depends on which images come together: they are normalized with "
                "their own mean and variance. Larger batches would hide it. What has the network "
                "kept for the test, and which mode uses it?",
            ),
            "the mode comes too late": (
                recognize_too_late,
                "You change the mode after the first images have passed: they were still "
                "normalized with their own statistics. The mode comes first.",
            ),
            "statistics of 0 and 1": (
                recognize_from_zeros_and_ones,
                "You put mean 0 and variance 1 in the place of what was kept. The layers have kept "
                "better ones while they trained.",
            ),
            "logits": (
                lambda net, images: (net.eval(), net.forward(images))[1],
                "The mode is right, but you return the logits: the answer is the class of the "
                "largest, `argmax` over axis 1.",
            ),
        },
    ),
    Exercise(
        "score",
        reference=score,
        use=look_at,
        cases=[(180,)],
        right=(
            "The statistics come from the training images, so neither order nor number of the test "
            "images matters."
        ),
        also={
            "measured from the training images": (
                score_with(before=measure_for_training),
                "You measure once, from the training images: neither order nor number of the test "
                "images matters.",
            ),
        },
        mistakes={
            "as it came": (
                [
                    score_with(each=measure),
                    score_with(mode="train"),
                    score_with(each=measure, mode="train"),
                ],
                "Each batch of 60 is still normalized with its own statistics. A sorted batch "
                "holds two or three digits, and their mean, which tells which, is taken away.",
            ),
            "the whole set as one batch": (
                [score_with(before=measure), score_with(each=measure, size=None)],
                "The whole set as one batch looks perfect, as it holds each digit as often as the "
                "training images do. But an answer still depends on the other images: of the "
                "zeros alone, hardly one is right. Whoever uses the network brings other sets.",
            ),
            "shuffled": (
                [score_with(each=measure, order=0), score_with(mode="train", order=0)],
                "You shuffle the test images, which hides the bug: each batch of 60 then has all "
                "ten digits. With the zeros alone there is nothing to shuffle. Take the statistics "
                "from somewhere else.",
            ),
            "smaller batches": (
                [score_with(each=measure, size=2), score_with(each=measure, size=10)],
                "Smaller batches make it worse: their statistics say even more about the images in "
                "them. Do not measure them at all.",
            ),
        },
    ),
    Exercise(
        "train_network",
        reference=train_network,
        use=take_over,
        cases=[(100,)],
        right=(
            "After 100 batches a rate of 0.1 has forgotten the start. Anything from about 0.05 up "
            "would do here, as even a single batch of 60 knows enough."
        ),
        also={
            "measured at the end": (
                handed_over(0.001, measured=True),
                "You measure the statistics anew when training is over, as the paper's Algorithm 2 "
                "does: then no running average is needed.",
            ),
        },
        mistakes={
            "too slow": (
                [handed_over(0.001), handed_over(0.01)],
                "At that rate the kept statistics still remember their start, mean 0 and variance "
                "1: after t batches it weighs (1 − rate)ᵗ. That is 90 % for a rate of 0.001 after "
                "100 batches, and 37 % for 0.01.",
            ),
            "handed over in training mode": (
                [handed_over(mode="train"), handed_over(0.001, mode="train")],
                "You hand the network over in training mode, so it does not use what it has kept. "
                "It then is as good as the batch is large, which repairs nothing.",
            ),
        },
    ),
    Exercise(
        "fine_tune",
        reference=fine_tune,
        use=adapt,
        cases=[(20,)],
        right=(
            "The kept statistics are frozen: each image is normalized by them alone, in a step as "
            "in a test, and two images are enough for a gradient."
        ),
        also={
            "measured before": (
                tuned(modes=("eval", "eval"), before=measure),
                "You measure the statistics of the new images first, all at once, and then keep "
                "them frozen. That is right, too.",
            ),
        },
        mistakes={
            "as it came": (
                tuned(),
                "In the steps the two images are still normalized with their own statistics: "
                "every ẑ is 1 or −1, whatever the images are. And what is kept moves, too.",
            ),
            "only the average stopped": (
                tuned(rate=0),
                "You stop the kept statistics, but the steps still normalize with those of two "
                "images. So the network learns for one layer and is tested with another, which is "
                "worse than before.",
            ),
            "measured afterwards": (
                tuned(after=measure),
                "You measure the statistics when all is over. That repairs what was kept, not what "
                "was learned: in the steps every ẑ was 1 or −1.",
            ),
            "larger batches": (
                [tuned(size=size) for size in (4, 8, 10, 20)],
                "Larger batches would help, but only two images fit into the memory. Which mode "
                "lets every image pass as if it were alone?",
            ),
            "left in training mode": (
                [tuned(modes=("train", "train")), tuned(modes=("eval", "train"))],
                "You hand the network over in training mode: the next images are normalized with "
                "their own statistics.",
            ),
            "nothing is learned": (
                [tuned(learning_rate=0.0), tuned(modes=("eval", "eval"), learning_rate=0.0)],
                "Your network is still what it was: no step has changed a weight.",
            ),
        },
    ),
]
