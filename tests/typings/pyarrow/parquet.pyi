from collections.abc import Mapping
from io import FileIO
from pathlib import Path

from pyarrow import Schema, Table

class ParquetWriter:
    schema: Schema
    def __init__(self, where: FileIO, schema: Schema, *, compression: str) -> None: ...
    def write_table(self, table: Table, row_group_size: int) -> None: ...
    def close(self) -> None: ...

class RowGroup:
    num_rows: int
    total_byte_size: int

class FileMetaData:
    metadata: Mapping[bytes, bytes]
    num_row_groups: int
    def row_group(self, number: int, /) -> RowGroup: ...

def read_metadata(where: Path) -> FileMetaData: ...
def read_schema(where: Path) -> Schema: ...
