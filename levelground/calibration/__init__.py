"""`make calibrate`: the instrument against known truths.

`parts` has the command and what it does part by part (with `timing` for the open loop, and `delays`, a server whose
answers take a known time); `plots` and `sheet` show what was found, in pictures and on a page.
"""
