"""Letters as text and as pictures beside those kept in `kept/`, which somebody has looked at.

`make kept` writes them anew; look at every picture that changed before it is committed.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).parent / "kept"
DPI = 60
"""A millimetre is 2.4 dots: enough to see a line move, small enough to keep."""
FINE = 3
"""Drawn so many times finer, then made small: how a program smooths letters matters less."""
TILE = 8
"""Dots: the square, 3.4 mm wide, over which a difference is averaged."""
LIMIT = 12
"""Of 255. Other smoothing stays at 7; a line moved by a millimetre is at 25, a thin rule gone at 18."""
SHADES = 32


def check(name: str, content: bytes) -> None:
    """Hold a PDF against what is kept under this name. With KEEP=1 it is kept instead."""
    if os.environ.get("KEEP"):
        keep(name, content)
    assert text(content) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8"), f"{name}: the text differs"
    assert moved(name, pictures(content)) == [], f"{name}: looks different"


def keep(name: str, content: bytes) -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(f"{name}-*.png"):
        old.unlink()
    (FOLDER / f"{name}.txt").write_text(text(content), encoding="utf-8")
    for no, page in enumerate(pictures(content), 1):
        page.quantize(SHADES).save(FOLDER / f"{name}-{no}.png", optimize=True)


def text(content: bytes) -> str:
    """What the PDF says, line by line, its columns one space apart; pages are parted by a line of dashes."""
    told = _run("pdftotext", "-layout", "-", "-", given=content).decode()
    lines = [
        " ".join(line.split()) for line in told.removesuffix("\f").replace("\f", "\n-----\n").splitlines()
    ]
    return "\n".join(filter(None, lines)) + "\n"


def pictures(content: bytes, fine: int = FINE) -> list[Image.Image]:
    """Each page in shades of grey."""
    with tempfile.TemporaryDirectory() as folder:
        _run("pdftoppm", "-r", str(fine * DPI), "-gray", "-", f"{folder}/page", given=content)
        return [Image.open(path).reduce(fine) for path in sorted(Path(folder).iterdir())]


def moved(name: str, pages: list[Image.Image]) -> list[str]:
    """What looks different from the kept pages, each with its place in millimetres."""
    kept = [Image.open(path).convert("L") for path in sorted(FOLDER.glob(f"{name}-*.png"))]
    if len(kept) != len(pages):
        return [f"{len(pages)} pages instead of {len(kept)}"]
    found = []
    for no, (page, old) in enumerate(zip(pages, kept, strict=True), 1):
        if page.size != old.size:
            found.append(f"page {no}: {page.size} instead of {old.size}")
        elif place := difference(page, old):
            found.append(f"page {no}: {place}")
    return found


def difference(one: Image.Image, other: Image.Image) -> str:
    """Where two pages differ most, "" where the difference is only in how letters are smoothed."""
    soft = ImageFilter.BoxBlur(2)
    tiles = ImageChops.difference(one.filter(soft), other.filter(soft)).reduce(TILE)
    most = tiles.getextrema()[1]
    if most <= LIMIT:
        return ""
    place = tiles.tobytes().index(most)
    across, down = place % tiles.width, place // tiles.width
    mm = TILE * 25.4 / DPI
    return f"{most} of 255 at {across * mm:.0f} mm from the left, {down * mm:.0f} mm from the top"


def _run(*command: str, given: bytes) -> bytes:
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout
