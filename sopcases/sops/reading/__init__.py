"""SOPs as offices have them: documents in, a draft with every cell traced out.

`sources` opens a file of any kind into a `document.Document`, bounded in time and memory; `understanding`
reads the SOP out of a document; `findings` names what contradicts itself. Nothing in here knows a given SOP.
"""
