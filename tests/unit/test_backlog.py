"""The backlog: what was appended is read, by one writer, and its faults are told."""

import stat
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings, strategies as st

from app.errors import Gone, Storage
from app.runs.backlog import BacklogFolder, WriterAlive
from app.runs.backlog_writer import RESERVE_BYTES
from app.runs.frames import RECORD_BYTES
from app.runs.run import RunId, new_run_id
from tests.backlog_events import COLUMNS, RUN, append, event, events_of, write


def test_every_event_is_read_as_it_was_appended(written: BacklogFolder) -> None:
    with written.reader(RUN) as reader:
        found = events_of(reader)
        names = [each.split(b"\n")[1].removeprefix(b"event: ").decode() for each in found]

    assert names == ["run", "columns", *(["chunk", "progress"] * 3), "completed"]
    assert found[0] == event(1, "run", {"run": RUN})


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=30))
@settings(max_examples=30)
def test_whatever_is_appended_is_read(
    tmp_path_factory: pytest.TempPathFactory, events: list[bytes]
) -> None:
    folder = BacklogFolder(tmp_path_factory.mktemp("backlogs"))
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        for number, each in enumerate(events, 1):
            writer.append(each)
            assert reader.count() == number
        assert events_of(reader) == events


def test_a_reader_sees_the_backlog_grow(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        before = (reader.count(), reader.record(1), reader.complete)
        write(writer)

        assert before == (0, None, False)
        assert (reader.count(), reader.complete) == (9, True)


def test_chunks_are_found_by_their_number(written: BacklogFolder) -> None:
    with written.reader(RUN) as reader:
        chunks = [reader.chunk(number) for number in range(-1, 5)]

    assert chunks == [None, None, b'{"chunk":1}', b'{"chunk":2}', b'{"chunk":3}', None]


def test_a_run_without_chunks_has_none(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        assert reader.chunk(1) is None
        write(writer, chunks=0)
        assert (reader.chunk(1), reader.first_rows(), reader.rows()) == (None, [], 0)


def test_the_index_knows_the_rows(written: BacklogFolder) -> None:
    with written.reader(RUN) as reader:
        assert reader.first_rows() == [0, 10, 20]
        assert reader.rows() == 30


def test_a_long_index_is_read_to_its_end(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        for _ in range(5000):
            writer.append(b"e", kind="chunk", rows=2)

        assert reader.count() == 5000
        assert reader.first_rows() == list(range(0, 10_000, 2))


def test_the_columns_are_there_once_the_query_is_prepared(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        assert reader.columns() is None
        write(writer)

        assert reader.columns() == COLUMNS


def test_a_run_that_ended_unprepared_has_no_columns(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer, folder.reader(RUN) as reader:
        append(writer, "completed", {"status": "completed"})

        assert reader.columns() is None


@pytest.mark.parametrize("number", [-1, 0, 10, 10**15])
def test_no_event_is_found_where_there_is_none(written: BacklogFolder, number: int) -> None:
    with written.reader(RUN) as reader:
        assert reader.record(number) is None


def test_the_frames_file_is_one_valid_zstd_body(
    written: BacklogFolder, files: tuple[Path, Path]
) -> None:
    with written.reader(RUN) as reader:
        expected = b"".join(events_of(reader))

    body = zstandard.ZstdDecompressor().stream_reader(
        files[0].read_bytes(), read_across_frames=True
    )

    assert body.read() == expected


def test_only_we_can_read_the_files(written: BacklogFolder, files: tuple[Path, Path]) -> None:
    assert written
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (files[0].parent, *files)]

    assert modes == [0o700, 0o600, 0o600]


def test_a_closed_backlog_has_no_space_set_aside(
    written: BacklogFolder, files: tuple[Path, Path]
) -> None:
    with written.reader(RUN) as reader:
        last = reader.record(9)

    assert last is not None
    assert files[0].stat().st_size == last.offset + last.length
    assert files[1].stat().st_size == 9 * RECORD_BYTES


def test_room_for_the_end_is_set_aside_before_it_is_needed(
    folder: BacklogFolder, files: tuple[Path, Path]
) -> None:
    with folder.create(RUN) as writer:
        write(writer, end=False)

        assert files[0].stat().st_size >= writer.size + RESERVE_BYTES
        assert files[1].stat().st_size >= (writer.events + 1) * RECORD_BYTES


@pytest.mark.parametrize("end", [False, True])
def test_an_adopted_backlog_goes_on_where_it_was(folder: BacklogFolder, *, end: bool) -> None:
    with folder.create(RUN) as writer:
        write(writer, end=end)
        before = (writer.events, writer.rows, writer.chunks, writer.size, writer.complete)

    with folder.adopt(RUN) as adopted:
        after = (adopted.events, adopted.rows, adopted.chunks, adopted.size, adopted.complete)

    assert after == before
    assert before[:3] == (8 + end, 30, 3)
    assert before[4] is end


def test_rows_are_numbered_on_in_an_adopted_backlog(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer:
        write(writer, end=False)
    with folder.adopt(RUN) as adopted:
        append(adopted, "chunk", {"chunk": 4}, 5)

    with folder.reader(RUN) as reader:
        assert reader.first_rows() == [0, 10, 20, 30]
        assert (reader.rows(), reader.chunk(4)) == (35, b'{"chunk":4}')


def test_a_backlog_has_one_writer(folder: BacklogFolder) -> None:
    with folder.create(RUN) as writer:
        for another in (folder.adopt, folder.create):
            with pytest.raises(WriterAlive):
                another(RUN)
        write(writer)

    with folder.adopt(RUN) as adopted:
        assert adopted.complete


def test_a_backlog_that_is_not_here_is_gone(folder: BacklogFolder) -> None:
    for open_it in (folder.adopt, folder.reader):
        with pytest.raises(Gone) as caught:
            open_it(RUN)
        assert caught.value.run == RUN


def test_a_deleted_backlog_can_be_read_by_who_has_it_open(written: BacklogFolder) -> None:
    with written.reader(RUN) as reader:
        written.delete(RUN)
        written.delete(RUN)

        assert len(events_of(reader)) == 9
        with pytest.raises(Gone):
            written.reader(RUN)


def test_files_of_other_names_are_no_runs(written: BacklogFolder, tmp_path: Path) -> None:
    (tmp_path / "backlog" / "notes.zst").touch()
    (tmp_path / "backlog" / f"{new_run_id()}.tmp").touch()

    assert written.runs() == {RUN}


def closed_folder(path: Path) -> None:
    """Make the folder one in which nobody, root neither, can make or delete a file."""
    for each in path.iterdir():
        each.unlink()
    path.rmdir()
    path.touch()


def test_a_disk_that_takes_no_files_is_storage(folder: BacklogFolder, tmp_path: Path) -> None:
    closed_folder(tmp_path / "backlog")

    for fails in (folder.create, folder.adopt, folder.reader, folder.delete):
        with pytest.raises(Storage, match="disk"):
            fails(RUN)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_file_stays_open(folder: BacklogFolder, files: tuple[Path, Path]) -> None:
    before = open_files()
    with folder.create(RUN) as writer:
        write(writer)
        for fails in (folder.adopt, folder.create):
            with pytest.raises(WriterAlive):
                fails(RUN)
    with pytest.raises(Gone):
        folder.reader(RunId(new_run_id()))
    assert not files[0].parent.is_file()

    assert open_files() == before
