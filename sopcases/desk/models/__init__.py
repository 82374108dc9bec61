"""What the desk keeps of its own: what can be made anew, and what concerns the office as a whole."""

from sopcases.desk.models.evaluation import Evaluation, Finding
from sopcases.desk.models.export import Export, ExportPages, ExportPart
from sopcases.desk.models.feed import Feed
from sopcases.desk.models.indicator import Indicator, Target
from sopcases.desk.models.measure import Measure, Reckoning, Summary
from sopcases.desk.models.outbox import Digest, Mail, Notice, Round

__all__ = [
    "Digest",
    "Evaluation",
    "Export",
    "ExportPages",
    "ExportPart",
    "Feed",
    "Finding",
    "Indicator",
    "Mail",
    "Measure",
    "Notice",
    "Reckoning",
    "Round",
    "Summary",
    "Target",
]
