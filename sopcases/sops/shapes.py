"""Shapes of YAML files: what may stand where, every fault told with its line.

A file is composed into nodes and never constructed, so nothing in it can run, and a number of the sheet
("9", "1.", "0") is kept as it is written. All faults are gathered; the reader gets them in one answer.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any, Protocol

import yaml

from sopcases.refusal import Refused

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_SENTENCES = 40
_YAML = "tag:yaml.org,2002:"

Path = tuple[str | int, ...]


class Marked(dict):
    """What was read, and on which line each value stands: `lines[("steps", 2, "time")]`."""

    lines: dict[Path, int]


@dataclass
class Faults:
    """What is wrong with a file, gathered while reading."""

    lines: dict[Path, int] = field(default_factory=dict)
    found: list[tuple[int, str]] = field(default_factory=list)

    def tell(self, path: Path, sentence: str):
        """Note a fault at a value, or at the nearest value around it that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        self.found.append((self.lines.get(path, 0), sentence))

    def stop(self):
        """Raises Refused with all sentences, in the order of the lines, if there are any."""
        if not self.found:
            return
        told = [f"Baris {n}: {text}" if n else text for n, text in sorted(self.found, key=lambda f: f[0])]
        more = len(told) - MAX_SENTENCES
        raise Refused(*told[:MAX_SENTENCES], *([f"… dan {more} kesalahan lain."] if more > 0 else []))


class Shape(Protocol):
    def read(self, node: yaml.Node, path: Path, faults: Faults) -> Any: ...

    def empty(self) -> Any: ...


@dataclass(frozen=True)
class Text:
    """Text as written. With `numeral` an unquoted number is text too ("9", "1.", "0")."""

    limit: int = 20_000
    blank: str | None = None
    numeral: bool = False
    pattern: str = ""
    says: str = ""

    def empty(self):
        return self.blank

    def read(self, node, path, faults):
        kinds = {"str", "int", "float"} if self.numeral else {"str"}
        if not isinstance(node, yaml.ScalarNode) or _tag(node) not in kinds:
            faults.tell(path, f"“{_name(path)}” harus berupa teks.")
        elif not _storable(node.value):
            faults.tell(path, f"“{_name(path)}” memuat karakter yang tidak dapat disimpan.")
        elif len(node.value) > self.limit:
            faults.tell(path, f"“{_name(path)}” terlalu panjang (paling banyak {self.limit} karakter).")
        elif self.pattern and node.value and not re.fullmatch(self.pattern, node.value):
            faults.tell(path, f"“{_name(path)}” {self.says}")
        else:
            return node.value or self.blank
        return self.blank


@dataclass(frozen=True)
class Date:
    def empty(self):
        return None

    def read(self, node, path, faults):
        if isinstance(node, yaml.ScalarNode) and re.fullmatch(r"\d{4}-\d\d-\d\d", node.value):
            try:
                return date.fromisoformat(node.value)
            except ValueError:
                pass
        faults.tell(path, f"“{_name(path)}” harus berupa tanggal seperti 2024-03-04.")
        return None


@dataclass(frozen=True)
class Flag:
    default: bool = False

    def empty(self):
        return self.default

    def read(self, node, path, faults):
        if isinstance(node, yaml.ScalarNode) and node.value in ("true", "false") and _tag(node) == "bool":
            return node.value == "true"
        faults.tell(path, f"“{_name(path)}” harus true atau false.")
        return self.default


@dataclass(frozen=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int
    most: int
    default: int | None = None

    def empty(self):
        return self.default

    def read(self, node, path, faults):
        if (
            isinstance(node, yaml.ScalarNode)
            and _tag(node) == "int"
            and re.fullmatch(r"0|[1-9]\d{0,8}", node.value)
            and self.least <= int(node.value) <= self.most
        ):
            return int(node.value)
        faults.tell(path, f"“{_name(path)}” harus bilangan bulat antara {self.least} dan {self.most}.")
        return None


@dataclass(frozen=True)
class Choice:
    values: Sequence[str]
    default: str | None = None

    def empty(self):
        return self.default

    def read(self, node, path, faults):
        if isinstance(node, yaml.ScalarNode) and _tag(node) == "str" and node.value in self.values:
            return node.value
        words = ", ".join(v or '""' for v in self.values)
        faults.tell(path, f"“{_name(path)}” harus salah satu dari: {words}.")
        return self.default


@dataclass(frozen=True)
class List:
    """A list of one shape. With `nullable`, null is told apart from the empty list."""

    of: Shape
    nullable: bool = False

    def empty(self):
        return None if self.nullable else []

    def read(self, node, path, faults):
        if not isinstance(node, yaml.SequenceNode):
            faults.tell(path, f"“{_name(path)}” harus berupa daftar.")
            return self.empty()
        found = []
        for index, child in enumerate(node.value):
            place = (*path, index)
            faults.lines[place] = child.start_mark.line + 1
            if _is_null(child):
                faults.tell(place, f"“{_name(path)}” memuat butir kosong.")
                found.append(self.of.empty())
            else:
                found.append(self.of.read(child, place, faults))
        return found


@dataclass(frozen=True)
class Map:
    """Keys with their shapes; absent and null keys take the shape's empty value, unless required."""

    fields: Mapping[str, Shape]
    required: frozenset[str] = frozenset()
    nullable: bool = False

    def empty(self):
        return None if self.nullable else {key: shape.empty() for key, shape in self.fields.items()}

    def read(self, node, path, faults):
        given = _children(node, path, faults)
        if given is None:
            return self.empty()
        for key in given.keys() - self.fields.keys():
            near = difflib.get_close_matches(key, self.fields, 1)
            hint = f" Maksudnya “{near[0]}”?" if near else ""
            faults.tell((*path, key), f"kunci “{key[:60]}” tidak dikenal.{hint}")
        found = {}
        for key, shape in self.fields.items():
            child = given.get(key)
            absent = child is None or _is_null(child)
            found[key] = shape.empty() if absent else shape.read(child, (*path, key), faults)
            if key in self.required and (absent or (isinstance(child, yaml.ScalarNode) and not child.value)):
                faults.tell((*path, key), f"“{key}” wajib diisi.")
        return found


@dataclass(frozen=True)
class Verbatim:
    """Cells of a sheet, whatever they are: texts, lists and named cells, every scalar as written."""

    def empty(self):
        return None

    def read(self, node, path, faults):
        if _is_null(node):
            return None
        if isinstance(node, yaml.ScalarNode):
            text = yaml.ScalarNode(f"{_YAML}str", node.value, node.start_mark, node.end_mark)
            return Text(blank="").read(text, path, faults)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, path, faults) for child in node.value]
        given = _children(node, path, faults) or {}
        return {key: self.read(child, (*path, key), faults) for key, child in given.items()}


@dataclass(frozen=True)
class Cells:
    """Named cells of a sheet, each verbatim."""

    def empty(self):
        return {}

    def read(self, node, path, faults):
        given = _children(node, path, faults) or {}
        return {key: Verbatim().read(child, (*path, key), faults) for key, child in given.items()}


def read(source: str | bytes, shape: Map, faults: Faults) -> Marked:
    """The checked content of a file; faults of shape are gathered, what is no YAML raises Refused."""
    root = compose(source)
    faults.lines[()] = root.start_mark.line + 1
    found = Marked(shape.read(root, (), faults))
    found.lines = faults.lines
    return found


def content(file: FilePath, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, one more than is read at most. Raises Refused when it cannot be opened."""
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise Refused(f"Berkas “{file.name}” tidak dapat dibuka ({error.strerror}).") from None


def compose(source: str | bytes) -> yaml.Node:
    """The nodes of the one document in the file. Raises Refused, naming the line."""
    if len(source) > MAX_BYTES:
        raise Refused(f"Berkas terlalu besar (paling banyak {MAX_BYTES // 1024} kB).")
    loader = None
    try:
        if isinstance(source, bytes):
            source = source.decode("utf-8-sig")
        loader = _Composer(source.removeprefix("\ufeff"))
        node = loader.get_single_node()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Refused(f"Baris {line}: berkas bukan teks UTF-8.") from None
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 1
        raise Refused(f"Baris {line}: memuat karakter yang tidak dapat dibaca.") from None
    except yaml.composer.ComposerError as error:
        raise Refused(
            f"Baris {error.problem_mark.line + 1}: berkas memuat lebih dari satu dokumen."
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused(
            f"Baris {mark.line + 1}: bukan YAML yang benar. Periksa indentasi (tanpa tab), titik dua, "
            "kurung, dan tanda kutip."
        ) from None
    except (ValueError, OverflowError):
        # PyYAML turns "\UFFFFFFFF" into a character unchecked.
        raise Refused(f"Baris {loader.line + 1 if loader else 1}: memuat karakter yang tidak ada.") from None
    if node is None:
        raise Refused("Baris 1: berkas kosong.")
    return node


class _Composer(yaml.SafeLoader):
    """Composes nodes; refuses anchors, aliases, tags and deep nests before anything is built of them."""

    depth = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise Refused(f"Baris {line}: jangkar (&) dan alias (*) tidak diterima.")
        if event.tag is not None:
            raise Refused(f"Baris {line}: tanda jenis (!) tidak diterima.")
        if self.depth >= MAX_DEPTH:
            raise Refused(f"Baris {line}: bersarang terlalu dalam.")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _children(node: yaml.Node, path: Path, faults: Faults) -> dict[str, yaml.Node] | None:
    """The nodes under the keys of a mapping, the first of doubled ones; None where it is no mapping."""
    if not isinstance(node, yaml.MappingNode):
        faults.tell(
            path, f"“{_name(path)}” harus berupa kunci dan nilai." if path else "bukan berkas yang dikenal."
        )
        return None
    found: dict[str, yaml.Node] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not _storable(key.value):
            faults.found.append((line, "kunci harus berupa teks."))
        elif key.value in found:
            faults.found.append((line, f"kunci “{key.value[:60]}” tertulis dua kali."))
        else:
            found[key.value] = child
            faults.lines[(*path, key.value)] = line
    return found


def _tag(node: yaml.ScalarNode) -> str:
    return node.tag.removeprefix(_YAML)


def _storable(text: str) -> bool:
    """No NUL and no half of a surrogate pair: PostgreSQL and UTF-8 hold neither."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and _tag(node) == "null"


def _name(path: Path) -> str:
    """The nearest key of a path, for a sentence."""
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "berkas")
