"""JSON from strangers is measured before it is parsed."""

import json

import pytest

from composer_gui.storage.json_text import MAX_DEPTH, NotJson, TooMuch, parse


def nested(depth):
    return ("[" * depth + "]" * depth).encode()


def test_the_deepest_text_allowed_is_read_and_the_next_is_not():
    parse(nested(MAX_DEPTH))
    with pytest.raises(TooMuch):
        parse(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("opening", ["[", "{", '{"a":', '[{"a":'])
def test_a_text_that_never_closes_is_refused_without_recursion(opening):
    with pytest.raises(TooMuch):
        parse((opening * 100_000).encode())


def test_brackets_in_strings_do_not_count():
    value = {'a"\\': ["[" * 999, "]" * 999, '\\"[{' * 999, "\\", '"', "\n\\" * 3 + '"']}
    assert parse(json.dumps(value).encode()) == value


def test_a_deep_text_cannot_hide_behind_escapes():
    with pytest.raises(TooMuch):
        parse(b'["\\n\\\\", ' + nested(MAX_DEPTH) + b"]")
    with pytest.raises(TooMuch):
        parse(b'["\\\\\\"", ' + nested(MAX_DEPTH) + b"]")


def test_a_number_of_thousands_of_digits_is_told_without_python_s_advice():
    with pytest.raises(NotJson, match=r"thousands of digits$"):
        parse(b"[" + b"9" * 5000 + b"]")


def test_the_number_of_parts_is_limited(monkeypatch):
    monkeypatch.setattr("composer_gui.storage.json_text.MAX_PARTS", 100)
    with pytest.raises(TooMuch):
        parse(b"[" + b"[]," * 100 + b"[]]")


@pytest.mark.parametrize("data", [b"", b"{", b"[1,]", b"\xff", b"1" * 5000, '"€'.encode("utf-16")])
def test_what_is_no_json_says_where(data):
    with pytest.raises(NotJson):
        parse(data)


@pytest.mark.parametrize("data", [b'{"a": 1, "a": 2}', b"[NaN]", b"[-Infinity]"])
def test_strictly_no_key_is_given_twice_and_every_number_is_one(data):
    parse(data)
    with pytest.raises(NotJson):
        parse(data, strict=True)


def test_a_flood_of_strings_is_refused_before_any_of_them_is_made(monkeypatch):
    monkeypatch.setattr("composer_gui.storage.json_text.MAX_PARTS", 100)
    for item in (b'""', b'","', b'"[]"', b"1.5", b'{"a":1}'):
        with pytest.raises(TooMuch):
            parse(b"[" + b",".join([item] * 300) + b"]")
