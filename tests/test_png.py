"""The PNG encoder: what it writes is read back by Pillow and by zlib, which check its sums."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from bnviz import style
from bnviz.pictures.png import ROWS, Encoder

PALETTE = style.palette().astype(int)
SIZES = [(1, 1), (1, 600), (ROWS - 1, 7), (ROWS, 7), (ROWS + 1, 7), (3 * ROWS + 5, 2000)]


def picture(height, width, seed=0):
    """A picture in colours of the palette, with long runs and single pixels."""
    rng = np.random.default_rng(seed)
    numbers = np.repeat(rng.integers(0, 160, (height, -(-width // 9))), 9, axis=1)[:, :width]
    numbers[rng.random(numbers.shape) < 0.05] = 7
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., :3] = PALETTE[numbers]
    return pixels


def read(png):
    image = Image.open(io.BytesIO(png))
    assert image.mode == "P"
    return np.asarray(image.convert("RGB")).astype(int)


def chunks(png):
    """Yield the name, the data and the checksum of each chunk of a PNG file."""
    place = 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        body = png[place + 4 : place + 8 + size]
        yield body[:4], body[4:], struct.unpack(">I", png[place + 8 + size : place + 12 + size])[0]
        place += 12 + size


@pytest.mark.parametrize("size", SIZES)
def test_what_is_encoded_is_read_back(size):
    first, other = picture(*size), picture(*size, seed=1)
    encoder = Encoder(first)
    for pixels in (first, other, first):
        near = np.abs(read(encoder.encode(pixels)) - pixels[..., :3])
        assert near.max() < 8, "a colour of the palette became another"


@pytest.mark.parametrize("size", SIZES)
def test_sums_and_sizes_are_right(size):
    found = list(chunks(Encoder(picture(*size)).encode(picture(*size, seed=1))))
    assert [name for name, _, _ in found] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    for name, data, checksum in found:
        assert zlib.crc32(name + data) == checksum
    assert struct.unpack(">II", found[0][1][:8]) == size[::-1]
    unpacker = zlib.decompressobj()  # raises if Adler-32 is wrong
    assert len(unpacker.decompress(found[2][1])) == size[0] * (1 + size[1])
    assert unpacker.eof, "the stream has no end"


def test_the_bytes_depend_on_the_picture_alone():
    first, other = picture(100, 300), picture(100, 300)
    other[40:45, 20:90, :3] = PALETTE[3]
    encoder = Encoder(first)
    png = encoder.encode(other)
    assert encoder.encode(first) != png
    assert encoder.encode(other) == png
    assert Encoder(other).encode(other) == png


def test_only_bands_that_changed_are_encoded(monkeypatch):
    first, other = picture(10 * ROWS, 50), picture(10 * ROWS, 50)
    other[3 * ROWS, 8] ^= 128
    encoder, rows = Encoder(first), []
    deflate = encoder._deflate
    monkeypatch.setattr(encoder, "_deflate", lambda band: rows.append(len(band)) or deflate(band))
    encoder.encode(first)
    assert rows == []
    encoder.encode(other)
    encoder.encode(other)
    assert rows == [ROWS]


def test_every_colour_becomes_one_of_the_nearest():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 100, 4)).astype(np.uint8)
    got = read(Encoder(pixels).encode(pixels))
    colours = pixels[..., :3].astype(int)
    away = np.sqrt(((colours - got) ** 2).sum(axis=-1))
    nearest = np.sqrt(((colours[..., None, :] - PALETTE) ** 2).sum(axis=-1)).min(axis=-1)
    assert (away - nearest).max() < 8  # colours are told apart in steps of 4
