"""Where a case, and each child in it, stands."""

from sopcases.cases.models.aid import Aid
from sopcases.cases.models.care import Assessment, Goal
from sopcases.cases.models.case import Case, CaseChild, CaseNumber, CaseOfficer, Outcome
from sopcases.cases.models.child import Adult, Child, ChildWord, Relation, Whereabouts
from sopcases.cases.models.dossier import (
    AgendaCounter,
    Custody,
    Filing,
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
    "Case",
    "CaseChild",
    "CaseNumber",
    "CaseOfficer",
    "Child",
    "ChildWord",
    "Custody",
    "Encounter",
    "Filing",
    "Goal",
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
