"""The hub as `hub serve` serves it, but that people may sign in as they do at the demo."""

from __future__ import annotations

from auth.demo_persons import DemoPersons
from hub.app import create_app
from hub.composition.hub import Hub
from hub.settings import Settings

app = create_app(Hub.make(Settings.read()), demo=DemoPersons())
