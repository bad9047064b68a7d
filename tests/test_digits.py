import numpy as np
import pytest

from bnviz import digits


def test_the_digits_are_whole():
    images, labels, test_images, test_labels = digits.load()
    assert (images.shape, labels.shape) == ((1437, 64), (1437,))
    assert (test_images.shape, test_labels.shape) == ((360, 64), (360,))
    # As the description of the original test file says, digit by digit
    counts = np.bincount(labels) + np.bincount(test_labels)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_are_sixteenths_from_zero_to_one(dtype):
    for images in digits.load(dtype)[::2]:
        assert images.dtype == dtype
        assert (images.min(), images.max()) == (0, 1)
        assert (images * 16 == np.round(images * 16)).all()


def test_every_digit_has_one_in_five_for_testing():
    _, labels, _, test_labels = digits.load()
    wanted = (np.bincount(labels) + np.bincount(test_labels)) / 5
    assert (np.abs(np.bincount(test_labels) - wanted) < 1).all()


def test_no_test_image_is_among_those_to_train():
    data = digits.load()
    train = {image.tobytes() for image in data.images}
    assert len(train) == 1437
    assert not any(image.tobytes() in train for image in data.test_images)


def test_labels_belong_to_their_images():
    data = digits.load()
    centres = np.stack([data.images[data.labels == digit].mean(axis=0) for digit in range(10)])
    distance = ((data.test_images[:, None] - centres) ** 2).sum(axis=-1)  # (360, 10)
    assert np.mean(distance.argmin(axis=1) == data.test_labels) > 0.85


def test_the_digits_are_read_once_and_cannot_be_changed():
    first, second = digits.load(), digits.load()
    for array, same in zip(first, second, strict=True):
        assert array is same
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
