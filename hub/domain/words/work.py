"""Standing work 常设任务: what the hub does by itself."""

from __future__ import annotations

from hub.domain.words.worded import Words


class WorkState(Words):
    """任务状态 / state of standing work."""

    RUNNING = "RUNNING", "进行中", "running"
    DUE = "DUE", "到期待办", "due"
    WAITING = "WAITING", "等待下次", "waiting for its next time"
