"""How the cost grows with the number of rows, for narrow and wide ones."""

from collections.abc import Iterator

from loadtests.bench.followed import follower
from loadtests.bench.ground import Ground
from loadtests.bench.queries import SHAPES, Query, Shape
from loadtests.bench.rounds import Line

ROUNDS = 3


def shapes(ground: Ground) -> Iterator[Line]:
    """Each shape with each of its sizes: the copy reader against COPY, the cursor its like."""
    for shape in SHAPES[1:2] if ground.is_quick else SHAPES:
        ground.make(shape.setup(is_full=ground.is_full))
        for query, rows in shape.queries(is_full=ground.is_full):
            if not ground.is_quick or rows < shape.sizes[-1]:
                yield from one_size(ground, shape, query)


def one_size(ground: Ground, shape: Shape, query: Query) -> Iterator[Line]:
    """So many rows of that shape."""
    contestants = [
        follower(ground, query, reader="copy", encoding="zstd", references=[ground.copy(query)]),
        follower(ground, query, reader="cursor", encoding="zstd", references=[ground.fetch(query)]),
    ]
    section = f"shape {shape.name.replace('_', ' ')}"
    yield from ground.rounds_of(section, query, contestants, most=ROUNDS)
