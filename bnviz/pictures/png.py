"""PNG files of pictures that have most of their pixels in common.

A file is put together from bands of rows. Each band is deflated by itself; joined, between a
header and a checksum, the bands are one zlib stream (RFC 1950, RFC 1951), the pixels of the file.
So only the bands that changed are encoded anew. A pixel is the number of its colour in
`style.palette()`. Pillow, which encodes every row of every picture, takes four times as long.
"""

import functools
import struct
import zlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from bnviz import style

ROWS = 32  # in a band: few enough for zlib's buffer of 64 kB, which it then need not move
PALETTE = style.palette().tobytes()


class Band(NamedTuple):
    """Some rows as they are in the file, and what a checksum over all of them needs."""

    deflated: bytes
    size: int  # before deflating
    adler: int


class Encoder:
    """Encodes a still picture, and quickly all others that differ little from it.

    Parameters
    ----------
    still : array (height, width, 4) of bytes
        Red, green, blue, and a fourth that does not count.
    """

    def __init__(self, still):
        self._width = still.shape[1]
        # most of a row repeats the byte before; to look for nothing else is fastest
        self._compressor = zlib.compressobj(1, zlib.DEFLATED, -15, strategy=zlib.Z_RLE)
        self._bands = []
        for colours in _cut(still):
            numbers = _numbers(colours)
            self._bands.append((colours, numbers, self._deflate(numbers)))

    def encode(self, pixels):
        """Return the PNG file, as bytes, of a picture of the same shape as the still one."""
        bands = []
        for now, (colours, numbers, band) in zip(_cut(pixels), self._bands, strict=True):
            changed = now != colours
            if changed.any():
                numbers = numbers.copy()
                numbers[changed] = _numbers(now[changed])
                band = self._deflate(numbers)
            bands.append(band)
        return _join(bands, self._width)

    def _deflate(self, numbers):
        rows = np.zeros((len(numbers), 1 + self._width), np.uint8)
        rows[:, 1:] = numbers  # a row begins with 0: what follows is stored as it is
        # a full flush: the next band knows nothing of this one
        deflated = self._compressor.compress(rows) + self._compressor.flush(zlib.Z_FULL_FLUSH)
        return Band(deflated, rows.size, zlib.adler32(rows))


def _cut(pixels):
    """Return the bands of (height, width, 4) bytes as (rows, width) numbers, red lowest."""
    colours = pixels.view("<u4")[..., 0]
    return [colours[top : top + ROWS] for top in range(0, len(colours), ROWS)]


def _numbers(colours):
    """Return the numbers, in the palette, of what is nearest to the given colours (any shape)."""
    red, green, blue = (colours >> shift & 63 for shift in (2, 10, 18))
    return _nearest()[red << 12 | green << 6 | blue]


@functools.cache
def _nearest():
    """Return the palette's nearest number for each of 64 reds × 64 greens × 64 blues."""
    palette = Image.new("P", (1, 1))
    palette.putpalette(PALETTE)
    cube = np.moveaxis(np.indices((64, 64, 64), np.uint8), 0, -1) * 4 + 2
    picture = Image.fromarray(cube.reshape(512, 512, 3))
    return np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE)).ravel()


def _join(bands, width):
    deflated, size, low, high = b"\x78\x01", 0, 1, 0
    for band in bands:
        deflated += band.deflated
        # Adler-32 is two sums: of all bytes, and of what the first came to after each byte
        high = (high + (band.adler >> 16) + band.size * (low - 1)) % 65521
        low = (low + (band.adler & 0xFFFF) - 1) % 65521
        size += band.size
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, size // (1 + width), 8, 3, 0, 0, 0),
        b"PLTE": PALETTE,
        b"IDAT": deflated + b"\x03\x00" + struct.pack(">HH", high, low),  # an empty last block
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
