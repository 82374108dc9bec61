"""Where a case, and each child in it, stands."""

from sopcases.cases.models.aid import Aid
from sopcases.cases.models.care import Assessment, Goal
from sopcases.cases.models.carrying import CarriedAttempt, Carrying
from sopcases.cases.models.case import Case, CaseChild, CaseNumber, CaseOfficer, Outcome
from sopcases.cases.models.child import Adult, Category, Child, ChildWord, Relation, Whereabouts
from sopcases.cases.models.dossier import (
    AgendaCounter,
    Custody,
    Filing,
    InkHand,
    Mandate,
    Paper,
    Photo,
    ProgressNote,
    Waiver,
)
from sopcases.cases.models.encounter import Encounter
from sopcases.cases.models.merge import Merge
from sopcases.cases.models.session import Attendance, Session
from sopcases.cases.models.visit import Visit
from sopcases.cases.models.walk import Attempt, Interval

__all__ = [
    "Adult",
    "AgendaCounter",
    "Aid",
    "Assessment",
    "Attempt",
    "Attendance",
    "CarriedAttempt",
    "Carrying",
    "Case",
    "CaseChild",
    "CaseNumber",
    "CaseOfficer",
    "Category",
    "Child",
    "ChildWord",
    "Custody",
    "Encounter",
    "Filing",
    "Goal",
    "InkHand",
    "Interval",
    "Mandate",
    "Merge",
    "Outcome",
    "Paper",
    "Photo",
    "ProgressNote",
    "Relation",
    "Session",
    "Visit",
    "Waiver",
    "Whereabouts",
]
