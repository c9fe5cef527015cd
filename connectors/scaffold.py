"""Making a new connector: a folder that works at once against its own sandbox, to be changed into the real thing."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.errors import OperatorMustAct

_MODEL = Path(__file__).parent / "securities_regulation"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,40}")


def scaffold(code: str, folder: Path) -> Path:
    """Make `folder/code` after the model of a paged REST connector; OperatorMustAct when the code will not do."""
    if not _CODE.fullmatch(code):
        raise OperatorMustAct("a code has lower-case letters, digits and underscores, and begins with a letter")
    target = folder / code
    if target.exists():
        raise OperatorMustAct(f"{target} is there already")
    name = "".join(part.capitalize() for part in code.split("_"))
    renamed = {
        "SecuritiesRegulation": name,
        "connectors.securities_regulation": f"connectors.{code}",
        'code = "securities_regulation"': f'code = "{code}"',
        "sandbox-securities-regulation": f"sandbox-{code.replace('_', '-')}",
        "证监局企业上市培育系统": f"{code}（名称待定）",
        "Listing support system of the securities regulator": f"{code}, to be named",
        "The securities-regulation department's system behind the provincial gateway.": f"The system {code}.",
    }
    (target / "samples").mkdir(parents=True)
    for source in sorted(_MODEL.rglob("*")):
        if source.suffix in (".py", ".toml", ".json"):
            text = source.read_text(encoding="utf-8")
            for old, new in renamed.items():
                text = text.replace(old, new)
            (target / source.relative_to(_MODEL)).write_text(text, encoding="utf-8")
    return target
