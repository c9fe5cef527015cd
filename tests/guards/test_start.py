"""What a hub needs only now and then is imported when it does: starting one stays quick."""

from __future__ import annotations

import subprocess
import sys

#: Each is large, and who needs it.
LATE = {
    "shapely": "whoever posts or screens a boundary (hub/domain/words/geometry.py, overlaps.py)",
    "numpy": "shapely alone",
    "pyproj": "whoever measures an overlap (hub/domain/words/overlaps.py)",
    "alembic": "whoever asks how old a database is (hub/storage/engine/migrations.py)",
    "mako": "alembic alone",
    "typst": "whoever prints a statement (hub/services/banks/printing.py)",
    "segno": "whoever prints a statement",
    "xlsxwriter": "whoever writes a workbook (connectors/workbooks.py, schema/export_files.py)",
    "pyarrow": "whoever writes Parquet (schema/export_files.py)",
    "opencc": "whoever searches or is searched for (hub/domain/words/searching.py)",
    "pypinyin": "whoever is found by initials",
    "holidays": "whoever counts days of a year without a notice (hub/domain/calendar/working_days.py)",
}


def test_what_is_needed_now_and_then_is_not_imported_at_start() -> None:
    asked = f"import sys, hub.app; print(*(name for name in {sorted(LATE)} if name in sys.modules))"
    there = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert not there, "\n".join(f"hub.app imports {name}: leave it to {LATE[name]}" for name in there)
