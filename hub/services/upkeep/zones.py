"""Loading zones from GeoJSON: each feature is posted as a zone of its keeper, and what cannot be taken is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.principals import Principal
from auth.rules import may_post, refusal_to_post
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.record_kinds import RecordKind
from hub.domain.records.zones import ZoneKind
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.geometry import is_cgcs2000, outline
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import MOST_ITEMS, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.refusals import refusal
from hub.storage.engine.database import Database
from hub.storage.views import rejections

_SOURCE = "import:zones"
#: Properties of a feature, as the zone's own fields are called.
_PROPERTIES = ("zoneCode", "name", "level", "effectiveOn")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a file by its place, from 0, and what is wrong with it beyond what posting can see."""

    index: int
    data: Any
    problems: tuple[Problem, ...] = ()


def read_features(text: str, kind: ZoneKind, properties: Mapping[str, str] | None = None) -> list[Feature]:
    """The features of a FeatureCollection as zones are posted; `properties` says under which name a file has a field.

    Raises INVALID_INPUT where the file is no such collection, or in another reference system than degrees.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise HubError(ErrorCode.INVALID_INPUT, "not JSON", field="file") from None
    features = data.get("features") if isinstance(data, dict) and data.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise HubError(ErrorCode.INVALID_INPUT, "a GeoJSON FeatureCollection is needed", field="file")
    if not is_cgcs2000(data.get("crs")):
        named = json.dumps(data["crs"])[:80]
        raise HubError(ErrorCode.INVALID_INPUT, f"crs: {named}; CGCS2000 degrees (EPSG:4490) are needed", field="file")
    return list(_read(features, kind, {name: name for name in _PROPERTIES} | dict(properties or {})))


def _read(features: Sequence[Any], kind: ZoneKind, names: Mapping[str, str]) -> Iterator[Feature]:
    seen: set[Any] = set()
    for index, feature in enumerate(features):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            yield Feature(index, feature, (Problem("properties", ErrorCode.WRONG_TYPE, "Feature"),))
            continue
        properties = feature["properties"]
        zone = {name: properties[theirs] for name, theirs in names.items() if properties.get(theirs) is not None}
        zone |= {"zoneKind": kind.value, "boundary": outline(feature)}
        code = str(zone.get("zoneCode", "")).strip()
        # The second would be taken for a new version of the first.
        twice = (Problem("zoneCode", ErrorCode.DUPLICATE, code[:64]),) if code and code in seen else ()
        seen.add(code)
        yield Feature(index, zone, twice)


class Zones:
    """Takes files of zones into one database."""

    def __init__(self, database: Database, posting: Posting, clock: Clock = utc_now) -> None:
        self._database = database
        self._posting = posting
        self._clock = clock

    async def load(self, caller: Principal, features: Sequence[Feature], file: str) -> list[Result]:
        """Post the features; one result each, in order, told by its place in the file.  Raises FORBIDDEN."""
        if not may_post(caller, RecordKind.ZONE):
            raise refusal_to_post(RecordKind.ZONE)
        good = [one for one in features if not one.problems]
        results = {one.index: self._refused(one, file) for one in features if one.problems}
        for start in range(0, len(good), MOST_ITEMS):
            part = good[start : start + MOST_ITEMS]
            submissions = [Submission(one.data, _reference(file, one.index)) for one in part]
            taken = await self._posting.post(caller, RecordKind.ZONE, submissions, source=_SOURCE)
            results |= {one.index: result for one, result in zip(part, taken, strict=True)}
        now = self._clock()
        rows = [
            refusal(
                caller,
                _SOURCE,
                now,
                one.problems,
                one.data,
                kind=RecordKind.ZONE,
                reference=_reference(file, one.index),
            )
            for one in features
            if one.problems
        ]
        if rows:
            async with self._database.transaction() as connection:
                await rejections.insert(connection, rows)
        return [results[one.index] for one in features]

    @staticmethod
    def _refused(feature: Feature, file: str) -> Result:
        return Result(
            index=feature.index,
            outcome=Outcome.REJECTED,
            problems=feature.problems,
            reference=_reference(file, feature.index),
        )


def _reference(file: str, index: int) -> str:
    return f"{file}#{index}"
