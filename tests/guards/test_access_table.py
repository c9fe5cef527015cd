"""Every field of the schema is in the access table's reach, and the table has no dead row."""

from __future__ import annotations

from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from auth.principals import Role
from auth.rules import POSTED_BY, POSTING, READING, VISIBILITY, is_masked
from hub.domain.declaring.declarations import RESERVED
from hub.domain.declaring.fields import fields_of, snake
from hub.domain.record_kinds import KINDS, PARTS, RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.views.nouns import VIEWS
from schema.planner.arguments import python_name
from schema.root import build_schema
from tests.duties import MADE

SCHEMA = build_schema()._schema
NOUNS = {
    snake(kind.name): kind
    for kind in SCHEMA.type_map.values()
    if isinstance(kind, GraphQLObjectType) and snake(kind.name) in VIEWS
}


def test_every_noun_that_can_be_read_has_a_type_and_a_rule() -> None:
    untyped, ruled = set(VIEWS) - set(NOUNS), {rule.noun for rule in READING}
    assert not untyped, f"{untyped} of VIEWS in hub/storage/views/nouns.py have no type of their name in schema/"
    assert not set(VIEWS) - ruled, f"{set(VIEWS) - ruled} have no ReadRule in READING of auth/rules.py: nobody may read them"
    assert not ruled - set(VIEWS), (
        f"{ruled - set(VIEWS)} have a ReadRule in auth/rules.py, and no view in hub/storage/views/nouns.py"
    )


def test_every_field_of_a_type_is_an_attribute_of_its_nouns_view() -> None:
    for noun, kind in NOUNS.items():
        for field in kind.fields.values():
            known = python_name(field) in VIEWS[noun].fields
            assert known, f"{kind.name}.{python_name(field)} of schema/ is no field of the view of {noun} in hub/storage/views"


def test_no_rule_names_a_field_that_is_not_there() -> None:
    for role in Role:
        for noun, name in VISIBILITY[role].fields:
            assert name in VIEWS[noun].fields, f"READING of auth/rules.py masks {noun}.{name} for {role}, which is not there"


def test_a_field_that_somebody_may_not_see_can_be_null() -> None:
    for noun, kind in NOUNS.items():
        for field in kind.fields.values():
            if is_masked(noun, python_name(field)):
                cure = "auth/rules.py masks it for somebody, so its type in schema/ is `… | None`"
                assert not str(field.type).endswith("!"), f"{kind.name}.{python_name(field)}: {cure}"


def test_a_field_that_cannot_be_null_is_no_nullable_column() -> None:
    for noun, kind in NOUNS.items():
        for field in kind.fields.values():
            source = VIEWS[noun].fields[python_name(field)]
            if is_leaf_type(get_named_type(field.type)) and str(field.type).endswith("!"):
                cure = "its column can be null, so its type in schema/ is `… | None`"
                assert not getattr(source, "nullable", False), f"{kind.name}.{python_name(field)}: {cure}"


def test_every_kind_can_be_posted_by_somebody_and_stored() -> None:
    unposted = set(RecordKind) - set(POSTED_BY)
    assert not unposted, f"{unposted} have no department in POSTED_BY of auth/rules.py: nobody may post them"
    assert {rule.kind for rule in POSTING} == set(RecordKind) == set(TABLES) == set(KINDS)


def test_every_kind_has_a_made_item_for_tests() -> None:
    unmade = set(RecordKind) - set(MADE)
    assert not unmade, f"{unmade} have no maker of a valid item: write one in tests/duties.py and give it a line in MADE"


def test_banks_and_the_public_post_nothing() -> None:
    for role in (Role.BANK, Role.PUBLIC):
        assert not [rule.kind for rule in POSTING if role in rule.roles], f"no PostRule of auth/rules.py names {role}"


def test_the_public_reads_what_is_named_here_and_nothing_else() -> None:
    """A noun that is open to everyone is open to whoever asks: it is added here when that is meant."""
    parts = {snake(part.__name__) for part in PARTS}
    plan = {"plan", "plan_phase", "plan_target", "division", "department_info"}
    shown = {"mine", "directory_entry", "penalty", "appeal", "target_progress", "source"}
    assert VISIBILITY[Role.PUBLIC].nouns.keys() == parts | plan | shown
    assert not VISIBILITY[Role.PUBLIC].withdrawn


def test_what_lists_are_sorted_by_is_indexed_and_never_null() -> None:
    for kind, facts in KINDS.items():
        table = TABLES[kind]
        first = {next(iter(index.columns)).name for index in table.indexes}
        for name, field in table.c.items():
            declared = next((f for f in facts.payload.__dataclass_fields__.values() if f.name == name), None)
            if declared is not None and declared.metadata["spec"].sort:
                assert not field.nullable, f"{kind}.{name} is declared `sort`: its type in hub/domain/records is not `… | None`"
                assert name in first, (
                    f"{table.name}.{name} is declared `sort` and has no index: hub/storage/records/versions.py"
                )


def test_a_personal_field_is_masked_for_all_but_departments_and_the_credit_system() -> None:
    for kind, facts in KINDS.items():
        for field in fields_of(facts.payload):
            for role in (Role.BANK, Role.OPERATOR, Role.PUBLIC) if field.spec.personal else ():
                open_to = kind.value in VISIBILITY[role].nouns and (kind.value, field.name) not in VISIBILITY[role].fields
                cure = f"give `_personal(RecordKind.{kind.name}, _NEVER)` to the rows of READING in auth/rules.py"
                assert not open_to, f"{kind}.{field.name} is personal and open to {role}: {cure}"


def test_what_the_hub_says_of_every_record_is_no_name_for_a_kinds_own_field() -> None:
    for kind, facts in KINDS.items():
        own = {name for f in fields_of(facts.payload) for name in (f.name, f.spec.link.name if f.spec.link else f.name)}
        hub = {column.name for column in TABLES[kind].c} | {"record_id", "withdrawn", "log_position", "versions"}
        assert hub - own <= RESERVED, f"add {hub - own - RESERVED} to RESERVED in hub/domain/declaring/declarations.py"
