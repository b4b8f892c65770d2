"""Which encoding: short texts, damaged bytes, and what is no text at all. The texts are the report of the archive and jieba's words."""

from __future__ import annotations

import random
from pathlib import Path

import opencc
import pytest
from ingest_archive import TEXT
from scoring import decoded

from pipeline.ingest.encoding import Model, decode, is_text
from pipeline.ingest.reasons import UnreadError

SAMPLES = Path(__file__).parent.parent / "data" / "raw"
CODECS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
TRADITIONAL = opencc.OpenCC("s2t").convert(TEXT)


def snippets(codec: str, low: int, high: int, count: int, seed: int = 1, text: str = TEXT) -> list[str]:
    """Pieces of the text, `low` to `high` characters with Chinese among them, that `codec` has all characters of."""
    source = opencc.OpenCC("s2t").convert(text) if codec == "big5" else text
    source = source.encode(codec, "ignore").decode(codec)
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        start, length = chance.randrange(len(source) - low), chance.randint(low, high)
        piece = source[start : start + length]
        if len(piece) >= low and sum("\u4e00" <= character <= "\u9fff" for character in piece) >= 2:
            found.append(piece)
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("low", "high", "share"), [(6, 19, 0.99), (20, 60, 1.0), (60, 2000, 1.0)])
def test_clean_texts(codec: str, low: int, high: int, share: float) -> None:
    pieces = snippets(codec, low, min(high, len(TEXT)), 300)
    right = sum(decode(piece.encode(codec)).text == piece for piece in pieces)
    assert right >= share * len(pieces)


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample archive data/raw is not here")
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("low", "high", "share"), [(6, 19, 0.99), (20, 60, 1.0), (61, 2000, 1.0)])
def test_clean_texts_of_the_sample_archive(codec: str, low: int, high: int, share: float) -> None:
    text = "\n".join(decoded(path.read_bytes()) for path in sorted(SAMPLES.rglob("*.txt")))
    pieces = snippets(codec, low, high, 1500, seed=3, text=text)
    right = sum(decode(piece.encode(codec)).text == piece for piece in pieces)
    assert right >= share * len(pieces)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("alter", ["any", "ascii", "lost"])
def test_one_damaged_byte_in_200(codec: str, alter: str) -> None:
    chance = random.Random(2)
    right = 0
    pieces = snippets(codec, 70, 400, 150)
    for piece in pieces:
        data = bytearray(piece.encode(codec))
        for place in sorted(chance.sample(range(len(data)), max(1, len(data) // 200)), reverse=True):
            if alter == "lost":
                del data[place]
            else:
                data[place] = chance.randrange(256) if alter == "any" else chance.randrange(32, 127)
        right += decode(bytes(data)).encoding == codec
    assert right >= 0.95 * len(pieces)


@pytest.mark.parametrize("word", ["镇工会", "联通", "工会", "乡镇总工会", "慰问金3万元"])
def test_words_that_detectors_miss(word: str) -> None:
    for codec in ("gb18030", "utf-8", "utf-16-le"):
        decoded = decode(word.encode(codec))
        assert (decoded.text, decoded.encoding) == (word, codec)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030"])
def test_a_mark_tells_and_is_no_text(codec: str) -> None:
    decoded = decode("\ufeff镇工会\r\n".encode(codec))
    assert (decoded.text, decoded.encoding, decoded.basis) == ("镇工会\r\n", codec, "bom")


def test_newlines_stay() -> None:
    assert decode("镇\r\n工\r会\n".encode("gb18030")).text == "镇\r\n工\r会\n"


def test_a_lost_byte_costs_one_character_not_the_line() -> None:
    data = bytearray(TEXT.encode("gb18030"))
    del data[100]
    decoded = decode(bytes(data))
    assert decoded.encoding == "gb18030"
    assert decoded.basis == "replacement"
    assert decoded.note is not None and "1 places" in decoded.note
    wrong = sum(a != b for a, b in zip(decoded.text, TEXT, strict=True))
    assert wrong == 1


def test_a_bad_byte_in_utf8_is_told() -> None:
    data = bytearray(TEXT.encode())
    data[300] = 0xFF
    decoded = decode(bytes(data))
    assert (decoded.encoding, decoded.basis, decoded.damage) == ("utf-8", "damaged", 1)


def test_plain_ascii_is_utf8() -> None:
    for text in ("Bush hid the facts", "total 12, 2014-05-06\n", "a"):
        assert decode(text.encode()).encoding == "utf-8"
        assert decode(text.encode()).text == text


def test_plain_ascii_is_weighed_in_no_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tens of megabytes of it took the time of all encodings; with controls among them the bytes can be UTF-16."""
    asked: list[str] = []
    monkeypatch.setattr(Model, "cost", lambda _, text: asked.append(text) or 1.0)
    assert decode(b"Annual report, 2013\r\n\tpa" * 1000).encoding == "utf-8"
    assert not asked
    decode("慰慰\n".encode("utf-16-le"))
    assert asked


def test_the_caller_wins() -> None:
    assert decode("鎮工會".encode("big5"), "big5").basis == "option"
    assert decode(b"\xff\xfe" + "镇".encode("utf-16-le"), "utf-16-le").text == "镇"
    assert "\ufffd" in decode(b"\xff\xff", "utf-8").text


def test_noise_is_no_text() -> None:
    chance = random.Random(3)
    for size in (60, 200, 2000, 20_000):
        with pytest.raises(UnreadError) as caught:
            decode(chance.randbytes(size))
        assert caught.value.code == "not_text"


def test_traditional_text_in_every_encoding_that_has_it() -> None:
    for codec in CODECS:
        text = TRADITIONAL.encode(codec, "ignore").decode(codec)
        assert decode(text.encode(codec)).text == text


def test_what_big5_of_hong_kong_and_windows_adds() -> None:
    text = "鎮工會" * 10 + "嘅"
    assert decode(text.encode("big5hkscs")).text == text


def test_an_analysts_own_table(tmp_path) -> None:  # type: ignore[no-untyped-def]
    shipped = Model.load()
    (tmp_path / "encodings.toml").write_text(
        '[limits]\nbad_share=0.5\nmean_cost=9.0\nutf8_damage=0.01\nseldom=5.0\nseldom_run=4\n[marks]\n"1.0"="镇"\n'
        "[classes]\nlower=2.0\nascii=3.0\nrare=7.0\nforeign=6.5\nbad=9.0\n[characters]\n",
        encoding="utf-8",
    )
    own = Model.load(tmp_path)
    assert own.cost("镇") == 1.0 != shipped.cost("镇")
    assert is_text("镇工会", own)


def test_a_text_costs_what_its_characters_cost() -> None:
    model = Model.load()
    for text in ("镇总工会2013年", "\ue000\ud800鎮", TRADITIONAL[:500]):
        assert model.cost(text) == pytest.approx(sum(map(model.cost, text)))
        assert all(model.cost(character) > 0 for character in text)
    assert model.cost("") == 0
