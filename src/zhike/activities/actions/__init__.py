"""What is done about activities."""

from zhike.activities.actions.tasks import (
    TaskDraft,
    archive_task,
    create_task_row,
    finish_task,
    plan_next_step,
    plan_task,
    postpone_task,
    reopen_task,
    restore_task,
    update_task_row,
)
from zhike.activities.actions.touches import (
    TouchDraft,
    archive_touch,
    create_touch_row,
    log_touch,
    restore_touch,
    update_touch_row,
)

__all__ = [
    "TaskDraft",
    "TouchDraft",
    "archive_task",
    "archive_touch",
    "create_task_row",
    "create_touch_row",
    "finish_task",
    "log_touch",
    "plan_next_step",
    "plan_task",
    "postpone_task",
    "reopen_task",
    "restore_task",
    "restore_touch",
    "update_task_row",
    "update_touch_row",
]
