"""`make bench`: what the application costs, each figure beside its comparison in the same run.

lives.py    cases from first to last day, walked through the verbs: the one description of a case's life
history.py  copies of those lives until a database is full
ground.py   throw-away databases on SQLite and PostgreSQL
timing.py   two sides measured in turn, so that a busy machine slows both
figures/    one module per figure
"""
