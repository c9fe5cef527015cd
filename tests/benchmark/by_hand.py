"""The same questions as statements written by hand, by someone who knows the tables: is the hub's own statement a fair limit?

Values are those of `questions.variables`, in the order in which the variables stand there.
"""

from __future__ import annotations

from datetime import date
from typing import Any

_LIVE = "{0}.superseded_at IS NULL AND {0}.withdrawn_at IS NULL"
_MONEY = "coalesce('\"' || {0} / 100 || '.' || lpad(({0} % 100)::text, 2, '0') || '\"', 'null')"  # whole fen, told in yuan


def _text(column: str) -> str:
    return f"to_json({column})::text"


#: Where a mine `m` stands.
_STANDING = """
(SELECT state FROM timelines t WHERE t.subject = m.licence_no AND t.rule = 'STANDING' AND t.superseded_at IS NULL
  AND t.from_day <= current_date ORDER BY t.from_day DESC LIMIT 1)
"""


def _list(row: str, tables: str, where: str, order: str, columns: str, *, most: int) -> str:
    """A JSON list of the first rows, as text."""
    return (
        f"'[' || coalesce((SELECT string_agg({row}, ',') FROM (SELECT {columns} FROM {tables} WHERE {where} "  # noqa: S608
        f"ORDER BY {order} LIMIT {most}) r), '') || ']'"
    )


def _opinions(row: str, columns: str, most: int, more: str = "") -> str:
    where = f"o.licence_no = m.licence_no AND {_LIVE.format('o')}{more}"
    return _list(row, "opinions o", where, "o.issued_on DESC, o.id DESC", columns, most=most)


_PENALTIES = f"l.licence_no = m.licence_no AND l.record_id = p.id AND l.version = p.version AND {_LIVE.format('p')}"


def _penalties(row: str, columns: str, most: int, more: str = "") -> str:
    return _list(row, "penalty_mines l, penalties p", _PENALTIES + more, "p.decided_on DESC, p.id DESC", columns, most=most)


def _entries(row: str, columns: str, most: int) -> str:
    where = f"d.licence_no = m.licence_no AND {_LIVE.format('d')}"
    return _list(row, "directory_entries d", where, "d.effective_on DESC, d.id DESC", columns, most=most)


_OPINION = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"department":"' || department || '","nature":"' || nature"""
    """ || '","verdict":' || coalesce('"' || verdict || '"', 'null') || ',"issuedOn":"' || issued_on || '","text":' || """
    f"""{_text("text")} || '}}'"""
)
_PENALTY = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"department":"' || department || '","kinds":' || kinds"""
    f""" || ',"fine":' || {_MONEY.format("fine")} || ',"decidedOn":"' || decided_on || '","content":' || {_text("content")}"""
    """ || '}'"""
)
_ENTRY = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"level":"' || level || '","step":"' || step"""
    """ || '","effectiveOn":"' || effective_on || '"}'"""
)

Q1 = f"""
SELECT '{{"data":{{"mine":' || coalesce((
  SELECT '{{"licenceNo":"' || m.licence_no || '","name":' || {_text("m.name")} || ',"scale":"' || m.scale
    || '","mineral":' || {_text("m.mineral")} || ',"lifeCycle":"' || m.life_cycle || '","divisionCode":"' || m.division_code
    || '","licenceValidUntil":"' || m.licence_valid_until || '","standing":"' || {_STANDING}
    || '","enterprise":' || coalesce((SELECT '{{"uscc":"' || e.uscc || '","name":' || {_text("e.name")}
      || ',"registrationStatus":"' || e.registration_status || '"}}' FROM enterprises e
      WHERE e.uscc = m.enterprise_uscc AND {_LIVE.format("e")} LIMIT 1), 'null')
    || ',"directoryEntries":{{"nodes":' || {_entries(_ENTRY, "document_number, level, step, effective_on", 50)}
    || '}},"opinions":{{"nodes":'
    || {_opinions(_OPINION, "document_number, department, nature, verdict, issued_on, text", 10)}
    || '}},"penalties":{{"nodes":'
    || {_penalties(_PENALTY, "p.document_number, p.department, p.kinds, p.fine, p.decided_on, p.content", 10)}
    || '}}}}'
  FROM mines m WHERE m.licence_no = $1 AND {_LIVE.format("m")} LIMIT 1), 'null') || '}}}}'
"""  # noqa: S608

_BRIEF_OPINION = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"department":"' || department || '","verdict":'"""
    """ || coalesce('"' || verdict || '"', 'null') || ',"issuedOn":"' || issued_on || '"}'"""
)
_BRIEF_PENALTY = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"department":"' || department || '","fine":'"""
    f""" || {_MONEY.format("fine")} || ',"decidedOn":"' || decided_on || '"}}'"""
)
_IN_FORCE = (
    f"""'{{"documentNumber":' || {_text("document_number")} || ',"fine":' || {_MONEY.format("fine")}"""
    """ || ',"validUntil":"' || valid_until || '"}'"""
)
_STEP = """'{"level":"' || level || '","step":"' || step || '","effectiveOn":"' || effective_on || '"}'"""

Q2 = f"""
SELECT '{{"data":{{"mines":{{"nodes":[' || coalesce((
  SELECT string_agg('{{"licenceNo":"' || m.licence_no || '","name":' || {_text("m.name")} || ',"scale":"' || m.scale
    || '","mineral":' || {_text("m.mineral")}
    || ',"enterprise":' || coalesce((SELECT '{{"uscc":"' || e.uscc || '","name":' || {_text("e.name")} || '}}'
      FROM enterprises e WHERE e.uscc = m.enterprise_uscc AND {_LIVE.format("e")} LIMIT 1), 'null')
    || ',"opinions":{{"nodes":' || {_opinions(_BRIEF_OPINION, "document_number, department, verdict, issued_on", 10)}
    || '}},"penalties":{{"nodes":'
    || {_penalties(_BRIEF_PENALTY, "p.document_number, p.department, p.fine, p.decided_on", 10)} || '}}}}', ',')
  FROM (SELECT licence_no, name, scale, mineral, enterprise_uscc FROM mines m
    WHERE prefecture_code = $1 AND {_LIVE.format("m")} ORDER BY licence_no, id LIMIT 50) m), '') || ']}}}}}}'
"""  # noqa: S608

_LATEST = """'{"verdict":' || coalesce('"' || verdict || '"', 'null') || ',"issuedOn":"' || issued_on || '"}'"""


def _latest(department: str) -> str:
    found = _opinions(_LATEST, "verdict, issued_on", 1, f" AND o.department = '{department}'")
    return f"""'}},"{department.lower()}":{{"nodes":' || {found} || """


Q3 = f"""
SELECT '{{"data":{{"mine":' || coalesce((
  SELECT '{{"licenceNo":"' || m.licence_no || '","standing":"' || {_STANDING}
    || '","licenceValidUntil":"' || m.licence_valid_until || '","penalties":{{"totalCount":' || (
      SELECT count(*) || ',"sum":"' || (coalesce(sum(p.fine), 0) * 0.01)::text || '"' FROM penalty_mines l, penalties p
      WHERE {_PENALTIES} AND p.valid_until >= $2)
    || ',"nodes":' || {_penalties(_IN_FORCE, "p.document_number, p.fine, p.valid_until", 50, " AND p.valid_until >= $2")}
    || {_latest("ECOLOGY")}{_latest("NATURAL_RESOURCES")}{_latest("FORESTRY_GRASSLAND")}
    '}},"directoryEntries":{{"nodes":' || {_entries(_STEP, "level, step, effective_on", 1)} || '}}}}'
  FROM mines m WHERE m.licence_no = $1 AND {_LIVE.format("m")} LIMIT 1), 'null') || '}}}}'
"""  # noqa: S608

Q4 = f"""
SELECT '{{"data":{{"penalties":{{"nodes":[' || coalesce(string_agg(
    '{{"documentNumber":' || {_text("p.document_number")} || ',"partyName":' || {_text("p.party_name")}
    || ',"fine":' || {_MONEY.format("p.fine")} || ',"decidedOn":"' || p.decided_on || '","mines":[' || coalesce((
      SELECT string_agg(one, ',') FROM (
        SELECT '{{"licenceNo":"' || m.licence_no || '","name":' || {_text("m.name")} || '}}' AS one
        FROM penalty_mines l, mines m
        WHERE l.record_id = p.id AND l.version = p.version AND l.licence_no = m.licence_no AND {_LIVE.format("m")}
        ORDER BY m.licence_no) r), '') || ']}}', ',') FILTER (WHERE rank <= 50), '')
  || '],"pageInfo":{{"hasNextPage":' || CASE WHEN count(*) > 50 THEN 'true' ELSE 'false' END || ',"endCursor":' || coalesce(
    '"\x1f' || max('["penalty decided_on-","' || p.decided_on || '","' || p.id || '"]')
      FILTER (WHERE rank = least(50, most)) || '\x1f"', 'null') || '}}}}}}}}'
FROM (
  SELECT *, row_number() OVER (ORDER BY decided_on DESC, id DESC) AS rank, count(*) OVER () AS most FROM (
    SELECT id, version, document_number, party_name, fine, decided_on FROM penalties p
    WHERE {_LIVE.format("p")} AND decided_on BETWEEN $1 AND $2 AND strpos(kinds, '"FINE"') > 0
    ORDER BY decided_on DESC, id DESC LIMIT 51) cut
  ORDER BY rank) p
"""  # noqa: S608

STATEMENTS = {"Q1": Q1, "Q2": Q2, "Q3": Q3, "Q4": Q4}


def values(given: dict[str, Any]) -> list[Any]:
    """The variables of a request as the driver takes them."""
    return [date.fromisoformat(one) if name in ("today", "from", "to") else one for name, one in given.items()]
