"""What the pages of a case show, built once from its `Progress` in a constant number of queries.

`reading` is a case with the names and rows that sentences need, each read once; everything below takes it.
`chips` has the states in words, `steps` the map and the time, `papers` the dossier and what it lacks,
`acts` what the officer can do, and `case` puts the case page together.
"""
