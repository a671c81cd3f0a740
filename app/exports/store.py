"""Where files lie: a folder or an S3 bucket behind one interface (obstore).

A file is written once under its key and appears there when it is whole; until then a folder has
`<key>#<number>`, and a bucket an unfinished upload. Who leaves the writing with an error leaves
nothing. A process that is killed leaves what it had written, which `entries` show like a file of
its own. A bucket shows it only to an account of the environment (`app.exports.uploads`).
"""

import asyncio
import os
import re
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import LocalStore, S3Store

from app.database.tasks import finished
from app.errors import StartupError, Storage
from app.exports.bucket import opened_bucket
from app.exports.sink import GATHER_BYTES, Sink, Writer
from app.exports.store_errors import storage_errors
from app.exports.uploads import Uploads

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

PIECE_BYTES = 256 * 1024  # what a slow download holds in memory
PART_BYTES = 8 * 2**20  # a write: S3 takes 10,000 parts, so a file may have 80 GB
PARTS = 2  # on their way at once, so that one is filled while another is sent
FOLDER_MODE, FILE_MODE = 0o700, 0o600
KEY = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*(#[0-9a-f]+)?", re.ASCII)
DROP_SECONDS = 5.0  # for leaving nothing in a store that does not answer
LISTED = 1000  # entries of a bucket in one answer, the most that S3 gives

# The stubs speak of Arrow, which is not here.
listing = cast("Callable[..., AsyncIterable[Sequence[ObjectMeta]]]", vars(obstore)["list"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that lies in the store; `modified` is aware."""

    key: str
    size: int
    modified: datetime


class Store(ABC):
    """Files under keys. What goes wrong is Storage, in words without paths or secrets."""

    read_bytes: ClassVar[int] = PIECE_BYTES

    def __init__(self, objects: LocalStore | S3Store) -> None:
        self._objects = objects

    @classmethod
    def of(cls, url: str) -> "Store":
        """The store at file:///a/folder or s3://bucket/folder.

        A folder is made if need be. A bucket is reached with what AWS_… variables say.
        """
        parts = urlsplit(url)
        match parts.scheme:
            case "file" if parts.path and not parts.netloc:
                return FolderStore(Path(unquote(parts.path)))
            case "s3" if parts.netloc:
                return BucketStore(parts.netloc, unquote(parts.path).strip("/"))
            case _:
                message = "Files lie at file:///a/folder or s3://bucket/folder, nowhere else."
                raise StartupError(message)

    @asynccontextmanager
    async def writing(self, key: str) -> AsyncGenerator[Sink]:
        """A file that appears under its key, whole, at the end of the block, and else never."""
        writer = obstore.open_writer_async(
            self._objects, checked(key), buffer_size=PART_BYTES, max_concurrency=PARTS
        )
        sink, begun = Sink(writer), False
        try:
            yield sink
            await sink.flush()
            begun = True
            await finished(self._publish(writer, key))
        except BaseException as error:
            await finished(self._withdraw(key) if begun else self._drop(writer, key, error))
            raise

    async def put_file(self, key: str, path: Path) -> None:
        """The same from a finished file of ours."""
        async with self.writing(key) as sink:
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, GATHER_BYTES):
                    await sink.write(piece)

    async def pieces(self, key: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """The bytes from `start` to before `end`; Storage where they are not there, or not all.

        Nothing is read that is not asked for, and all are of one file, whatever lies under the key
        by then.
        """
        tag: str | None = None
        for first in range(start, end, self.read_bytes):
            data, tag = await self._read(key, first, min(end, first + self.read_bytes), tag)
            for place in range(0, len(data), PIECE_BYTES):
                yield data[place : place + PIECE_BYTES]

    async def size(self, key: str) -> int | None:
        """How many bytes lie under a key; None where nothing does."""
        with storage_errors():
            try:
                return (await obstore.head_async(self._objects, checked(key)))["size"]
            except FileNotFoundError:
                return None

    @abstractmethod
    async def delete(self, keys: Sequence[str]) -> None:
        """Nothing lies under these keys any more, whether anything did or not."""

    @abstractmethod
    async def entries(self) -> list[Entry]:
        """Everything that lies here, what killed writers left included where it can be seen."""

    async def _publish(self, writer: Writer, key: str) -> None:
        del key
        with storage_errors():
            await writer.close()

    async def _drop(self, writer: Writer, key: str, error: BaseException) -> None:
        """Leave nothing of what was written, as far as the store answers; the error is told."""
        del key
        with suppress(BaseError, OSError, TimeoutError):
            async with asyncio.timeout(DROP_SECONDS):
                await writer.__aexit__(type(error), error, error.__traceback__)

    async def _withdraw(self, key: str) -> None:
        """The same where publishing had begun: it may have come to its end, or half of the way."""
        with suppress(Storage, TimeoutError):
            async with asyncio.timeout(DROP_SECONDS):
                await self.delete([key])

    async def _read(
        self, key: str, start: int, stop: int, tag: str | None
    ) -> tuple[bytes, str | None]:
        options: GetOptions = {"range": (start, stop)}
        if tag is not None:
            options["if_match"] = tag
        with storage_errors():
            try:
                found = await obstore.get_async(self._objects, checked(key), options=options)
            except (FileNotFoundError, PreconditionError) as error:
                raise Storage("The file is not there any more.") from error
            tag = found.meta["e_tag"]
            piece = bytes(await found.bytes_async())
        if len(piece) != stop - start:
            raise Storage("The file is shorter than it was.")
        return piece, tag


class FolderStore(Store):
    """Files of mode 0600 in a folder of mode 0700, if we made it."""

    def __init__(self, folder: Path) -> None:
        with storage_errors():
            folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        self._folder = folder
        super().__init__(LocalStore(folder))

    async def delete(self, keys: Sequence[str]) -> None:
        """Unlink the files, and what was being written under their names."""
        await asyncio.to_thread(self._unlink, [checked(key) for key in keys])

    async def entries(self) -> list[Entry]:
        """Every file; one that is being written, or was, has `#<number>` at its key's end."""
        return await asyncio.to_thread(self._listed)

    async def _publish(self, writer: Writer, key: str) -> None:
        await super()._publish(writer, key)
        with storage_errors():
            await asyncio.to_thread((self._folder / key).chmod, FILE_MODE)

    def _unlink(self, keys: Sequence[str]) -> None:
        with storage_errors():
            for key in keys:
                path = self._folder / key
                path.unlink(missing_ok=True)
                for unfinished in path.parent.glob(f"{path.name}#*"):
                    unfinished.unlink(missing_ok=True)

    def _listed(self) -> list[Entry]:
        with storage_errors():
            found = (Path(top, name) for top, _, names in os.walk(self._folder) for name in names)
            return [entry for path in found if (entry := self._entry(path))]

    def _entry(self, path: Path) -> Entry | None:
        try:
            state = path.stat()
        except FileNotFoundError:
            return None  # deleted by another since it was listed
        return Entry(
            key=path.relative_to(self._folder).as_posix(),
            size=state.st_size,
            modified=datetime.fromtimestamp(state.st_mtime, UTC),
        )


class BucketStore(Store):
    """Objects in an S3 bucket, below a prefix."""

    read_bytes = 4 * PIECE_BYTES  # each read is a request of tens of milliseconds

    def __init__(self, bucket: str, prefix: str) -> None:
        self._uploads = Uploads.of(bucket, prefix, os.environ)
        super().__init__(opened_bucket(bucket, prefix, os.environ))

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete the objects, a thousand in one request, and abort the uploads."""
        whole = [checked(key) for key in keys if "#" not in key]
        with storage_errors():
            await obstore.delete_async(self._objects, whole)
        await asyncio.to_thread(self._abort, [checked(key) for key in keys if "#" in key])

    async def entries(self) -> list[Entry]:
        """Every object; an upload that is or was under way has `#<its id in hex>` at the end."""
        with storage_errors():
            batches = listing(self._objects, chunk_size=LISTED)
            objects = [
                Entry(key=each["path"], size=each["size"], modified=each["last_modified"])
                async for batch in batches
                for each in batch
            ]
        with suppress(Storage):  # this takes a right of its own, which a lifecycle rule spares
            objects += await asyncio.to_thread(self._unfinished)
        return objects

    async def _drop(self, writer: Writer, key: str, error: BaseException) -> None:
        await super()._drop(writer, key, error)
        await self._abort_all(key)

    async def _withdraw(self, key: str) -> None:
        await super()._withdraw(key)
        await self._abort_all(key)

    async def _abort_all(self, key: str) -> None:
        """What obstore leaves when a last part fails, or when it is cancelled at a first one."""
        with suppress(Storage):
            unfinished = await asyncio.to_thread(self._unfinished, key)
            await asyncio.to_thread(self._abort, [each.key for each in unfinished])

    def _unfinished(self, key: str = "") -> list[Entry]:
        if self._uploads is None:
            return []
        return [
            Entry(key=f"{each.key}#{each.id.encode().hex()}", size=0, modified=each.begun)
            for each in self._uploads.begun(key)
        ]

    def _abort(self, keys: Sequence[str]) -> None:
        for key, _, upload in (key.partition("#") for key in keys):
            if self._uploads is not None:
                self._uploads.abort(key, bytes.fromhex(upload).decode())


def checked(key: str) -> str:
    """The key, if it stays within the store; another one is a fault of ours."""
    if not KEY.fullmatch(key):
        message = "not a key of the store"
        raise ValueError(message)
    return key
