"""Every module has a test of its name, or a line in tests/README.md that says which test holds it."""

from __future__ import annotations

from pathlib import Path

from tests.near import ROOT, covers, lines, modules, near, own_tests


def test_every_module_is_held_by_a_test() -> None:
    table = lines()
    for module in modules():
        name, folder = Path(module).stem, Path(module).parent
        cure = f"write tests/{folder}/test_{name}.py, or give it a line in the table of tests/README.md"
        assert own_tests(module) or any(covers(pattern, module) for pattern, _ in table), f"nothing tests {module}: {cure}"


def test_every_line_of_the_table_holds_something_and_names_tests_that_are_there() -> None:
    untested = [module for module in modules() if not own_tests(module)]
    for pattern, tests in lines():
        assert tests, f"the line `{pattern}` of tests/README.md names no test"
        for test in tests:
            assert (ROOT / test).is_file(), f"the line `{pattern}` of tests/README.md names {test}, which is not there"
        held = [module for module in untested if covers(pattern, module)]
        assert held, f"strike the line `{pattern}` from tests/README.md: it holds nothing that has no test of its own name"


def test_near_a_change_are_its_own_test_or_what_its_line_names_and_always_the_guards() -> None:
    assert near([]) == ["tests/guards"]
    assert near(["hub/services/log/sequencer.py"]) == ["tests/guards", "tests/hub/services/log/test_sequencer.py"]
    assert near(["auth/pages.py", "README.md"]) == ["tests/acceptance/test_sign_in.py", "tests/guards"]
    assert near(["migrations/env.py", "tests/hub/test_cli.py", "tests/makers.py"]) == [
        "tests/guards",
        "tests/hub/test_cli.py",
        "tests/migrations",
    ]
    assert near(["tests/console/looking.py", "tests/acceptance/audit/audit.mjs", "tests/hub/gone/test_gone.py"]) == [
        "tests/acceptance",
        "tests/console",
        "tests/guards",
    ]
    assert near(["hub/console/web/src/routes.json"]) == ["tests/console", "tests/guards"]
