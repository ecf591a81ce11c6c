"""What is done about what waits. Called from an open transaction."""

from portal.tasks.actions.leaving import put_back_all_of as put_back_all_of
from portal.tasks.actions.notes import correct_note as correct_note
from portal.tasks.actions.notes import keep_note as keep_note
from portal.tasks.actions.notes import remove_note as remove_note
from portal.tasks.actions.notes import write_note as write_note
from portal.tasks.actions.reminders import remind as remind
from portal.tasks.actions.tasks import finish as finish
from portal.tasks.actions.tasks import finish_tasks as finish_tasks
from portal.tasks.actions.tasks import give as give
from portal.tasks.actions.tasks import open_task as open_task
from portal.tasks.actions.tasks import put_back as put_back
from portal.tasks.actions.tasks import put_off as put_off
from portal.tasks.actions.tasks import reopen as reopen
from portal.tasks.actions.tasks import take as take
from portal.tasks.actions.tasks import take_tasks as take_tasks
from portal.tasks.actions.tasks import take_up as take_up
from portal.tasks.actions.vips import end_vip as end_vip
from portal.tasks.actions.vips import mark_vip as mark_vip
