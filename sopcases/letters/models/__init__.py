"""Which papers leave the building: letters, the hands that made them, and the numbers they carry."""

from sopcases.letters.models.certificate import Certificate
from sopcases.letters.models.letter import Letter, LetterAct, Wording
from sopcases.letters.models.register import Counter, Number, Series

__all__ = ["Certificate", "Counter", "Letter", "LetterAct", "Number", "Series", "Wording"]
