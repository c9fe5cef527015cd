"""The wall around each department's system: contracts for import-linter that find the systems by their folders."""

from __future__ import annotations

from collections.abc import Iterable

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.layers import LayersContract


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
        systems = _systems(graph, package)
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


class FloorsContract(LayersContract):
    """Layers of packages that hold systems: all else in them has its floor, a system needs none."""

    type_name = "floors"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        packages = [str(container) for container in self.containers]  # type: ignore[attr-defined]
        self.exhaustive_ignores = {s.rpartition(".")[2] for package in packages for s in _systems(graph, package)}  # type: ignore[assignment]
        return super().check(graph, verbose)


def _systems(graph: grimp.ImportGraph, package: str) -> set[str]:
    """The departments' systems in a package: what has a module `connector`."""
    return {child for child in graph.find_children(package) if f"{child}.connector" in graph.modules}


def _within(module: str, packages: Iterable[str]) -> str | None:
    """The one of the packages in which a module lies."""
    return next((package for package in packages if module == package or module.startswith(f"{package}.")), None)
