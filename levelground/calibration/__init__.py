"""`make calibrate`: the instrument against known truths.

`parts` has the command and what it does part by part (with `timing` for the open loop, and `delays`, a server whose
answers take a known time); `certificate`, `plots` and `sheet` say what was found, in words, pictures and on a page.
"""
