"""What YAML lets in, what it refuses, and where it says the mistake is."""

import os
from pathlib import Path

import pytest

from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.yaml_source import MAX_BYTES, MAX_DEPTH, parse, read


def refused(text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f.yaml")
    return list(caught.value.problems)


def unreadable(path: Path) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(path), 0)
    return problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("8:30", "8:30"),
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        (".5", 0.5),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("007.5", 7.5),
        ("2026-01-05", "2026-01-05"),
        ("10_000", "10_000"),
        ("0x1F", "0x1F"),
        ("0o14", "0o14"),
        ("'012'", "012"),
        ('"true"', "true"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'<<'", "<<"),
        ("=", "="),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    plain = parse(f"a: {text}", "f.yaml").plain()["a"]
    assert plain == value
    assert type(plain) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "col", "said"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, 'the key "a" is there twice, first on line 1'),
        ("a: 012", 1, 4, "012 starts with 0"),
        ("a: -00", 1, 4, "-00 starts with 0"),
        ("a: 08", 1, 4, "08 starts with 0"),
        ("a: " + "9" * 5000, 1, 4, "at most 19 digits"),
        ("a: .nan", 1, 4, ".nan is not a finite number"),
        ("a: -.inf", 1, 4, "-.inf is not a finite number"),
        ("a: 1e999", 1, 4, "1e999 is too large"),
        ("a: &x 1", 1, 4, "anchors and aliases"),
        ("a: *x", 1, 4, "anchors and aliases"),
        ("a:\n  <<: {b: 1}", 2, 3, "merge keys"),
        ("a: !!python/object:os.system x", 1, 4, "python/object:os.system"),
        ("a: !!str 1", 1, 4, "tag"),
        ("a: !replace 1", 1, 4, "!replace"),
        ("a: 1\n---\nb: 2", 2, 1, "second document"),
        ("1: 2", 1, 1, "a key must be text"),
        ("true: 2", 1, 1, "a key must be text"),
        ("? [a, b]\n: 2", 1, 3, "a key must be text"),
        ("a:\n  - [1, 2\nb: 3", 3, 2, "a flow sequence (it starts on line 2) did not find"),
        ("a: b: c", 1, 5, "not valid YAML"),
        ("a:\n\tb: 1", 2, 1, "indent with spaces, not tabs"),
        ("a: b\x07c", 1, 5, "control characters"),
        ('a: "\\ud800"', 1, 7, "invalid Unicode"),
        ("%YAML 3.0\n--- a", 1, 1, "incompatible YAML"),
        ("- {name: x}\n- {name: x}", 2, 3, 'two items are named "x", first on line 1'),
    ],
)
def test_traps_are_refused_where_they_are(text: str, line: int, col: int, said: str) -> None:
    problem = refused(text)[0]
    assert (problem.file, problem.line, problem.col) == ("f.yaml", line, col)
    assert said in f"{problem.message}; {problem.hint}"


def test_all_traps_of_a_file_are_reported_at_once() -> None:
    problems = refused("a: 012\nb: .nan\nb: 1\nc: &x [1]\nd: *x\n")
    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5]


def test_an_alias_bomb_is_never_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    with pytest.raises(ScenarioError, match="and 271 more") as caught:
        parse("\n".join(lines), "bomb.yaml")
    assert len(caught.value.problems) == 30 + 29 * 9


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 50_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_ends_in_an_error(opening: str, depth: int) -> None:
    (problem,) = refused(opening * (depth + 1) + "x")
    assert "more than 40 deep" in problem.message or "nesting depth" in problem.message


def test_the_source_line_is_shown_with_a_caret() -> None:
    problem = refused("a: 1\nb:   012\n")[0]
    assert str(problem).splitlines()[1:] == ["    2 | b:   012", "      |      ^".replace("|", " ")]


def test_a_long_or_unprintable_source_line_does_no_harm() -> None:
    assert "\n" not in str(refused("a: [012, " + "1, " * 1000 + "]")[0])
    assert "\x1b" not in str(refused('a: "\x85\x1b[31m"')[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"# nothing but this\n", "the file is empty"),
        (b"--- ~\n", "the file is empty"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"just words\n", "must be a mapping"),
    ],
)
def test_a_file_is_one_mapping(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=said) as caught:
        read(path)
    assert caught.value.problems[0].line == 1


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read(path).plain() == {"a": 1, "b": 2}


def test_files_that_are_no_scenario(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\x89PNG\r\n\x00\x01\x02")
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100_000_000)
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo)
    assert "is a binary file" in unreadable(binary).message
    assert "has 100.0 MB" in unreadable(huge).message
    assert "at most 1 MB" in unreadable(huge).hint
    assert "is a folder" in unreadable(tmp_path).message
    assert "not a regular file" in unreadable(fifo).message
    assert "cannot be read" in unreadable(Path("null\0byte")).message
    assert "cannot be read" in unreadable(tmp_path / ("x" * 5000)).message


def test_the_size_limit_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1\n#" + "x" * (MAX_BYTES - 6))
    assert read(path).plain() == {"a": 1}
    path.write_text("a: 1\n#" + "x" * (MAX_BYTES - 5))
    with pytest.raises(ScenarioError, match="at most 1 MB"):
        read(path)


def test_a_missing_file_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "generalist.yaml").touch()
    assert unreadable(tmp_path / "genralist.yaml").hint == 'did you mean "generalist.yaml"?'
    assert "folder" in unreadable(tmp_path / "confgis" / "generalist.yaml").hint
    (tmp_path / "article").mkdir()
    (tmp_path / "article" / "moved.yaml").touch()
    assert unreadable(tmp_path / "moved.yaml").hint == 'did you mean "article/moved.yaml"?'


def test_text_that_is_not_utf_8_is_located(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: 1\nb: café\n".encode("latin-1"))
    with pytest.raises(ScenarioError, match="not UTF-8") as caught:
        read(path)
    assert caught.value.problems[0].line == 2


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("a: 1")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sim.scenario.yaml_source.open", refuse, raising=False)
    assert unreadable(path).message == f'"{path}" cannot be read: Permission denied'
