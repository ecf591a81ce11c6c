"""Why something can't be done with a task, for whoever works at the desk."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal


class DoneAlready(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("It is done already."))


class SomebodyHasIt(Refusal):
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has it already. Give it to yourself if it is to be yours.", name=name))


class EndsByItself(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Nobody can only say that it is done: it ends with what there is to do."))


class NotAtWork(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose somebody who works here."))


class NothingWritten(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write a few words."))


class WrittenByAnother(Refusal):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Only whoever wrote a note corrects or removes it."))


class NotThen(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose a day and an hour that are still to come, within two years."))


class SayWhy(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say why in a few words: the reason is kept."))
