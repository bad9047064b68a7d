"""PNG files of pictures that have most of their pixels in common.

A file is put together from bands of rows. Each band is deflated by itself; joined, between a
header and a checksum, the bands are one zlib stream (RFC 1950, RFC 1951), the pixels of the file.
So only the bands that changed are encoded anew. A pixel is the number of its colour in
`style.palette()`. Pillow, which encodes every row of every picture, takes four times as long.
"""

import functools
import struct
import zlib

import numpy as np
from PIL import Image

from bnviz import style

ROWS = 32  # in a band: few enough for zlib's buffer of 64 kB, which it then need not move
PALETTE = style.palette().tobytes()


class Encoder:
    """Encodes one picture after another; the less they differ, the quicker.

    Parameters
    ----------
    pixels : array (height, width, 4) of bytes
        The first picture: red, green, blue, and a fourth that does not count.
    """

    def __init__(self, pixels):
        height, width = pixels.shape[:2]
        # most of a row repeats the byte before; to look for nothing else is fastest
        self._compressor = zlib.compressobj(1, zlib.DEFLATED, -15, strategy=zlib.Z_RLE)
        self._colours = _colours(pixels).copy()
        self._rows = np.zeros((height, 1 + width), np.uint8)  # the 0: what follows is as it is
        self._rows[:, 1:] = _numbers(self._colours)
        self._tops = np.arange(0, height, ROWS)
        self._bands = [self._deflate(self._rows[top:][:ROWS]) for top in self._tops]
        adler = zlib.adler32(self._rows)
        self._sums = adler & 0xFFFF, adler >> 16

    def encode(self, pixels):
        """Return the PNG file, as bytes, of a picture of the same shape as the first one."""
        colours, (height, width) = _colours(pixels), self._colours.shape
        changed = np.flatnonzero(colours != self._colours)
        new = colours.reshape(-1)[changed]
        self._colours.reshape(-1)[changed] = new
        # a row has one byte more than pixels, at its beginning
        self._put(changed + changed // width + 1, _numbers(new))
        counts = np.diff(np.searchsorted(changed, [*(width * self._tops), colours.size]))
        for band in np.flatnonzero(counts):
            self._bands[band] = self._deflate(self._rows[self._tops[band] :][:ROWS])
        return _join(self._bands, self._sums, height, width)

    def _put(self, places, numbers):
        """Change some bytes of the rows, and the checksum, Adler-32, by what they change of it.

        Its halves are the sum of all bytes, and the sum of the sums up to each byte.
        """
        rows = self._rows.reshape(-1)
        more = numbers - rows[places].astype(np.int64)
        low, high = self._sums
        high += more @ (rows.size - places)
        self._sums = (low + more.sum()) % 65521, high % 65521
        rows[places] = numbers

    def _deflate(self, rows):
        # a full flush: the next band knows nothing of this one
        return self._compressor.compress(rows) + self._compressor.flush(zlib.Z_FULL_FLUSH)


def _colours(pixels):
    """View (height, width, 4) bytes as (height, width) numbers, with red in the lowest 8 bits."""
    return pixels.view("<u4")[..., 0]


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


def _join(bands, sums, height, width):
    low, high = sums
    end = b"\x03\x00" + struct.pack(">HH", high, low)  # an empty last block
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),  # 8 bits, a palette
        b"PLTE": PALETTE,
        b"IDAT": b"\x78\x01" + b"".join(bands) + end,
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
