"""The colours of services: apart for everyone, legible on both pages, and always the same."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from levelground.showing import palette
from levelground.stand import catalog

Floats = NDArray[np.float64]
VISION = {
    "all cones": np.eye(3),
    "no red cones": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]),
    "no green cones": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
    "no blue cones": np.array([[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]),
}
"""Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB."""
SERVICES = [one.name for one in catalog.read()]


def linear(colour: str) -> Floats:
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Floats) -> Floats:
    xyz = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]) @ rgb
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.0888], 1e-9))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_no_two_colours_are_alike_for_anyone() -> None:
    for who, matrix in VISION.items():
        seen = [lab(np.clip(matrix @ linear(colour), 0, 1)) for colour in palette.COLOURS]
        nearest = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))
        assert nearest > 18, who


def test_every_colour_is_seen_on_the_white_and_on_the_dark_page() -> None:
    for colour in palette.COLOURS:
        assert contrast(colour, "#ffffff") >= 3, colour
        assert contrast(colour, "#14181d") >= 3, colour


def test_no_two_services_are_drawn_alike() -> None:
    looks = [palette.look(name, SERVICES) for name in SERVICES]
    assert len({(look.colour, look.shape) for look in looks}) == len(SERVICES)


def test_a_service_that_is_no_more_keeps_one_colour_too() -> None:
    assert palette.look("gone", SERVICES) == palette.look("gone", SERVICES)
    assert palette.look("gone", SERVICES).colour in palette.COLOURS


def test_at_most_eight_are_coloured_at_first_each_in_a_colour_of_its_own() -> None:
    first = palette.first(SERVICES, SERVICES)
    assert len(first) == palette.AT_ONCE == 8
    assert len({palette.look(name, SERVICES).colour for name in first}) == 8
