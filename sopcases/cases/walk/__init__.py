"""The verbs that move a case. Each works on the locked case row, writes fact and journal together, and
refuses with a sentence.

    with walking(case, by) as walk:
        walk.finish("4", acted_at=…, acted_by=[…])

`by` is an Officer: the user, the moment of recording and the authority used. Acts lie between the event that
opened the case and that moment; they may come before their step's turn.

One class in layers, each standing only on those before it: `attempts` begin, run and end; `steps` are done,
with `papers`, `waits` for others and the `children` in the case; `walking` adds the case as a whole.
"""

from sopcases.cases.walk.children import Ending, Judged
from sopcases.cases.walk.steps import Leave
from sopcases.cases.walk.walking import Captioned, Walk, roll, walking, walking_many

__all__ = ["Captioned", "Ending", "Judged", "Leave", "Walk", "roll", "walking", "walking_many"]
