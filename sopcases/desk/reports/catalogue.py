"""Every report there is, in the order of the page that lists them."""

from sopcases.desk.reports.asking import Report
from sopcases.desk.reports.attendance import AttendanceBook
from sopcases.desk.reports.cases import CaseRegister
from sopcases.desk.reports.children import ChildRegister
from sopcases.desk.reports.recap import Recap
from sopcases.desk.reports.spm import Indicators

REPORTS: dict[str, type[Report]] = {
    report.slug: report for report in (CaseRegister, ChildRegister, AttendanceBook, Recap, Indicators)
}
