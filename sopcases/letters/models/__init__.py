"""Which papers leave the building: letters, the hands that made them, and the numbers they carry."""

from sopcases.letters.models.certificate import Certificate
from sopcases.letters.models.letter import Letter, LetterAct
from sopcases.letters.models.register import Counter, Number, Series
from sopcases.letters.models.wording import HouseStyle, Wording

__all__ = ["Certificate", "Counter", "HouseStyle", "Letter", "LetterAct", "Number", "Series", "Wording"]
