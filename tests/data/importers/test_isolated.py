"""Reading apart from the server: the same readings, and a file that breaks the process is refused alone."""

from __future__ import annotations

import os
import pickle

import pytest

from data.importers import isolated
from data.importers.isolated import (
    Limits,
    from_message,
    look_isolated,
    prepare,
    preview_isolated,
    read_files_isolated,
    to_message,
)
from data.importers.preview import preview
from data.importers.protocol import ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.importers.survey import HEADER, main, survey
from tests.data.importers.shared_files import codes, text_file
from tests.data.importers.test_csv_file import FRENCH
from tests.data.importers.test_fec import BASIC, fec
from tests.data.importers.test_statements import MT940
from tests.data.importers.workbooks import archive


def test_the_same_readings_as_in_this_process() -> None:
    files = (
        text_file(FRENCH),
        fec(BASIC),
        archive({"a/statement.sta": MT940.encode(), "b.png": b"\x89PNG\r\n\x1a\n"}),
        text_file(""),
    )
    apart = read_files_isolated(files, ReadOptions())
    assert apart == read_files(files, ReadOptions())
    assert [r.format for r in apart] == ["csv", "fec", "mt940", "unknown", "unknown"]


def test_the_same_tables_shown_as_in_this_process() -> None:
    assert preview_isolated(text_file(FRENCH), ReadOptions()) == preview(text_file(FRENCH), ReadOptions())
    assert preview_isolated(large(), ReadOptions(), Limits(seconds=0.05)) == ()
    assert preview_isolated(text_file(""), ReadOptions()) == ()


def large() -> SourceFile:
    lines = "".join(f"F{i};Client {i % 97};01/02/2026;{i},00\n" for i in range(150_000))
    return text_file("Facture;Client;Date;Montant TTC\n" + lines)


def test_a_file_beyond_a_limit_is_refused_and_the_others_are_read() -> None:
    small = text_file(FRENCH, "small.csv")
    slow = read_files_isolated((large(), small), ReadOptions(), Limits(seconds=0.05))
    assert codes(slow[0]) == ["import.too_slow"]
    hungry = read_files_isolated((large(), small), ReadOptions(), Limits(memory=40 << 20))
    assert codes(hungry[0])[0] in {"import.too_much_memory", "import.crashed"} and hungry[1].accepted == 3


def test_one_look_holds_readings_and_tables() -> None:
    look, other = look_isolated((text_file(FRENCH), text_file("", "empty.csv")), ReadOptions())
    assert look.readings == read_files((text_file(FRENCH),), ReadOptions())
    assert look.tables == preview(text_file(FRENCH), ReadOptions())
    assert codes(other.readings[0]) == ["import.empty"] and other.tables == ()


def test_a_process_stands_ready_and_serves_once() -> None:
    prepare()
    prepare()
    (spare,) = isolated._SPARE
    assert look_isolated((text_file(FRENCH),), ReadOptions())[0].readings[0].accepted == 3
    assert not isolated._SPARE and spare.returncode == 0
    prepare()
    isolated._SPARE[0].kill()
    isolated._SPARE[0].wait()
    assert read_files_isolated((text_file(FRENCH),), ReadOptions())[0].accepted == 3, "a dead spare is replaced"


@pytest.mark.parametrize("answered", [(), ((), ()), (((), (1,)),), (((1,), ()),), "x", ((read_files, ()),)])
def test_an_answer_of_another_shape_is_none(answered: object) -> None:
    assert isolated._looks(answered, 1) == ()


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize("value", [_Evil(), {"x": _Evil()}, (pickle.loads, b"")])
def test_a_message_can_hold_readings_and_nothing_else(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        from_message(pickle.dumps(value))


def test_messages_keep_columns() -> None:
    readings = read_files((text_file(FRENCH),), ReadOptions())
    assert from_message(to_message(readings)) == readings


def test_the_survey_has_one_row_per_file(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.csv").write_text(FRENCH, encoding="utf-8")
    (tmp_path / "b.zip").write_bytes(archive({"c.sta": MT940.encode(), "d.txt": b"bonjour"}).content)
    rows = list(survey(tmp_path, ReadOptions()))
    assert [r[0] for r in rows] == ["a.csv", "b.zip/c.sta", "b.zip/d.txt"] and all(len(r) == len(HEADER) for r in rows)
    assert rows[0][1:7] == ("csv", "3", "0", "0", "3 invoices 2 partners", "2074.56 EUR")
    assert main([str(tmp_path)]) == 0 and capsys.readouterr().out.count("\n") == 5
    assert main([]) == 2
