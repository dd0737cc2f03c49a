"""What is said of Starlette."""

from levelground.survey.asking import keeps
from levelground.survey.packages import light
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "Starlette"
FEW = 5
"""Distributions that a framework may require and be called light."""

CHAPTER = Chapter(
    Subject(NAME, "starlette", "starlette", "A light toolkit for ASGI, which other frameworks build on."),
    (
        Claim(NAME, "starlette", f"It is light: it requires at most {FEW} other distributions.", light(FEW)),
        Claim(
            NAME,
            "starlette",
            "All the basics are in one program.",
            keeps("hello", "json", "greet", "greet-two", "number", "query", "request", "echo", "items"),
        ),
    ),
)
