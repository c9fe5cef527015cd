"""Standing work 常设任务: what the hub does by itself."""

from __future__ import annotations

from datetime import timedelta

from hub.domain.words.worded import Words

#: How long a lease is good for that is not renewed.  A killed holder's work goes on elsewhere within 30 s: a lease and a look.
LEASE = timedelta(seconds=20)


class WorkState(Words):
    """任务状态 / state of standing work."""

    RUNNING = "RUNNING", "进行中", "running"
    DUE = "DUE", "到期待办", "due"
    WAITING = "WAITING", "等待下次", "waiting for its next time"
    IDLE = "IDLE", "空闲", "idle: it begins when there is something for it"
