"""What is made once, from settings: the services of a hub, each from what it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from auth.principals import Role
from auth.tokens import Tokens
from connectors.base import Connector
from connectors.manifests import MANIFESTS
from connectors.registry import CONNECTORS, read_again
from hub.composition import memory
from hub.composition.background_tasks import Work
from hub.composition.memory import Memory
from hub.domain.words.errors import ErrorCode, HubError
from hub.services import replicas
from hub.services.access import revocations, sessions, uses
from hub.services.access.clients import Clients
from hub.services.access.replays import Replays
from hub.services.access.revocations import Revocations
from hub.services.access.sessions import Sessions
from hub.services.access.trusted_documents import TrustedDocuments
from hub.services.access.uses import Uses
from hub.services.banks import attestations as attested
from hub.services.banks import portfolios as watched
from hub.services.banks.attestations import Attestations
from hub.services.banks.first_posts import FirstPosts
from hub.services.banks.loan_checks import LoanChecks
from hub.services.banks.portfolios import Portfolios
from hub.services.cursors import PURPOSE, Cursors
from hub.services.evidence import read_ledger
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.log import followers, listener, sequencer
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.listener import Listener
from hub.services.log.sequencer import Sequencer
from hub.services.once import KeptAnswers
from hub.services.posting import unread
from hub.services.posting.pipeline import Posting
from hub.services.posting.unread import Unread
from hub.services.reading import Reading
from hub.services.replicas import Replicas
from hub.services.sealing import Sealing
from hub.services.upkeep import calendar, divisions
from hub.services.upkeep.calendar import Calendars
from hub.services.upkeep.divisions import Divisions
from hub.services.upkeep.screenings import Screenings
from hub.services.work import webhook_delivery
from hub.services.work.desk import RejectionDesk
from hub.services.work.ingest import Ingest
from hub.services.work.quarantine import Quarantine
from hub.services.work.redelivery import Deliveries
from hub.services.work.webhook_delivery import WebhookDelivery
from hub.services.work.webhook_sending import Sender
from hub.services.work.webhooks import Webhooks
from hub.settings import Settings, connector_settings
from hub.signing import SigningKeys
from hub.storage.engine.clock import DatabaseClock
from hub.storage.engine.database import Database
from schema import attestations as attesting
from schema import loan_checks
from schema import portfolios as watching
from schema.budgets import Budgets, Place
from schema.execution import Graph
from schema.guests import Guests
from schema.limits import Limits
from schema.root import build_schema

#: Operations of one address of the public at the same time.
_OF_ONE_ADDRESS = 8


@dataclass(frozen=True)
class Hub:
    """Everything that is made once from settings."""

    settings: Settings
    database: Database
    posting: Posting
    reading: Reading
    clients: Clients
    reads: ReadLedger
    replays: Replays
    revocations: Revocations
    sessions: Sessions
    tokens: Tokens
    keys: SigningKeys
    ingest: Ingest
    rejections: RejectionDesk
    graph: Graph
    budgets: Budgets
    guests: Guests
    documents: TrustedDocuments
    sequencer: Sequencer
    following: Followers
    listener: Listener
    consumers: Consumers
    webhooks: Webhooks
    unread: Unread
    calendars: Calendars
    screenings: Screenings
    divisions: Divisions
    kept_answers: KeptAnswers
    attestations: Attestations
    portfolios: Portfolios
    uses: Uses

    @classmethod
    def make(cls, settings: Settings, clocks: DatabaseClock | None = None) -> Hub:
        """A hub by its settings; `clocks` may stand for another machine's."""
        clocks = clocks or DatabaseClock()
        clock = clocks.now
        database = Database(
            settings.database_url, read_seconds=settings.read_seconds, pool_size=settings.pool_size, clock=clocks
        )
        keys = SigningKeys.load_or_create(settings.key_path, now=clocks.seconds)
        at_once = {
            Place.OPERATION: settings.operations_at_once,
            Place.SUBSCRIPTION: settings.subscriptions_at_once,
            Place.SOCKET: settings.sockets_at_once,
        }
        budgets = Budgets(per_minute=settings.cost_per_minute, at_once=at_once)
        guests = Guests(
            budgets,
            per_minute=settings.public_cost_per_minute,
            at_once=at_once | {Place.OPERATION: min(_OF_ONE_ADDRESS, settings.operations_at_once)},
        )
        ended = Revocations(database, now=clocks.seconds)
        numbering = Sequencer(database)
        posting = Posting(database, clock, posted=numbering.posted)
        quarantine = Quarantine(database, posting, clock, read_again=read_again)
        rejections = RejectionDesk(database, posting, quarantine, clock, manifests=MANIFESTS)
        copies = Replicas(database, _copies(settings, database, clocks))
        reading = Reading(database, clock, cursors=Cursors(partial(keys.every_derived, PURPOSE)), replicas=copies)
        reads = ReadLedger(database, clock, days=settings.ledger_days)
        # To know who has ever posted the whole log is read once.
        first_posts = FirstPosts(database)
        checks = LoanChecks(database, clock, first_posts=first_posts)
        portfolios = Portfolios(database, clock, first_posts=first_posts)
        attestations = Attestations(database, checks, keys, settings.public_address.rstrip("/"), clock)
        following = Followers(database, unnumbered=numbering.behind, grown=(attestations.grown, portfolios.grown))
        consumers = Consumers(database, clock)
        sender = Sender.allowed(settings.webhook_networks, clock)
        webhooks = Webhooks(database, Sealing("webhooks", partial(keys.every_derived, "webhooks")), sender, clock)
        kept = KeptAnswers(
            database,
            Sealing("kept_answers", partial(keys.every_derived, "kept_answers")),
            clock,
            posted=numbering.posted,
        )
        return cls(
            settings=settings,
            database=database,
            posting=posting,
            reading=reading,
            clients=Clients(database, clock),
            reads=reads,
            replays=Replays(database, clock),
            revocations=ended,
            sessions=Sessions(database, ended, clock, idle=settings.session_idle_seconds, longest=settings.session_seconds),
            tokens=Tokens(keys, settings.public_address, now=clocks.seconds),
            keys=keys,
            rejections=rejections,
            ingest=Ingest(database, posting, clock, quarantine=quarantine),
            graph=Graph(
                build_schema(),
                reading,
                posting,
                following=following,
                consumers=consumers,
                webhooks=webhooks,
                documents=TrustedDocuments(database),
                reads=reads,
                rejections=rejections,
                deliveries=Deliveries(database, clock),
                portfolios=portfolios,
                introspects=_roles(settings.introspection),
                limits=Limits(cost=settings.cost_per_operation),
                charge=guests.take,
                owe=guests.owe,
                read_seconds=settings.read_seconds,
                write_seconds=settings.write_seconds,
                tellers={**loan_checks.tellers(checks), **attesting.tellers(attestations), **watching.tellers(portfolios)},
                kept=kept,
            ),
            budgets=budgets,
            guests=guests,
            documents=TrustedDocuments(database),
            sequencer=numbering,
            following=following,
            consumers=consumers,
            webhooks=webhooks,
            listener=Listener(database, numbering.numbered),
            unread=Unread(database, budgets.owe, clock),
            calendars=Calendars(database, clock=clock, passed=posting.passed),
            screenings=Screenings(database, posting, clock),
            divisions=Divisions(database, clock),
            kept_answers=kept,
            attestations=attestations,
            portfolios=portfolios,
            uses=Uses(database, clock),
        )

    @property
    def works(self) -> Sequence[Work]:
        """What a serving hub does by itself."""
        return (
            self._numbering,
            *self._following_the_log,
            *self._copying,
            *((self._webhooks,) if self.settings.work else ()),
            Work("revocations", self.revocations.work, revocations.TICK_SECONDS),
            Work("sessions", self.sessions.work, sessions.TICK_SECONDS),
            *self._knowing,
            Work("attestations", self.attestations.work, attested.TICK_SECONDS, bell=self.attestations.grown),
            Work("portfolios", self.portfolios.work, watched.TICK_SECONDS, bell=self.portfolios.grown),
            Work("uses", self.uses.work, uses.WINDOW_SECONDS, at_end=self.uses.write),
            Work("memory", Memory().work, memory.TICK_SECONDS),
            Work("unread", self.unread.work, unread.TICK_SECONDS, at_end=self.unread.write),
            Work("read_ledger", self.reads.work, read_ledger.WINDOW_SECONDS, at_end=self.reads.write),
        )

    @property
    def upkeep(self) -> Sequence[Work]:
        """What a process does besides its standing work that serves nothing."""
        return (self._numbering, *self._following_the_log, self._webhooks, *self._knowing)

    @property
    def _following_the_log(self) -> Sequence[Work]:
        following, bell = self.following, self.sequencer.numbered
        look = Work("followers", following.work, followers.TICK_SECONDS, behind=following.behind, bell=bell)
        return (look, *self._listening)

    @property
    def _webhooks(self) -> Work:
        assert self.graph.webhook_documents is not None
        delivery = WebhookDelivery(
            self.database,
            self.webhooks,
            self.following,
            find=self.clients.find,
            read=self.graph.webhook_documents.read,
            clock=self.database.clock.now,
        )
        return Work("webhooks", delivery.work, webhook_delivery.TICK_SECONDS, at_end=delivery.close)

    @property
    def _numbering(self) -> Work:
        numbering = self.sequencer
        return Work("sequencer", numbering.work, sequencer.TICK_SECONDS, behind=numbering.behind, bell=numbering.posted)

    @property
    def _knowing(self) -> Sequence[Work]:
        # What a process knows of the world is looked up again by each.
        return (
            Work("calendar", self.calendars.work, calendar.TICK_SECONDS),
            Work("divisions", self.divisions.work, divisions.TICK_SECONDS),
        )

    @property
    def _copying(self) -> Sequence[Work]:
        copies = self.reading.replicas
        return (Work("replicas", copies.work, replicas.TICK_SECONDS, at_end=copies.close),) if copies.all else ()

    @property
    def _listening(self) -> Sequence[Work]:
        # A SQLite file is one process's.
        if self.database.is_sqlite:
            return ()
        return (Work("listener", self.listener.work, listener.LOOK_SECONDS, at_end=self.listener.close),)

    def connectors(self, settings: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Connector]:
        """The connectors whose settings are there: those given, else those of the environment."""
        joined: dict[str, Connector] = {}
        for code, connector in CONNECTORS.items():
            names = [setting.name for setting in connector.manifest.settings]
            values = (settings or {}).get(code) or connector_settings(code, names)
            if values:
                joined[code] = connector(values, clock=self.database.clock.now)
        return joined


def _copies(settings: Settings, primary: Database, clocks: DatabaseClock) -> list[Database]:
    """The copies of a database; INVALID_INPUT for addresses that are none of a PostgreSQL server, or copies of a file."""
    name = "HUB_REPLICA_URLS"
    try:
        copies = [
            Database(url, read_seconds=settings.read_seconds, pool_size=settings.pool_size, clock=clocks)
            for url in settings.replicas
        ]
    except HubError as error:
        raise HubError(ErrorCode.INVALID_INPUT, error.detail.replace("HUB_DATABASE_URL", name), field=name) from None
    if copies and (primary.is_sqlite or any(copy.is_sqlite for copy in copies)):
        raise HubError(ErrorCode.INVALID_INPUT, f"{name}: postgresql://…", field=name)
    return copies


def _roles(words: str) -> frozenset[Role]:
    """Roles by commas, for a setting; INVALID_INPUT for a word that is none."""
    roles = {word.strip() for word in words.split(",")} - {""}
    if not roles <= set(Role):
        raise HubError(ErrorCode.INVALID_INPUT, f"roles: {', '.join(Role)}", field="HUB_INTROSPECTION")
    return frozenset(map(Role, roles))
