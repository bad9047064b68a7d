"""Tables and tensors of other libraries, where they are installed, wherever an array is taken."""

import numpy as np
import pytest

from bnviz import batchnorm, digits, measures, network, training

DATA = digits.load()
IMAGES, LABELS = DATA.images[:200].copy(), DATA.labels[:200].copy()  # tensors want to write


def by_pandas():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(IMAGES), pandas.Series(LABELS)


def by_torch():
    torch = pytest.importorskip("torch")
    return torch.tensor(IMAGES), torch.tensor(LABELS)


def by_jax():
    numpy = pytest.importorskip("jax.numpy")
    return numpy.asarray(IMAGES), numpy.asarray(LABELS)


def everything(images, labels):
    """What the library makes of some data, as a list of arrays."""
    net = network.init((64, 20, 10))
    run = training.train(net, images, labels, steps=4, test=(images, labels))
    mean, var = batchnorm.batch_statistics(images)
    y, cache = batchnorm.forward(images, 1 + labels[:64], labels[:64])
    logits, passed = network.forward(run.network, images)
    loss, dlogits = network.cross_entropy(logits, labels)
    return [
        *(run.loss, run.accuracy, training.accuracy(run.network, images, labels)),
        *training.measure_statistics(net, images, 50)[0],
        *training.layer_statistics(net, images, [[0, 1, 2]])[0],
        *(mean, var, y, *batchnorm.backward(images, cache)),
        batchnorm.inference(images, 1 + labels[:64], labels[:64], mean, var),
        *(loss, *network.backward(dlogits, passed)[0][:1], network.predict(run.network, images)),
        *(
            measures.percentiles(images),
            measures.compress(images),
            measures.share_within(images, 1),
        ),
        *(measures.histogram(images, [0, 0.5, 1])[0], measures.line_fit(images, images)),
    ]


@pytest.mark.parametrize("convert", [by_pandas, by_torch, by_jax])
def test_other_arrays_give_what_numpys_do(convert):
    for ours, theirs in zip(everything(IMAGES, LABELS), everything(*convert()), strict=True):
        assert isinstance(theirs, np.ndarray | np.floating | float)
        # float32 is rounded otherwise in another order: nearly constant pixels show it
        largest = max(1, abs(np.asarray(ours)).max())
        np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=5e-5 * largest)


def test_a_tensor_with_a_gradient_says_what_to_write():
    torch = pytest.importorskip("torch")
    z = torch.tensor(IMAGES, requires_grad=True)
    for call in (batchnorm.batch_statistics, measures.compress, network.sigmoid):
        with pytest.raises(RuntimeError, match=r"Use tensor.detach\(\).numpy\(\) instead"):
            call(z)
