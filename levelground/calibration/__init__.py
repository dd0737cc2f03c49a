"""`make calibrate`: the instrument against known truths.

`parts` has the command and the list of parts. What they do: `generator` beside its rivals; `slowed`, a container with
known extra work, measured in `lanes`; `timing`, the open loop against `delays`, a server whose answers take a known
time; `recorded`, what runs on record say. `plots` and `sheet` show what was found, in pictures and on a page.
"""
