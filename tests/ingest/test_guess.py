"""Bytes without a label, or with a false one: read as what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.decode import decode
from feeds.ingest.guess import guess

HEADLINES = {
    "cp1251": "Городской совет принял бюджет на следующий год",
    "koi8_r": "Городской совет принял бюджет на следующий год",
    "iso8859_5": "Паром снова ходит между островами",
    "cp866": "Паром снова ходит между островами",
    "cp1253": "Το δημοτικό συμβούλιο ενέκρινε τον προϋπολογισμό",
    "cp1255": "מועצת העיר אישרה את התקציב לשנה הבאה",
    "cp1256": "المجلس البلدي يوافق على ميزانية السنة القادمة",
    "cp874": "สภาเมืองอนุมัติงบประมาณปีหน้า",
    "cp932": "市議会が来年度の予算案を可決しました",
    "euc_jp": "市議会が来年度の予算案を可決しました",
    "iso2022_jp": "フェリーの運航が再開されました",
    "cp949": "시의회가 내년도 예산안을 통과시켰다",
    "gb18030": "市议会通过了明年的预算，渡轮恢复通航",
    "big5hkscs": "市議會通過了明年的預算，渡輪恢復通航",
    "cp1252": "“Zürich”: l’été à Évian – déjà là, ça coûte 5 €",
}
BY_LANGUAGE = {
    "pl": ("cp1250", "Żegluga wznawia połączenia, prąd wróci później"),
    "tr": ("cp1254", "Şehir bütçesi kabul edildi, vapur yeniden çalışıyor"),
    "ja": ("euc_jp", "東京都議会 新年度予算案 可決"),
    "zh-tw": ("big5hkscs", "市議會 通過 預算"),
}


@pytest.mark.parametrize("codec", HEADLINES)
@pytest.mark.parametrize("label", ["", ' encoding="utf-8"'])
def test_headline_without_a_true_label_is_read(codec: str, label: str) -> None:
    document = f"<?xml version='1.0'{label}?><rss><channel><title>{HEADLINES[codec]}</title></channel></rss>"
    assert decode(document.encode(codec)) == document


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_language_of_a_document_tells_what_its_letters_do_not(language: str) -> None:
    codec, headline = BY_LANGUAGE[language]
    document = f"<rss><channel><language>{language}</language><title>{headline}</title></channel></rss>"
    assert decode(document.encode(codec)) == document


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "gb18030", "big5hkscs", "cp1251", "utf-8"])
def test_one_bad_byte_costs_one_character(codec: str) -> None:
    text = HEADLINES.get(codec, HEADLINES["cp1253"])
    label = {"cp932": "Shift_JIS", "gb18030": "GB2312", "big5hkscs": "Big5", "euc_jp": "EUC-JP"}.get(codec, codec)
    bad = b"\x98" if codec == "cp1251" else b"\xff"
    body = f'<?xml version="1.0" encoding="{label}"?><a>{text}|'.encode(codec) + bad + f"|{text}</a>".encode(codec)
    read = decode(body).split("|")
    assert (read[0].partition("<a>")[2], read[2]) == (text, f"{text}</a>")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("start", ["<rss>", "\n \r\n<?xml version='1.0' encoding='utf-8'?><rss>", '{"items": []}'])
def test_wide_characters_need_no_mark(codec: str, start: str) -> None:
    assert decode((start + "é").encode(codec), "text/xml; charset=utf-8") == start + "é"


@given(st.binary(max_size=200))
def test_any_bytes_are_text_in_some_way(body: bytes) -> None:
    assert body.decode(guess(body), "replace") is not None
    if not body.startswith(b"\x1f\x8b"):
        assert decode(body, "text/xml; charset=x") is not None
