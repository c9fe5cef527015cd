"""Boundaries: GeoJSON polygons in CGCS2000 longitude and latitude (EPSG:4490)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

#: Longitudes and latitudes of China; a boundary outside is a mistake of projection or order.
_WEST, _SOUTH, _EAST, _NORTH = 73.0, 3.0, 136.0, 54.0
#: As it is written in practice: EPSG:4490, urn:ogc:def:crs:EPSG::4490, http://www.opengis.net/def/crs/EPSG/0/4490.
_CGCS2000 = re.compile(
    r"(urn:ogc:def:crs:EPSG:[0-9.]*:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/|EPSG:)4490", re.IGNORECASE
)
_MOST_POINTS = 20_000
#: Seven decimals of a degree are about a centimetre.
_DECIMALS = 7
_JSON = json.JSONEncoder(separators=(",", ":"))


def canonical_polygon(value: Any) -> str:
    """The polygon as canonical GeoJSON text; raises ValueError with what is wrong in plain words."""
    # Numpy comes with it: it is imported by whoever has a boundary.
    from shapely import is_valid_reason, set_precision  # noqa: PLC0415
    from shapely.errors import ShapelyError  # noqa: PLC0415
    from shapely.geometry import mapping, shape  # noqa: PLC0415

    if not isinstance(value, dict) or value.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError("a GeoJSON Polygon or MultiPolygon is needed")
    if set(value) - {"type", "coordinates", "bbox", "crs"}:
        raise ValueError("only type and coordinates belong to a geometry")
    if not is_cgcs2000(value.get("crs")):
        raise ValueError("the crs is not CGCS2000 in degrees (EPSG:4490)")
    _count_points(value.get("coordinates"))
    try:
        # What is kept is judged, and rounding decides where a ring begins and whether two points are one.
        polygon = shape(_rounded(value))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
        raise ValueError("the coordinates are not rings of [longitude, latitude]") from None
    if polygon.is_empty:
        raise ValueError("the polygon is empty")
    polygon = set_precision(polygon, 0).normalize()
    if not polygon.is_valid:
        raise ValueError(is_valid_reason(polygon))
    west, south, east, north = polygon.bounds
    if not (west >= _WEST and east <= _EAST and south >= _SOUTH and north <= _NORTH):
        raise ValueError("the coordinates are not longitude and latitude in China")
    kept = mapping(polygon)
    return _JSON.encode({"coordinates": kept["coordinates"], "type": kept["type"]})


class Extent(NamedTuple):
    """The least rectangle of meridians and parallels around a boundary, in degrees."""

    west: Decimal
    south: Decimal
    east: Decimal
    north: Decimal


@lru_cache(maxsize=8)
def extent(boundary: str) -> Extent:
    """The extent of a boundary that is canonical GeoJSON text."""
    from shapely import from_geojson  # noqa: PLC0415

    return Extent(*(Decimal(f"{degrees:.{_DECIMALS}f}") for degrees in from_geojson(boundary).bounds))


def outline(feature: Mapping[str, Any], crs: Any = None) -> Any:
    """A feature's geometry, which states the reference system that its feature or its collection (`crs`) does (GeoJSON of 2008,
    3): one in another than ours must not be taken for one in ours."""
    geometry, own = feature.get("geometry"), feature.get("crs")
    stated = crs if own is None else own
    return {"crs": stated, **geometry} if stated is not None and isinstance(geometry, dict) else geometry


def is_cgcs2000(crs: Any) -> bool:
    """Whether a `crs` member, as GeoJSON of 2008 has it, names CGCS2000 in degrees; nothing stated counts as that."""
    if crs is None:
        return True
    named = crs.get("properties") if isinstance(crs, dict) and crs.get("type") == "name" else None
    name = named.get("name") if isinstance(named, dict) else None
    return isinstance(name, str) and _CGCS2000.fullmatch(name) is not None


def _count_points(coordinates: Any) -> None:
    stack, points = [(coordinates, 0)], 0
    while stack:
        item, depth = stack.pop()
        if not isinstance(item, list) or depth > 4:
            raise ValueError("the coordinates are not rings of [longitude, latitude]")
        if item and all(isinstance(n, int | float) and not isinstance(n, bool) for n in item):
            if len(item) not in (2, 3) or not all(abs(n) < 10**9 for n in item):
                raise ValueError("a position is [longitude, latitude]")
            points += 1
            if points > _MOST_POINTS:
                raise ValueError(f"more than {_MOST_POINTS} points")
        else:
            stack.extend((inner, depth + 1) for inner in item)


def _rounded(geometry: Any) -> dict[str, Any]:
    def rounded(item: Any) -> Any:
        return [rounded(inner) for inner in item] if isinstance(item, list) else round(float(item), _DECIMALS)

    return {
        "coordinates": [rounded(ring) for ring in geometry["coordinates"]],
        "type": geometry["type"],
    }
