"""The admin pages of SOPs: drafts are edited here, checked, and put in force; what is in force is only read.

`definitions` has what all revisions share, `revisions` the page of one, `steps` its steps, `acts` the verbs
on it, `sharing` its file, `fields` what is typed there. Django finds the pages by this import.
"""

from sopcases.people.admin import belongs
from sopcases.sops.admin.definitions import PaperKindAdmin, SopAdmin
from sopcases.sops.admin.revisions import RevisionAdmin
from sopcases.sops.admin.steps import StepAdmin
from sopcases.sops.models import (
    Note,
    Output,
    PaperKind,
    Performer,
    Requirement,
    Revision,
    RevisionAct,
    Sop,
    Step,
)

__all__ = ["PaperKindAdmin", "RevisionAdmin", "SopAdmin", "StepAdmin"]

belongs(PaperKind, "agency_id")
belongs(Sop, "agency_id")
belongs(Revision, "sop__agency_id")
belongs(Step, "revision__sop__agency_id")
belongs(Note, "revision__sop__agency_id")
belongs(RevisionAct, "revision__sop__agency_id")
belongs(Performer, "step__revision__sop__agency_id")
belongs(Output, "step__revision__sop__agency_id")
belongs(Requirement, "step__revision__sop__agency_id")
