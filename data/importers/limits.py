"""How much a file may hold before it is refused: a file is hostile until proven otherwise."""

from typing import Final

#: Bytes of one dropped file.
FILE_SIZE_LIMIT: Final = 200 * 1024 * 1024
#: Rows and columns of one table.
ROW_LIMIT: Final = 2_000_000
COLUMN_LIMIT: Final = 1_000
#: Characters of one cell.
CELL_LIMIT: Final = 100_000
#: Problems that are listed one by one; the rest is counted.
PROBLEM_LIMIT: Final = 20_000

#: What an archive (a workbook is one too) may unpack to, over how many entries, how often one inside another.
ARCHIVE_TOTAL_LIMIT: Final = 600 * 1024 * 1024
ARCHIVE_ENTRY_LIMIT: Final = 2_000
ARCHIVE_DEPTH_LIMIT: Final = 2
#: How many times larger an entry may become, tested from ARCHIVE_RATIO_FLOOR bytes on.
ARCHIVE_RATIO_LIMIT: Final = 150
ARCHIVE_RATIO_FLOOR: Final = 10 * 1024 * 1024

#: Nesting and elements of an XML document.
XML_DEPTH_LIMIT: Final = 100
XML_ELEMENT_LIMIT: Final = 5_000_000

#: Pages of a PDF are never drawn; this many objects of it are looked at.
PDF_OBJECT_LIMIT: Final = 200_000

#: A read in its own process.
READ_SECONDS_LIMIT: Final = 120
READ_MEMORY_LIMIT: Final = 4 * 1024 * 1024 * 1024

#: Years in which a business date may lie.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099
