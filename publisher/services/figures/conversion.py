"""A figure's bytes as WebP, for a page and for a list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from publisher.errors import FigureError
from publisher.formatter.paths import thumbnail_of_figure

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE_SIZE = (960, 2400)  # a page shows up to 480 pixels, on a screen with two dots for each
_MOST_PIXELS = 50_000_000  # 200 MB in memory
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
_QUALITY = 78


@dataclass(frozen=True, slots=True)
class FigureCopy:
    """The files of a copy by their names, the one for pages first; both are one where it is small.

    The name tells size and content, so that equal figures are one file.
    """

    name: str
    files: dict[str, bytes]


def convert(content: bytes) -> FigureCopy:
    """Return the copy of a figure: of an animation, its first picture.

    Raises `FigureError` where it is no picture of pixels, damaged or too large.
    """
    # The extra "figures"; the caller makes sure that it is installed.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - see above

    # Pillow's own limit is higher, and warns on stderr below it; see `_prepared`.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            page = _prepared(image)
        data = _webp(page)
        name = f"{hashlib.blake2b(data, digest_size=8).hexdigest()}-{page.width}x{page.height}.webp"
        files = {name: data}
        small, small_width, small_height = thumbnail_of_figure(name)
        if small != name:
            files[small] = _webp(page.resize((small_width, small_height), Image.Resampling.LANCZOS))
    except UnidentifiedImageError as error:
        raise FigureError("it is no picture in pixels, as SVG, PDF and HTML are none") from error
    # Whatever a damaged file makes the decoders raise: OSError, SyntaxError, struct.error ...
    except FigureError:
        raise
    except Exception as error:
        raise FigureError("it is damaged or incomplete") from error
    return FigureCopy(name, files)


def _prepared(image: Image) -> Image:
    """Return the first picture of `image`, upright and no larger than a page shows it."""
    from PIL import Image as pillow  # noqa: N813, PLC0415 - see `convert`
    from PIL import ImageOps  # noqa: PLC0415 - see `convert`

    if image.width * image.height > _MOST_PIXELS:
        raise FigureError(f"{image.width:,} x {image.height:,} pixels are too many")
    image.draft("RGB", PAGE_SIZE)  # a large JPEG is decoded at a fraction of its size
    image.load()
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.has_transparency_data
    prepared = upright.convert("RGBA" if has_alpha else "RGB")
    prepared.thumbnail(PAGE_SIZE, pillow.Resampling.LANCZOS)
    return prepared


def _webp(image: Image) -> bytes:
    content = BytesIO()
    image.save(content, "WEBP", quality=_QUALITY, method=4)
    return content.getvalue()
