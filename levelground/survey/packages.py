"""Checks of what comes with a framework and what only with another package, by the metadata of what is installed."""

from packaging.utils import canonicalize_name

from levelground.stand.distributions import extra_of, required
from levelground.survey.terms import Check, Held, Look, Refuted, differs


def requires(*names: str) -> Check:
    """The framework brings these distributions by itself."""

    def check(look: Look) -> None:
        own = _own(look)
        for name in names:
            if canonicalize_name(name) not in own:
                raise differs(_asked(look), f"{name} among what it requires", ", ".join(sorted(own)) or "nothing")

    return check


def light(most: int) -> Check:
    """The framework requires no more than so many distributions, all in all."""

    def check(look: Look) -> None:
        own = _own(look)
        if len(own) > most:
            raise differs(_asked(look), f"at most {most}", f"{len(own)}: {', '.join(sorted(own))}")

    return check


def only_through_extra(wanted: str, extra: str) -> Check:
    """The framework does not bring `wanted`, but has this extra for it. The extra's name is not the feature's."""

    def check(look: Look) -> Held:
        if canonicalize_name(wanted) in _own(look):
            raise differs(_asked(look), f"no {wanted} without an extra", f"it requires {wanted} by itself")
        found = extra_of(look.installed, _name(look), wanted)
        look.note(f"{_asked(look)}: the extra for {wanted}", found or "none")
        if found != extra:
            raise differs(_asked(look), f"the extra {extra} for {wanted}", found or "none")
        return Held()

    return check


def by(check: Check, *names: str) -> Check:
    """`check`, which another distribution helps to pass: through those of `names` that the framework does not bring."""

    def checked(look: Look) -> Held:
        found = check(look) or Held()
        own = _own(look)
        for name in names:
            if canonicalize_name(name) not in look.installed:
                raise differs(_asked(look), f"{name} in the image", "it is not installed")
        foreign = [name for name in names if canonicalize_name(name) not in own]
        note = None if foreign else f"{_name(look)} brings {', '.join(names)} itself" if names else None
        return Held(", ".join(foreign) or found.through, note or found.note)

    return checked


def by_hand(check: Check, what: str) -> Check:
    """The service answers rightly, but with code of its own: the framework has no such thing."""

    def checked(look: Look) -> Held:
        check(look)
        raise Refuted(f"The service answers rightly, but by {what}: the framework has no such feature.")

    return checked


def without(check: Check, *names: str) -> Check:
    """`check` is passed, and none of these distributions is even installed."""

    def checked(look: Look) -> Held:
        found = check(look) or Held()
        present = [name for name in names if canonicalize_name(name) in look.installed]
        look.note(f"installed in the image, of {', '.join(names)}", ", ".join(present) or "none")
        if present:
            raise differs("the image", f"none of {', '.join(names)}", f"{', '.join(present)}")
        return found

    return checked


def _own(look: Look) -> set[str]:
    own = required(look.installed, _name(look))
    look.note(_asked(look), ", ".join(sorted(own)) or "nothing")
    return own


def _name(look: Look) -> str:
    assert look.distribution is not None
    return look.distribution


def _asked(look: Look) -> str:
    installed = look.installed.get(canonicalize_name(_name(look)))
    return f"metadata of {_name(look)} {installed.version if installed else '(not installed)'}: required without extras"
