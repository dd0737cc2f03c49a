"""Tests of the survey: its checks against services that lie, its verdicts, its answers about speed."""
