"""From a department's words to the hub's: a declarative mapping that accounts for every upstream field.

A field is used (with a converter), or knowingly ignored (with the reason).  Any other field is drift: it is reported, and the
item is mapped all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from connectors.base import Item
from connectors.cells import Shown, Since1904, TextSince1904, Unfit, kept
from connectors.errors import BadRecord
from connectors.stamps import moment
from hub.domain.calendar.moments import CHINA, china_day
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import DEPARTMENTS, Department

Convert = Callable[[Any], Any]

_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SEPARATORS = re.compile(r"[、，,;；|/\s]+")
#: What neither database nor log takes in a text.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MOST_DIGITS = 40
_FEWEST_INEXACT = 10**15
#: A number, with commas between thousands or none: of 1,5 nobody knows what it is.
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)
_FEN = Decimal("0.01")
#: Arithmetic in which no digit of a number is lost.
EXACT = Context(prec=120)
#: What people write where there is nothing to say.
_NONE = re.compile(r"[-/\\—–―_]+|无|暂无|N/A|NULL", re.IGNORECASE)
_MOST_OF_NONE = 16
#: How what says something begins: a digit, another letter than N, another character than 无 and 暂.
_SAYS_SOMETHING = re.compile("[0-9A-MO-Za-mo-z\u4e00-\u65df\u65e1-\u6681\u6683-\u9fff]")
#: What nobody sees, and programs copy along: marks of width, direction and order of bytes.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad"))
_BLANKS = {chr(one) for one in UNSEEN} | set(" \t\r\n\u3000\xa0")
#: Signs of full width, which count as those of ASCII; what else looks like a digit (², ①) is none.
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20} | UNSEEN
#: What they write of an end that there is none; standards for credit information write the end of 2099.
_ENDLESS = frozenset({"长期", "长期有效", "永久", "永久有效", "无固定期限", "无期限", "无限期"})
_ENDLESS_DAYS = frozenset({"9999-12-31", "2099-12-31"})
#: A day, with what may stand after it: a weekday, a time of day, the zone of it, blanks between.
_DAY_FORM = re.compile(
    r"(?P<year>\d{4}) ?[-/.,、—–‐−年] ?(?P<month>\d{1,2}) ?[-/.,、—–‐−月] ?(?P<day>\d{1,2}) ?[日号]?"
    r"(?: ?\(?(?:星期|周)[一二三四五六日天]\)?)?"
    r"(?:(?:T ?| |(?<=[日号一二三四五六天)]))(?P<half>(?:上午|下午|[AP]M) ?)?"
    r"(?P<hour>\d{1,2})(?:时|[:时](?P<minute>\d{1,2})(?:[:分]\d{1,2}(?:[.,:]\d{1,9})?)?[分秒]?)"
    r"(?P<late_half> ?[AP]M)?)?"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?",
    re.ASCII,
)
_DAY_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{4}|\d{6})?", re.ASCII)
#: A day as systems write moments: since 1970 in thousandths of a second, or with a clock that names its place.
_MOMENT = re.compile(r"1\d{12}|/Date\(\d+.*|\d{4}.*T.*|\d{8} ?\d{6}\d*", re.ASCII)
#: Systems that must write a day write their first one where there is none.
_FIRST_YEAR = 1949
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?", re.ASCII)
_CHINESE_DAY = re.compile(
    r"([〇○零Oo一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_CHINESE_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
#: What stands between several terms, and a term that is another than the list's, with its text.
_BETWEEN_TERMS = re.compile(r"[；;|、]+")
_OTHER = re.compile(r"其[他它]\S{0,6}?\s*(?:[-—–－:：]+\s*(?P<dashed>.+)|[(（](?P<in_brackets>.+)[)）])", re.DOTALL)
_YES = frozenset({"是", "1", "Y", "YES", "TRUE", "有", "√", "✓", "✔", "☑"})
_NO = frozenset({"否", "0", "N", "NO", "FALSE", "无", "×", "✗", "✘"})


@dataclass(frozen=True, slots=True)
class Codec:
    """How a value is read from an upstream system, and how it is written to one.

    `parts` names the fields of the objects that such a value consists of, where it consists of objects.
    """

    read: Convert
    write: Convert = lambda value: value
    parts: frozenset[str] | None = None


def _text(value: Any) -> str:
    # Spreadsheets make numbers of codes.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _single(value: Any) -> str:
    """The text of what is one value: a list or an object is none, whatever can be read in it."""
    if isinstance(value, dict | list | tuple):
        raise BadRecord("not a text")
    if isinstance(value, Unfit):
        raise BadRecord(f"{value.why}: {fit(value.there, 40)!r}")
    if isinstance(value, date):
        raise BadRecord("a date, where none is expected")
    return _text(value)


def _plain(value: Any) -> str:
    if type(value) is str:
        # As most are.
        return value.strip()
    if isinstance(value, bool):
        raise BadRecord("not a text")
    if isinstance(value, Shown):
        return value.text
    if isinstance(value, float) and abs(value) >= _FEWEST_INEXACT:
        raise BadRecord("a number of more than 15 digits, which a cell does not hold exactly")
    return _single(value)


def fit(value: Any, most: int) -> str:
    """A bounded text that can be stored, shown and logged, whatever a system sent: unfit characters become �."""
    return _UNFIT.sub("�", _text(value)[:most])


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise BadRecord("not a whole number")
    return int(number)


def _day(value: Any) -> str:
    day = _read_day(value)
    if day.year < _FIRST_YEAR:
        raise BadRecord(f"a day of {day.year:04d}, which is none")
    return day.isoformat()


def _read_day(value: Any) -> date:
    if isinstance(value, datetime):
        return china_day(value) if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 20_000 < value < 80_000:
        return (_EPOCH_1904 if isinstance(value, Since1904) else _EPOCH) + timedelta(days=int(value))
    text = " ".join(unicodedata.normalize("NFKC", _single(value).translate(UNSEEN)).split())
    if found := _DAY_FORM.fullmatch(text):
        return _day_in_china(found)
    if found := _DAY_DIGITS.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _SERIAL.fullmatch(text):
        return (_EPOCH_1904 if isinstance(value, TextSince1904) else _EPOCH) + timedelta(days=int(found[1]))
    if found := _CHINESE_DAY.fullmatch(text.replace(" ", "")):
        return date(int(found[1].translate(_CHINESE_DIGITS)), _chinese_number(found[2]), _chinese_number(found[3]))
    if _MOMENT.fullmatch(text) and (instant := moment(text, CHINA)):
        return china_day(instant)
    raise BadRecord("not a date")


def _day_in_china(found: re.Match[str]) -> date:
    """The day that is written; of a moment that names its zone the day that it is in China, which is another for a third of
    them."""
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if not found["zone"] or not found["hour"]:
        return day
    if found["half"] or found["late_half"]:
        raise BadRecord("not a date")
    hours, minutes = int(found["hour"]), int(found["minute"] or 0)
    zone = found["zone"].replace(":", "") if found["zone"][0] in "+-" else "+0000"
    off = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:] or 0))
    return china_day(datetime(*day.timetuple()[:3], hours, minutes, tzinfo=timezone(-off if zone[0] == "-" else off)))


def _chinese_number(text: str) -> int:
    """From 一 to 九十九, as days and months are written."""
    tens, ten, ones = text.rpartition("十")
    return (int((tens or "1").translate(_CHINESE_DIGITS)) * 10 if ten else 0) + int((ones or "0").translate(_CHINESE_DIGITS))


def _flag(value: Any) -> bool:
    word = _single(value).translate(_FULL_WIDTH).strip().upper()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadRecord("neither yes nor no")


def _several(value: Any) -> list[str] | None:
    told = [_plain(one) for one in value if one is not None] if isinstance(value, list) else _SEPARATORS.split(_plain(value))
    return [part for part in told if part and not says_none(part)] or None


def says_none(value: Any) -> bool:
    """Whether a value says that there is none: `/`, `—`, 无."""
    # Most values are longer, or begin as none of these does, and need not be looked at.
    return (
        isinstance(value, str)
        and len(value) < _MOST_OF_NONE
        and not _SAYS_SOMETHING.match(value)
        and _NONE.fullmatch(unicodedata.normalize("NFKC", value).strip()) is not None
    )


def _if_any(convert: Convert) -> Convert:
    """Reads the same, and nothing where it is said that there is none."""
    return lambda value: None if says_none(value) else convert(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, float):
        if abs(value) >= _FEWEST_INEXACT:
            raise BadRecord("a number of more than 15 digits, which is not held exactly")
        # Who computes with such numbers shows so many digits of them: 0.1 + 0.2 is 0.3.
        value = f"{value:.15g}"
    text = _single(value).translate(_FULL_WIDTH).strip()
    fits = len(text) <= _MOST_DIGITS and _NUMBER.fullmatch(text)
    number = Decimal(text.replace(",", "")) if fits else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise BadRecord("not a number")
    return number


def _money(value: Any, unit: int) -> str:
    yuan = EXACT.multiply(_number(value), unit)
    if yuan != EXACT.quantize(yuan, _FEN):
        raise BadRecord("more exact than a fen")
    return f"{yuan:.2f}"


#: Text; whole numbers without the `.0` that spreadsheets add.
TEXT = Codec(_plain)
#: The same, for what need not be told, or names something: `/`, `—` and 无 are none.
TEXT_IF_ANY = Codec(_if_any(_plain))
AS_IS = Codec(lambda value: value)
WHOLE = Codec(_if_any(_whole))
DECIMAL = Codec(_if_any(lambda value: str(_number(value))))
#: A date in any shape that departments send: 2025-03-01, 2025/3/1, 20250301, 2025年3月1日, 二〇二五年三月一日, a spreadsheet's
#: serial number, as a number or as text.
DAY = Codec(_if_any(_day))
#: The same, written as 20250301.
DAY8 = Codec(_if_any(_day), lambda value: value.replace("-", ""))
#: 万元 there, 元 here, exactly.
WAN = Codec(_if_any(lambda value: _money(value, 10_000)), lambda value: f"{Decimal(value) / 10_000:.6f}")
#: 是 or 否 and their like.
FLAG = Codec(lambda value: _flag(value) if value == "无" else _if_any(_flag)(value), lambda value: "是" if value else "否")
#: Several texts in one, with any of the usual separators.
SEVERAL = Codec(_if_any(_several), "、".join)
#: Several texts as a list of them.
LIST = Codec(_if_any(_several), list)


def endless(codec: Codec) -> Codec:
    """A day on which something ends, of which 长期 and its like say that it does not."""

    def read(value: Any) -> Any:
        if isinstance(value, str) and "".join(value.split()) in _ENDLESS:
            return None
        day = codec.read(value)
        return None if day in _ENDLESS_DAYS else day

    return replace(codec, read=read)


def word(table: Mapping[str, StrEnum]) -> Codec:
    """A department's term for a word of ours.  Of several terms for one word the first is written."""
    terms: dict[str, str] = {}
    for term, choice in table.items():
        terms.setdefault(choice.value, term)

    def read(value: Any) -> str | None:
        found = table.get(_single(value))
        if found is None and says_none(value):
            return None
        if found is None and isinstance(value, str):
            found = table.get("".join(value.translate(_FULL_WIDTH).split()))
        if found is None:
            raise BadRecord(f"unknown term {fit(value, 40)!r}")
        return found.value

    return Codec(read, lambda value: terms[value])


def words(table: Mapping[str, StrEnum]) -> Codec:
    """Several terms in one text, each once."""
    one = word(table)
    return Codec(
        lambda value: list(dict.fromkeys(one.read(term) for term in _several(value) or ())) or None,
        lambda value: "、".join(one.write(choice) for choice in value),
    )


#: Departments by the names that other systems write.
DEPARTMENT_TERMS: dict[str, Department] = {
    **{facts.chinese: code for code, facts in DEPARTMENTS.items()},
    "自然资源": Department.NATURAL_RESOURCES,
    "生态环境": Department.ECOLOGY,
    "财政": Department.FINANCE,
    "市场监管": Department.MARKET_REGULATION,
    "金融监管": Department.FINANCIAL_REGULATION,
    "证监": Department.SECURITIES_REGULATION,
    "林业和草原": Department.FORESTRY_GRASSLAND,
    "工信": Department.INDUSTRY,
    "水利": Department.WATER,
    "应急": Department.EMERGENCY,
    "能源": Department.ENERGY,
    "税务": Department.TAXATION,
}


@dataclass(frozen=True, slots=True)
class Used:
    """An upstream field that fills the field `wire` of ours.

    Several may fill the same one; the first that says something counts.  A codec that reads None says nothing.  Where the word
    is 其他-…, its text fills the field `other`, if one is named.
    """

    wire: str
    codec: Codec = TEXT
    other: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Upstream fields that tell of the item itself: its reference, whose it is, and whether it was taken back."""

    reference: str
    department: str | None = None
    withdrawn: Callable[[Mapping[str, Any]], str | None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping of one kind of upstream item."""

    kind: RecordKind
    envelope: Envelope
    used: Mapping[str, Used]
    ignored: Mapping[str, str]
    #: What of a row must be looked at together before its fields are read one by one, and how that is written.
    read_first: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(default=lambda raw: raw)
    write_last: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda row: row)

    @property
    def names(self) -> Set[str]:
        """Every upstream field that is known."""
        envelope = self.envelope
        return {*self.used, *self.ignored, envelope.reference, *filter(None, [envelope.department])}

    def item(self, raw: Mapping[str, Any]) -> Item:
        """The item of an upstream row.  A row that cannot be mapped says why, and stops nothing."""
        reference, error = self._reference(raw.get(self.envelope.reference))
        at = self.envelope.reference if error else ""
        data: dict[str, Any] = {}
        department = withdrawn = None
        try:
            data = _read(self.used, self.read_first(raw))
            if self.envelope.department and (stated := raw.get(self.envelope.department)):
                department = Department(converted(self.envelope.department, word(DEPARTMENT_TERMS).read, stated))
            withdrawn = self.envelope.withdrawn(raw)
        except BadRecord as bad:
            # A reference that is no value says more of itself than that it is missing.
            if not error or bad.field == self.envelope.reference:
                error, at = f"{bad.field}: {bad}", bad.field
            data = self._readable(raw)
        return Item(
            kind=self.kind,
            reference=reference,
            raw=kept(raw) if error else raw,
            data=None if error else data,
            error=error,
            field=at,
            drift=self._drift(raw),
            department=department,
            withdrawn=None if error else withdrawn,
            partial=data if error else None,
        )

    def _reference(self, told: Any) -> tuple[str, str]:
        """What an item is called, and what is wrong with that."""
        reference = why = ""
        try:
            reference = fit(TEXT_IF_ANY.read("" if told is None else told) or "", 200)
        except BadRecord as bad:
            why = str(bad)
        return reference, "" if reference else f"{self.envelope.reference}: {why or 'missing'}"

    def _readable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What of a row can be read, whatever else cannot."""
        with suppress(BadRecord):
            raw = self.read_first(raw)
        data: dict[str, Any] = {}
        for name, use in self.used.items():
            with suppress(BadRecord):
                if data.get(use.wire) is None:
                    data |= _read({name: use}, raw)
        return data

    def row(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A record of ours in the upstream system's words: the reverse of `item`."""
        return self.write_last(_written(self.used, data))

    def _drift(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields of a row, and of the objects in it, that are neither used nor ignored."""
        unknown = set(raw) - self.names
        for name, use in self.used.items():
            if use.codec.parts is not None and isinstance(objects := raw.get(name), list):
                unknown |= {
                    f"{name}.{inner}" for one in objects if isinstance(one, dict) for inner in one.keys() - use.codec.parts
                }
        return tuple(sorted(fit(name, 64) for name in unknown))


def parts(used: Mapping[str, Used]) -> Codec:
    """A list of objects with fields of their own."""

    def read(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise BadRecord("not a list of objects")
        return [_read(used, one) for one in value]

    return Codec(read, lambda value: [_written(used, one) for one in value], frozenset(used))


def _read(used: Mapping[str, Used], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What an object says in our words."""
    data: dict[str, Any] = {}
    others: dict[str, str] = {}
    for name, use in used.items():
        value = raw.get(name)
        if value is None or value == [] or (isinstance(value, str) and _is_blank(value)) or data.get(use.wire) is not None:
            continue
        if use.other and (apart := _other_apart(value)):
            value, others[use.other] = apart
        if (read := converted(name, use.codec.read, value)) is not None:
            data[use.wire] = read
    for wire, text in others.items():
        # What is told in a column of its own stands beside it.
        data[wire] = "；".join(dict.fromkeys(filter(None, (text, data.get(wire)))))
    return data


def _is_blank(text: str) -> bool:
    """Whether nothing is seen of a text."""
    return not text.strip() or (text[0] in _BLANKS and not text.translate(UNSEEN).strip())


def _other_apart(value: Any) -> tuple[Any, str] | None:
    """A value of a closed list, and the text of 其他-… in it; None where there is none."""
    parts = value if isinstance(value, list) else _BETWEEN_TERMS.split(value) if isinstance(value, str) else []
    found = [_OTHER.fullmatch(part.strip()) if isinstance(part, str) else None for part in parts]
    if not any(found):
        return None
    terms = list(dict.fromkeys("其他" if other else part for part, other in zip(parts, found, strict=True)))
    text = "；".join((other["dashed"] or other["in_brackets"]).strip() for other in found if other)
    return terms if isinstance(value, list) else "；".join(terms), text


def _written(used: Mapping[str, Used], data: Mapping[str, Any]) -> dict[str, Any]:
    """What we say in an object's words."""
    row: dict[str, Any] = {}
    written: set[str] = set()
    for name, use in used.items():
        value = data.get(use.wire)
        if use.wire not in written and value is not None and value not in ([], ()):
            written.add(use.wire)
            row[name] = use.codec.write(value)
            if (
                use.other
                and (text := data.get(use.other))
                and "OTHER" in (value if isinstance(value, list | tuple) else [value])
            ):
                row[name] = _with_other(use.codec, value, str(text))
    return row


def _with_other(codec: Codec, value: Any, text: str) -> Any:
    """A value of a closed list with the text of what is other in it: the reverse of `_other_apart`."""
    if not isinstance(value, list | tuple):
        return f"其他-{text}"
    return "；".join(f"其他-{text}" if one == "OTHER" else codec.write([one]) for one in value)


def converted(name: str, convert: Convert, value: Any) -> Any:
    """A value as it is read; BadRecord naming the field where it cannot be."""
    try:
        return convert(value)
    except BadRecord as bad:
        raise BadRecord(str(bad), f"{name}.{bad.field}" if bad.field else name) from None
    except (ValueError, TypeError, ArithmeticError, InvalidOperation):
        raise BadRecord("cannot be read", name) from None
