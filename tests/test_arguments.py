import numpy as np
import pytest

from bnviz.arguments import class_labels, floats, number, short


def test_floats_stay_the_very_array_and_others_become_floats():
    for dtype in (np.float32, np.float64, np.longdouble):
        array = np.ones(3, dtype)
        assert floats("z", array) is array
        assert floats("z", array, dtype) is array
    for dtype, becomes in [(np.float16, np.float32), (np.uint8, np.float64), (bool, np.float64)]:
        assert floats("z", np.ones(3, dtype)).dtype == becomes
    assert floats("z", [1, 2], np.float32).dtype == np.float32


def test_numbers_come_back_as_pythons_own():
    for value in (4, 4.0, np.int8(4), np.float32(4), np.array(4)):
        assert type(number("m", value)) is float
        assert type(number("m", value, 4, 4, whole=True)) is int


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: number("rate", 2, 0, 1), "rate is a number from 0 to 1, got 2"),
        (lambda: number("eps", -0.1), "eps is a number of 0 or more, got -0.1"),
        (lambda: number("eps", -np.inf, -9), "eps is a number of -9 or more, got -inf"),
        (lambda: number("m", 3 + 0j), "m is a number of 0 or more, got (3+0j)"),
        (
            lambda: number("m", np.float64(1.5), 1, 9, whole=True, hint="take 2"),
            "m is a whole number from 1 to 9, got 1.5: take 2",
        ),
        (
            lambda: class_labels("labels", [0, 1], 3, 2),
            "labels are one integer for each of 3 examples, shape (3,), got list of "
            f"{np.array([0]).dtype} and shape (2,)",
        ),
        (
            lambda: class_labels("labels", [1, 2], 2, 2),
            "labels go from 0 to 1 for 2 classes, got 1 to 2: count from 0",
        ),
    ],
)
def test_messages_word_by_word(call, message):
    with pytest.raises(ValueError, match="got") as refused:
        call()
    assert str(refused.value) == message


def test_labels_come_back_as_an_array():
    assert class_labels("labels", [0, 1, 1], 3, 2).tolist() == [0, 1, 1]
    assert class_labels("labels", np.array([255], np.uint8), 1, 256).tolist() == [255]


def test_a_long_value_is_cut():
    assert short(np.arange(1000.0)) == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, ...]"
    assert short("abc") == "'abc'"
