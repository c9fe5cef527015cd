"""The wall around each department's system: a contract for import-linter that finds the systems by their folders."""

from __future__ import annotations

from collections.abc import Iterable

import grimp
from importlinter import Contract, ContractCheck, fields, output


class AloneContract(Contract):
    """Each system, a package of `package` with a module `connector`, uses of the project only itself and what `may_use` names,
    and nobody but the modules of `known_by` uses a system.  Options are packages: what lies below goes with them.
    """

    type_name = "alone"

    package = fields.StringField()
    known_by = fields.ListField(subfield=fields.StringField())
    may_use = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        package, known_by, may_use = str(self.package), list(map(str, self.known_by)), list(map(str, self.may_use))  # type: ignore[call-overload]
        systems = {child for child in graph.find_children(package) if f"{child}.connector" in graph.modules}
        roots = {module.partition(".")[0] for module in graph.modules if not graph.is_module_squashed(module)}
        breaches = []
        for module in sorted(graph.modules):
            home = _within(module, systems)
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                there = _within(imported, systems)
                ours = imported.partition(".")[0] in roots
                if there and there != home and not _within(module, known_by):
                    breaches.append(f"{module} imports {imported}: a system is known to {', '.join(known_by)} alone")
                elif home and ours and there != home and not _within(imported, may_use):
                    breaches.append(f"{module} imports {imported}: what systems share stands in `may_use` of this contract")
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches, "systems": len(systems)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(breach)


def _within(module: str, packages: Iterable[str]) -> str | None:
    """The one of the packages in which a module lies."""
    return next((package for package in packages if module == package or module.startswith(f"{package}.")), None)
