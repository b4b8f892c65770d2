"""Mails: subjects, bodies, attachments, whatever charset they claim."""

from __future__ import annotations

import base64
from email.message import EmailMessage

from ingest_archive import TEXT, mail

from pipeline.ingest import mail as reader
from pipeline.ingest.mime import parse, words
from pipeline.ingest.options import IngestOptions
from pipeline.ingest.payload import Budget, Content, Payload


def read(data: bytes) -> Content:
    options = IngestOptions()
    return reader.read(Payload("a.eml", data, ".eml", options, Budget(options, len(data))))


def test_subject_and_body() -> None:
    content = read(mail())
    assert content.text.strip() == "报送总结\n" + TEXT.strip()
    assert not list(content.members)


def test_attachments() -> None:
    content = read(mail(attachments={"总结.doc": b"x", "b.txt": b"y"}))
    assert [(member.name, member.load()) for member in content.members] == [("总结.doc", b"x"), ("b.txt", b"y")]


def test_a_mail_in_a_mail() -> None:
    outer = EmailMessage()
    outer["Subject"] = "转发"
    inner = EmailMessage()
    inner["Subject"] = "原件"
    inner.set_content("走访12户。")
    outer.set_content("见附件。")
    outer.add_attachment(inner)
    content = read(outer.as_bytes())
    (member,) = content.members
    assert member.name.endswith(".eml")
    assert read(member.load()).text.strip() == "原件\n走访12户。"


def test_a_page_as_body_and_its_pictures() -> None:
    message = EmailMessage()
    message["Subject"] = "总结"
    message.set_content("<html><body><p>走访12户。</p><img src='cid:x'></body></html>", subtype="html")
    message.add_related(b"\x89PNG", "image", "png", cid="<x>")
    content = read(message.as_bytes())
    assert content.text == "总结\n走访12户。"
    assert not list(content.members)


def test_only_attachments() -> None:
    message = EmailMessage()
    message["Subject"] = "总结"
    message.set_content(" \n")
    message.add_attachment(b"x", maintype="application", subtype="msword", filename="a.doc")
    content = read(message.as_bytes())
    assert content.container
    assert not content.text.strip()


def test_headers() -> None:
    gbk = "关于镇工会总结的报告".encode("gbk")
    # what calls itself gb2312 is often wider: 镕 is in GBK alone
    assert words(f"=?gb2312?B?{base64.b64encode('镕镇'.encode('gbk')).decode()}?=") == "镕镇"
    assert words("=?utf-8?Q?=E9=95=87?= =?utf-8?Q?=E5=B7=A5?=") == "镇工"
    assert words("=?nonsense?B?1fI=?=")
    assert words(parse(b"Subject: " + gbk + b"\n\nx", IngestOptions())["Subject"]) == "关于镇工会总结的报告"
    assert words("a\n\tb") == "a b"
    assert words(None) == ""


def test_a_body_in_gbk_that_says_nothing() -> None:
    data = b"Subject: x\nFrom: a\n\n" + TEXT.encode("gb18030")
    assert TEXT.strip() in read(data).text
