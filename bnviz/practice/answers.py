"""What the reader wrote is used by the cells after it: until it is right, the finished one is."""

from bnviz.practice import checks, exercises


def use(name, answer):
    """Return an answer to the exercise of that name if it is right, else the finished one.

    Prints which of the two it is. Raises AttributeError where no exercise has the name.
    """
    if checks.judge(name, answer).passed:
        print(f"{name}: yours")
        return answer
    print(f"{name}: the finished one, until yours is right")
    return exercises.find(name).reference
