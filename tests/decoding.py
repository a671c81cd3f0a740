"""Undoes the content codings of a stream, byte by byte as they come."""

import zlib
from typing import Literal, Protocol

import zstandard

Coding = Literal["identity", "gzip", "zstd"]
CODINGS: tuple[Coding, ...] = ("identity", "gzip", "zstd")


class Decoder(Protocol):
    """Undoes a content coding as bytes come."""

    def decompress(self, data: bytes, /) -> bytes:
        """What these bytes make whole."""
        ...


class Plain:
    """No coding."""

    def decompress(self, data: bytes) -> bytes:
        """The same."""
        return data


def decoder(coding: str) -> Decoder:
    """A decoder for the value of `Content-Encoding`."""
    match coding:
        case "gzip":
            return zlib.decompressobj(31)
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
        case _:
            return Plain()
