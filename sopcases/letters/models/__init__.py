"""Which papers leave the building, and which come in: letters, the hands that made them, their numbers."""

from sopcases.letters.models.certificate import Certificate
from sopcases.letters.models.incoming import Disposition, IncomingLetter
from sopcases.letters.models.letter import Letter, LetterAct
from sopcases.letters.models.register import Counter, Number, Series
from sopcases.letters.models.wording import HouseStyle, Wording

__all__ = [
    "Certificate",
    "Counter",
    "Disposition",
    "HouseStyle",
    "IncomingLetter",
    "Letter",
    "LetterAct",
    "Number",
    "Series",
    "Wording",
]
