"""Judging: what is drafted is held against the graph as it stands, and every draft becomes one of three verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from auth.principals import Principal, Role
from auth.rights import Organ, Places, wrongs
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet, Stored
from hub.domain.discrepancies import WITHDRAWN, Difference, differences
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.mines import Mine
from hub.domain.records.penalties import CREDITS_OWN, Penalty
from hub.domain.rules import publication
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE, lies_within
from hub.domain.words.errors import ErrorCode, Problem
from hub.services.posting.discrepancies import Copied
from hub.services.posting.drafts import Draft, Refused, Submission, digest
from hub.services.posting.licences import Led, divisions
from hub.services.posting.sources import is_of_system
from hub.services.posting.successions import Succession, surroundings
from hub.storage.engine.database import Connection
from hub.storage.records import authorities, versions
from hub.storage.records.commitments import Commitment, commit
from hub.storage.records.last_words import Word, last_words

#: The kinds by which mines have their numbers.
_OF_NUMBERS = (RecordKind.MINE, RecordKind.LICENCE_SUCCESSION)


class Taken(NamedTuple):
    """A draft that becomes this version of its record; `reinstates` one that its own source had taken back.

    `before` is what stood until then, if anything did; `problems` are what a copy says otherwise, which is kept as
    discrepancies.
    """

    draft: Draft
    version: int
    commitment: Commitment
    reinstates: bool
    before: Stored | None
    problems: tuple[Problem, ...]


class Repeated(NamedTuple):
    """A draft that says what this version of its record says already."""

    draft: Draft
    version: int
    commitment: Commitment
    problems: tuple[Problem, ...]


class Stale(NamedTuple):
    """A draft that is older than what its own source has said since; this version of its record stands."""

    draft: Draft
    version: int
    commitment: Commitment

    @property
    def submission(self) -> Submission:
        return self.draft.submission

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (Problem("", ErrorCode.STALE),)


Verdict = Taken | Repeated | Stale | Refused


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the graph holds around some drafts.  What is taken is added, so that later drafts of a batch are held against it.

    `standing` are the records that the drafts would revise, `owned` those of them that are not the poster's to change: the
    credit system holds copies of the departments' penalties.  `words` are what the poster last said of them; `copies` are
    what its copies say otherwise.
    """

    heads: dict[str, versions.Head]
    words: dict[str, Word]
    standing: dict[str, Stored]
    owned: frozenset[str]
    references: ReferenceSet
    places: Places
    succession: Succession
    copies: dict[str, Copied] = field(default_factory=dict)

    def hear(self, draft: Draft) -> None:
        """Remember what the poster says."""
        if draft.changed_at:
            self.words[draft.id] = Word(draft.id, draft.changed_at, draft.said)


async def resolve(connection: Connection, caller: Principal, kind: RecordKind, led: Led) -> Surroundings:
    """Fetch what the drafts are held against, locked until the transaction ends where it could change under the judgement."""
    drafts = led.drafts
    heads = await versions.heads(connection, versions.TABLES[kind], (draft.id for draft in drafts)) if drafts else {}
    copying = caller.role is Role.CREDIT_DISCLOSURE
    revised = [d.id for d in drafts if d.id in heads and (copying or not heads[d.id].commitment.covers(d.digest))]
    standing = await versions.current_records(connection, kind, revised)
    copies = list(standing) if copying else []
    ordered = [draft.id for draft in drafts if draft.changed_at]
    news = {
        d.id for d in drafts if not (d.id in heads and heads[d.id].commitment.covers(d.digest) and not heads[d.id].withdrawn)
    }
    return Surroundings(
        heads=heads,
        words=await last_words(connection, caller.client_id, ordered),
        owned=await versions.posted_by_others(connection, versions.TABLES[kind], copies, caller.client_id),
        standing=standing,
        places=await places_of(
            connection, kind, [d.record for d in drafts] + [s.record for s in standing.values()], led.divisions
        ),
        succession=await surroundings(connection, led),
        # What stands already is held against nothing.
        references=await references(connection, [draft.record for draft in drafts if draft.id in news]),
    )


async def places_of(
    connection: Connection, kind: RecordKind, records: Sequence[Payload], known: Mapping[str, str] = MappingProxyType({})
) -> Places:
    """Where the mines lie and the organs act that these records name; of the mines some may be `known`."""
    named = {number for record in records for number in KINDS[kind].mines(record)} if kind is not RecordKind.MINE else set()
    more = named - known.keys()
    codes = (code for record in records if (code := getattr(record, record.organ, None)))
    organs = await authorities.registered(connection, codes)
    return Places(
        mines={**known, **((await divisions(connection, more))[0] if more else {})},
        organs={code: Organ(department, division) for code, (department, division) in organs.items()},
    )


async def references(connection: Connection, records: Sequence[Payload]) -> ReferenceSet:
    """The stored records that these ask for, one statement for each kind and field."""
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        for wanted in record.references():
            values[wanted.kind, wanted.field].update(wanted.values)
    found = ReferenceSet()
    for (kind, name), some in sorted(values.items()):
        for stored in await versions.live_records(connection, ReferenceQuery(kind, name, tuple(some))):
            found.add(kind, stored)
    return found


def concerned(kind: RecordKind, record: Payload, known: ReferenceSet) -> tuple[str, ...]:
    """The numbers of the mines of which a record tells: by way of another (`Kind.by_way_of`), as that stands among what is
    `known`."""
    facts = KINDS[kind]
    if facts.by_way_of is None:
        return facts.mines(record)
    noun = facts.leads_to_mines.noun
    other = known.by_id(noun, getattr(record, facts.by_way_of))
    return KINDS[RecordKind(noun)].mines(other.record) if other else ()


def judge(caller: Principal, kind: RecordKind, source: str, draft: Draft, graph: Surroundings) -> Verdict:
    """What becomes of a draft: it is taken, it repeats what stands, it comes too late, or it is refused."""
    head = graph.heads.get(draft.id)
    known = head.version if head else 0
    behind = head is not None and is_of_system(source) and _is_behind(draft, graph)
    elsewhere = _elsewhere(caller, kind, draft, graph)
    if problems := [
        *_unknown_mines(kind, draft, graph, elsewhere),
        *(graph.succession.misfits(draft) if not behind else ()),
        *(one for one in wrongs(caller, kind, draft.department, draft.record, graph.places) if one.path not in elsewhere),
    ]:
        return Refused(draft.index, draft.submission, problems)
    # Who may not say otherwise is not told what stands, nor whether it is what was sent.
    if problems := list(_not_theirs(caller, kind, draft, graph)):
        return Refused(draft.index, draft.submission, problems)
    word = graph.words.get(draft.id)
    if head and (behind or (word and draft.changed_at and draft.changed_at < word.changed_at)):
        return Stale(draft, known, head.commitment)
    told: tuple[Problem, ...] = ()
    if head is not None and draft.id in graph.owned:
        told = _compare(draft, head, graph)
    draft = _with_repair(caller, draft, graph)
    same = head is not None and head.commitment.covers(draft.digest)
    # A system that lists what it has taken back says nothing new; one that lists it as standing brings it back itself.
    gone = head is not None and head.withdrawn and draft.submission.withdrawn is None
    overruled = head is not None and not head.withdrawn and (not same or draft.submission.withdrawn is not None)
    if head and word and draft.changed_at == word.changed_at and draft.said == word.said and overruled:
        # The source has nothing new to say, and another's word has followed its last.
        return Stale(draft, known, head.commitment)
    if head and same and not gone:
        graph.hear(draft)
        return Repeated(draft, known, head.commitment, told)
    if problems := list(_against_standing(source, draft, graph)):
        return Refused(draft.index, draft.submission, problems)
    graph.hear(draft)
    before = graph.standing.get(draft.id) if head and not head.withdrawn else None
    graph.standing[draft.id] = Stored(draft.id, draft.department, draft.record)
    graph.references.add(kind.value, graph.standing[draft.id])
    graph.succession.take(draft)
    commitment = commit(draft.digest)
    graph.heads[draft.id] = versions.Head(draft.id, known + 1, commitment, False, draft.department.value, source)
    return Taken(draft, known + 1, commitment, gone, before, told)


def _is_behind(draft: Draft, graph: Surroundings) -> bool:
    """Whether a mine is told under a number of before: registries list the licences that ended beside those that came after."""
    return isinstance(draft.record, Mine) and graph.succession.today(draft.record.licence_no) != draft.record.licence_no


def _not_theirs(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Iterator[Problem]:
    """Why what stands is not the caller's to change.  It may be hidden from the caller: of its values none is told."""
    head, stored = graph.heads.get(draft.id), graph.standing.get(draft.id)
    if head is None or (stored is None and head.department == draft.department):
        return
    # What is not fetched says what the draft says.
    department, record = (stored.department, stored.record) if stored else (Department(head.department), draft.record)
    wrong = wrongs(caller, kind, department, record, graph.places)
    for path, code in dict.fromkeys((one.path.partition(".")[0], one.code) for one in wrong):
        yield Problem(path, code, draft.id)


def _against_standing(source: str, draft: Draft, graph: Surroundings) -> Iterator[Problem]:
    """Why a draft may not follow what stands: it expects another version, or does not fit."""
    head = graph.heads.get(draft.id)
    if head and head.withdrawn and draft.submission.withdrawn is None and not _own_word(source, head):
        yield Problem("", ErrorCode.WITHDRAWN, draft.id)
        return
    known = head.version if head else 0
    if draft.expected is not None and draft.expected != known:
        yield Problem("expectedVersion", ErrorCode.VERSION_CONFLICT, f"{known}")
        return
    stored = graph.standing.get(draft.id)
    if stored and draft.id in graph.owned:
        yield from draft.record.problems()
        return
    yield from draft.record.check_against(graph.references, draft.id, draft.department)


def _with_repair(caller: Principal, draft: Draft, graph: Surroundings) -> Draft:
    """A penalty's repair and its stated end are the credit system's to say, all else the deciding department's."""
    stored = graph.standing.get(draft.id)
    if stored is None or not isinstance(stored.record, Penalty) or not isinstance(draft.record, Penalty):
        return draft
    if draft.id in graph.owned:
        given, stated = replace(stored.record, **_of_credits(draft.record, CREDITS_OWN)), stored.stated
        forms = None
    else:
        silent = [name for name in CREDITS_OWN if getattr(draft.record, name) is None]
        if caller.role is Role.CREDIT_DISCLOSURE or not silent:
            return draft
        given, stated = replace(draft.record, **_of_credits(stored.record, silent)), draft.stated
        forms = draft.sent_forms
    return replace(draft, record=given, digest=digest(given, stated), stated=stated, sent_forms=forms)


def _of_credits(record: Penalty, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _own_word(source: str, head: versions.Head) -> bool:
    """Whether the system that says that a record stands is the one that had taken it back."""
    return is_of_system(source) and head.source == source


def _compare(draft: Draft, head: versions.Head, graph: Surroundings) -> tuple[Problem, ...]:
    """A copy never overrules its original: what it says otherwise is remembered, and told to who sent it."""
    stored = graph.standing[draft.id]
    found = list(differences(stored.record, draft.record, draft.submission.data, but=CREDITS_OWN))
    taken_back = draft.submission.withdrawn is not None
    # What is annulled here, or to be published no more, is withdrawn there as it should be.
    rightly = taken_back and isinstance(stored.record, Penalty) and publication.is_to_be_taken_back(stored.record)
    if head.withdrawn is not taken_back and not rightly:
        found.append(Difference(WITHDRAWN, head.withdrawn, not head.withdrawn))
    organ = graph.places.organs[getattr(stored.record, stored.record.organ)]
    number = str(getattr(stored.record, "document_number", draft.id))
    graph.copies[draft.id] = Copied(draft.id, stored.department, organ.division, number, found)
    return tuple(Problem(one.field, ErrorCode.COPY_DIFFERS) for one in found)


def _elsewhere(caller: Principal, kind: RecordKind, draft: Draft, graph: Surroundings) -> Mapping[str, str]:
    """The mines that a draft names and the caller may not see, by their paths: they are told as if there were none.

    Whose numbers mines have is the business of who posts them and their successions.
    """
    if caller.division_code == PROVINCE or kind in _OF_NUMBERS:
        return {}
    sent = draft.stated if draft.stated and len(draft.stated) == len(draft.mines) else draft.mines
    return {
        draft.record.path_of_mine(position): number
        for position, (number, leads) in enumerate(zip(sent, draft.mines, strict=True))
        if leads in graph.places.mines and not lies_within(graph.places.mines[leads], caller.division_code)
    }


def _unknown_mines(kind: RecordKind, draft: Draft, graph: Surroundings, elsewhere: Mapping[str, str]) -> Iterator[Problem]:
    # Of numbers that succeed one another more is to be told (`hub.domain.records.successions`).
    for position, number in enumerate(draft.mines if kind not in _OF_NUMBERS else ()):
        path = draft.record.path_of_mine(position)
        if number not in graph.places.mines or path in elsewhere:
            yield Problem(path, ErrorCode.UNKNOWN_MINE, elsewhere.get(path, number))
