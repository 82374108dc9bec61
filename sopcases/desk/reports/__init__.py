"""Registers and recaps: what the office keeps as books and sends upward, as page, PDF, XLSX and CSV.

Each report is a class (`asking.Report`) whose rows (`table.Row`) feed all four; files are made by `making`.
No report ranks officers, none counts what the reader may not see.
"""
