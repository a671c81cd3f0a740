"""The two readers, for tests of what holds whichever of them reads a run."""

import pytest

from app.runs.choice import ReaderName

READERS: tuple[ReaderName, ...] = ("cursor", "copy")
# For tests whose settings take the fixture `reader`, which otherwise leaves the choice to the plan.
both_readers = pytest.mark.parametrize("reader", READERS)
