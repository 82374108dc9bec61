"""How the office is doing: what is open now, what ended attempts measured, and how each SOP worked.

`measures.py` (pure) says what each figure means; `reckoning.py` keeps them; pages read both.
"""
