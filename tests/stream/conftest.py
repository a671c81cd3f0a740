"""A server with reports made for following: many small chunks, many bytes, many moments."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests.serving import Served, serving_reports, write_reports

FOLLOWED = {
    "small_chunks": """
-- title = "Small chunks"
-- parameters = [{ name = "n", label = "How many", default = 700 }]
-- chunk_rows = 20
select i as number, md5(i::text) as text, null::text as nothing, '😀' as wide
from generate_series(1, $1::int) as i order by i
""",
    "long": """
-- title = "Many bytes"
-- parameters = [{ name = "n", label = "How many", default = 8000 }]
-- chunk_rows = 100
select i as number,
    (select string_agg(md5(i::text || j), '') from generate_series(1, 16) as j) as text
from generate_series(1, $1::int) as i order by i
""",
    "live": """
-- title = "A row now and then"
-- parameters = [{ name = "n", label = "How many", default = 300 }]
-- chunk_rows = 4
select i as number, pg_sleep(0.003)::text as slept from generate_series(1, $1::int) as i
""",
    "one_row": """
-- title = "A row, and then nothing for a minute"
select i as number, case when i > 1 then pg_sleep(60)::text end as slept
from generate_series(1, 2) as i
""",
    "uncounted": """
-- title = "No total"
-- total = "none"
-- chunk_rows = 10
select i as number from generate_series(1, 100) as i
""",
    "estimated": """
-- title = "A total that is too low"
-- total = "estimate"
-- chunk_rows = 100
select i as number from generate_series(1, 5000) as i where i % 2 < 2
""",
}


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    reports = write_reports(tmp_path / "reports")
    for name, text in FOLLOWED.items():
        (reports / f"{name}.sql").write_text(text.lstrip())
    return Settings(
        data=tmp_path / "data",
        reports=reports,
        database_url=database_url,
        state_url=database_url,
        follower_grace=300.0,
        send_timeout=20.0,
    )


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Served]:
    async with serving_reports(settings) as served:
        yield served
