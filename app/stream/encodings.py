"""The content codings of an event stream: frames as they lie, gzip flushed per event, or none.

Everything that goes out goes through one encoder, pings too: what a response compresses itself
must not be mixed with what it does not.
"""

from collections.abc import Callable, Container, Iterator
from io import BytesIO
from typing import Literal, Protocol, cast

from isal import isal_zlib

from app.runs.aside import gathered
from app.runs.frames import Source, compress, decompressed, pieces

Coding = Literal["zstd", "gzip", "identity"]
GZIP_LEVEL = 1
GZIP_WINDOW = 31  # 15 bits and the gzip header


class Encoder(Protocol):
    """Turns events into the bytes of one response body."""

    compresses: bool
    """Whether events cost it work; what lies there, or is unpacked, costs a fifth of it or less."""

    def stored(self, frame: Source) -> Iterator[bytes]:
        """An event of the backlog, given as its zstd frame, in pieces of about 64 KiB."""
        ...

    def fresh(self, event: bytes) -> Iterator[bytes] | None:
        """The same, given as it is; None where its frame is cheaper."""
        ...

    def plain(self, event: bytes) -> bytes:
        """An event that stands in no backlog."""
        ...

    def end(self) -> bytes:
        """What closes the body."""
        ...


class Compressor(Protocol):
    """zlib's compression object, whose stubs do not say what it takes."""

    def compress(self, data: bytes, /) -> bytes:
        """What is ready of the compressed data."""
        ...

    def flush(self, mode: int, /) -> bytes:
        """The rest of it."""
        ...


def gzip_compressor() -> Compressor:
    """A new gzip member, without a time in its header (RFC 1952)."""
    compressobj = cast("Callable[..., Compressor]", vars(isal_zlib)["compressobj"])
    return compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, GZIP_WINDOW)


class ZstdEncoder:
    """Concatenated frames are one valid body; an event is decoded as soon as its frame is there."""

    compresses = False

    def stored(self, frame: Source) -> Iterator[bytes]:
        """The frame as it lies on the disk."""
        return pieces(frame)

    def fresh(self, event: bytes) -> None:
        """Its frame is there."""
        del event

    def plain(self, event: bytes) -> bytes:
        """A frame of its own."""
        return compress(event)

    def end(self) -> bytes:
        """Nothing: the last frame is closed."""
        return b""


class GzipEncoder:
    """One gzip member with a flush per event (RFC 1952)."""

    compresses = True

    def __init__(self) -> None:
        self._compressor = gzip_compressor()

    def stored(self, frame: Source) -> Iterator[bytes]:
        """The event, compressed anew."""
        return gathered(self._compressed(decompressed(frame)))

    def fresh(self, event: bytes) -> Iterator[bytes]:
        """The event, compressed."""
        return gathered(self._compressed(pieces(BytesIO(event))))

    def plain(self, event: bytes) -> bytes:
        """The event, so that the client can decode all of it at once."""
        return self._compressor.compress(event) + self._compressor.flush(isal_zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """The member's checksum and length."""
        return self._compressor.flush(isal_zlib.Z_FINISH)

    def _compressed(self, event: Iterator[bytes]) -> Iterator[bytes]:
        for piece in event:
            yield self._compressor.compress(piece)
        yield self._compressor.flush(isal_zlib.Z_SYNC_FLUSH)


class IdentityEncoder:
    """No coding."""

    compresses = False

    def stored(self, frame: Source) -> Iterator[bytes]:
        """The event itself."""
        return decompressed(frame)

    def fresh(self, event: bytes) -> Iterator[bytes]:
        """The event itself."""
        return pieces(BytesIO(event))

    def plain(self, event: bytes) -> bytes:
        """The event itself."""
        return event

    def end(self) -> bytes:
        """Nothing."""
        return b""


def encoder(coding: Coding) -> Encoder:
    """A new encoder for one response."""
    match coding:
        case "zstd":
            return ZstdEncoder()
        case "gzip":
            return GzipEncoder()
        case "identity":
            return IdentityEncoder()


def choose_coding(accept_encoding: str, offered: Container[Coding] = ("zstd", "gzip")) -> Coding:
    """The cheapest for us of those that the client takes (RFC 9110, 12.5.3): zstd, gzip, none.

    A coding with `q=0` is refused; other weights do not matter.
    """
    taken = _accepted(accept_encoding)
    if "zstd" in offered and taken.get("zstd", False):
        return "zstd"
    if "gzip" in offered and taken.get("gzip", taken.get("*", False)):
        return "gzip"
    return "identity"


def _accepted(header: str) -> dict[str, bool]:
    return dict(_member(member) for member in header.lower().split(",") if member.strip())


def _member(member: str) -> tuple[str, bool]:
    name, *parameters = (part.strip() for part in member.split(";"))
    weights = [part[2:].strip() for part in parameters if part.startswith("q=")]
    return name, not any(_is_zero(weight) for weight in weights)


def _is_zero(weight: str) -> bool:
    return weight.strip("0.") == "" and weight != ""
