"""Expected refusals: each carries a Chinese sentence that says what happened and what to do next."""


class Refused(Exception):
    """A rule said no; nothing was changed. Pages show the sentence, commands exit 1.

    `field`: the parameter of the action that it is about; a page that asks for it shows the sentence beside it.
    """

    def __init__(self, message: str, *, field: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.facts = facts


class Forbidden(Refused):
    """The user holds no post with this right (403)."""


class NotFound(Refused):
    """No such object within the user's scope (404)."""


class BadInput(Refused):
    """The input cannot be understood at all (commands exit 2)."""
