"""Reads the marks that show who does an activity: signs, shapes, and what a conversion left of them. Pure."""

import re
from collections.abc import Iterable

from sopcases.sops.reading.rows import Piece

_SIGNS = {
    "start": "mulai start begin awal",
    "end": "selesai end finish akhir stop",
    "decision": "◇ ◆ ⬦ ⋄ ♦ ⟡ ◈ ⬥",
    "capsule": "⬭ ⬬ ⬯ ⬮ ○ ◯ ● ⚪ ⚫ o 0",
    "box": "□ ▭ ▯ ■ ▪ ▫ ◻ ◼ ⬜ ⬛ ▢ ▬ ☐ ☑ ✓ ✔ √ v x ✗ ✘ × * • [x] [v] ya",
    "connector": "⬠ ⬟ ⌂",
    "arrow": "→ ← ↓ ↑ ↔ ↕ ↗ ↘ ↙ ↖ ⇒ ⇓ ⇐ ⇑ ➔ ➜ ► ▼ ◄ ▲ -> <- --> => >",
}
_SYMBOL = {sign: symbol for symbol, signs in _SIGNS.items() for sign in signs.split()}
_COMMANDS = {
    r"\\[dD]iamond(?:suit)?|\\(?:black)?lozenge": "◇",
    r"\\[bB]ox|\\(?:black)?square|\\fbox|\\rule|\\boxed|\\boxdot": "□",
    r"\\(?:big)?circ(?:le)?|\\bullet|\\odot|\\oval": "○",
    r"\\(?:long|Long)?(?:left|right|up|down|Left|Right|Up|Down)+arrow|\\to|\\gets": "→",
    r"\\checkmark|\\surd|\\times": "✓",
}
_SHAPES = {
    "terminator": "capsule",
    "process": "box",
    "decision": "decision",
    "connector": "connector",
    "arrow": "arrow",
}
_BESIDE = {"ya", "tidak", "y", "t", "tdk"}
_PARTS = {
    "performs": r"melaksanakan|mengerjakan",
    "receives": r"menerima",
    "orders": r"memerintahkan|menugaskan",
    "takes_part": r"ikut serta|mengikuti|mendampingi",
    "disposes": r"disposisi(?: \(paraf\))?|mendisposisi|paraf|memaraf",
    "signs": r"menandatangani|tanda tangan",
}
_PART = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{part}>{words})" for part, words in _PARTS.items()) + r")(?![\w(])[,;]?",
    re.IGNORECASE,
)


def read_mark(pieces: Iterable[Piece], first: bool, last: bool) -> tuple[str, bool] | None:
    """The symbol (a word of FORMAT.md) and whether it is sure; None where the cell is empty.

    A capsule starts the first activity and ends the last. An arrow beside a shape only leads on. Words that
    say what the performer does are a mark too.
    """
    found: list[str] = []
    pieces = list(pieces)
    for piece in pieces:
        found += [_SHAPES.get(shape, "picture") for shape in piece.marks]
        found += _of_text(piece.text)
    if not found:
        return ("box", True) if read_parts(pieces) else None
    if "damaged" in found:
        return "damaged", False
    shapes = [one for one in dict.fromkeys(found) if one != "arrow"]
    if not shapes:
        return "arrow", False
    for one in ("start", "end", "decision"):
        if one in shapes:
            return one, True
    if "capsule" in shapes:
        return ("start" if first else "end" if last else "box"), True
    return "box", shapes != ["picture"]


def read_parts(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The parts (words of FORMAT.md) that a cell says in words beside its mark, in their order."""
    said = (match.lastgroup for piece in pieces for match in _PART.finditer(piece.text))
    return tuple(dict.fromkeys(part for part in said if part))


def _of_text(text: str) -> list[str]:
    for command, sign in _COMMANDS.items():
        text = re.sub(command + r"(?![a-zA-Z])", f" {sign} ", text)
    text = re.sub(r"\\[()\[\]]\s*([^\s\\].*?|\\[a-zA-Z].*?)\\[()\[\]]", r" \1 ", text)
    text = re.sub(r"<\s*>", " ◇ ", text)
    text = re.sub(r"\[\s*\]", " □ ", text)
    text = re.sub(r"\(\s*\)", " ○ ", text) if "\\" not in text else text
    text = re.sub(r"\$\s*([^\s$]+)\s*\$", r" \1 ", text)
    words = [word.strip("()") or word for word in _PART.sub(" ", text).casefold().split()]
    if len(words) > 1:
        words = [word for word in words if word not in _BESIDE] or words
    return [_SYMBOL.get(word, "damaged") for word in words]
