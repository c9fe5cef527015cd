"""Areas and overlaps of boundaries on the ellipsoid of CGCS2000.

Areas are Karney's geodesic areas (PROJ), exact far below the square metre that is told.  Edges are geodesics, from which the
straight lines of a map in degrees stray by less than a millionth of the area where vertices lie within 10 km of one another.
The place of an overlap is worked out in degrees, as all boundaries are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

_SQUARE_METRES = 10_000
_PLACES = Decimal("0.0001")
_WHOLE = Decimal(100)


@cache
def _ellipsoid() -> Any:
    # PROJ and GEOS, with numpy, are imported by whoever measures.
    from pyproj import Geod  # noqa: PLC0415

    # CGCS2000 (EPSG:4490): semi-major axis in metres, and flattening.
    return Geod(a=6378137.0, rf=298.257222101)


def hectares(polygon: Any) -> Decimal:
    """The area of a polygon or of several, in hectares with four decimals: to the square metre."""
    from shapely import orient_polygons  # noqa: PLC0415

    # Holes count as taken away only where they run the other way round.
    area, _ = _ellipsoid().geometry_area_perimeter(orient_polygons(polygon))
    return (Decimal(abs(area)) / _SQUARE_METRES).quantize(_PLACES)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a polygon shares with the one at `place` among many: hectares, and percent of its own area."""

    place: int
    area: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Of one boundary, in hectares: its area, what it shares with each of many, and with any of them."""

    area: Decimal
    shared: list[Shared]
    together: Decimal


class Boundaries:
    """Many boundaries, each canonical GeoJSON text, to hold others against."""

    def __init__(self, boundaries: Sequence[str]) -> None:
        from shapely import STRtree, from_geojson  # noqa: PLC0415

        self._read = from_geojson
        self._polygons = [from_geojson(boundary) for boundary in boundaries]
        self._tree = STRtree(self._polygons)

    def near(self, boundary: str) -> list[int]:
        """The places of those whose extent meets the boundary's, in order."""
        return sorted(int(place) for place in self._tree.query(self._read(boundary)))

    def shared_with(self, boundary: str) -> Overlaps:
        """The area of a boundary, what it shares with each of these, the largest first, and with all of them together.

        Boundaries that only meet along an edge share nothing; nor do those that share less than half a square metre.
        """
        polygon = self._read(boundary)
        whole = hectares(polygon)
        parts = sorted(self._shared(polygon, whole), key=lambda shared: (-shared.area, shared.place))
        total = sum((shared.area for shared in parts), Decimal("0.0000"))
        if len(parts) < 2:
            return Overlaps(whole, parts, total)
        from shapely import union_all  # noqa: PLC0415

        # What lies in several of them counts once.
        union = polygon.intersection(union_all([self._polygons[shared.place] for shared in parts]))
        together = sum((hectares(part) for part in _areas(union)), Decimal(0))
        return Overlaps(whole, parts, min(max(together, parts[0].area), whole, total))

    def _shared(self, polygon: Any, whole: Decimal) -> Iterator[Shared]:
        for place in self._tree.query(polygon, predicate="intersects"):
            area = sum((hectares(part) for part in _areas(polygon.intersection(self._polygons[place]))), Decimal(0))
            if area and whole:
                area = min(area, whole)
                yield Shared(int(place), area, (area * _WHOLE / whole).quantize(_PLACES))


def _areas(geometry: Any) -> Iterator[Any]:
    """The polygons of a geometry; where boundaries meet there are points and lines as well."""
    if geometry.geom_type == "Polygon":
        if not geometry.is_empty:
            yield geometry
    else:
        for part in getattr(geometry, "geoms", ()):
            yield from _areas(part)
