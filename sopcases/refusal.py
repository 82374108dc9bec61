"""How a verb says no: with the sentence that the user reads."""


class Refused(Exception):
    """The act is not done. `sentences` tell what is wrong and what to do, in Indonesian."""

    status = 422

    def __init__(self, *sentences: str):
        self.sentences = tuple(sentences)
        super().__init__(" ".join(sentences))


class NotAllowed(Refused):
    """The officer may read, but not do this."""

    status = 403


class Conflict(Refused):
    """Somebody else changed the row since the form was shown."""

    status = 409


def demand(sentence: str | None, error: type[Refused] = NotAllowed) -> None:
    """Refuse with the sentence of a predicate, if it has one."""
    if sentence is not None:
        raise error(sentence)


def required(text: str, sentence: str) -> str:
    """What was typed, trimmed; refuses where nothing was."""
    text = text.strip()
    if not text:
        raise Refused(sentence)
    return text
