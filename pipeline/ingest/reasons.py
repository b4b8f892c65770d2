"""Every reason for which an input gives no text: its code, the status it leads to, and the sentence that stands in `files`."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import FileStatus


@dataclass(frozen=True, slots=True)
class Reason:
    """A status and a sentence in plain words; `{…}` in it is filled in by the reader that gives the reason."""

    status: FileStatus
    sentence: str
    passing: bool = False
    """It tells of the moment and not of the bytes: another run may read the file, so what came of it is never kept for later."""


REASONS: dict[str, Reason] = {
    # --- nothing to read
    "empty": Reason("empty", "The file has no bytes."),
    "no_text": Reason("empty", "The file holds no text, only blanks."),
    "empty_archive": Reason("empty", "The archive holds no files."),
    "system_file": Reason("skipped", "A file that the operating system or an office program makes for itself."),
    "hidden": Reason("skipped", "A hidden file or folder (its name begins with a full stop)."),
    # --- the file system
    "missing": Reason("unreadable", "There is no such file or folder."),
    "vanished": Reason("unreadable", "The file was there when the folder was listed and is gone now.", passing=True),
    "changed": Reason("unreadable", "The file changed while it was read. Run again when nothing writes to it.", passing=True),
    "no_permission": Reason("unreadable", "The file may not be read with these rights.", passing=True),
    "no_permission_folder": Reason("unreadable", "The folder may not be listed with these rights, so nothing below it was read."),
    "io_error": Reason("unreadable", "The system could not read it: {detail}.", passing=True),
    "device": Reason("refused", "Not a file but a {detail}."),
    "link_loop": Reason("refused", "A symbolic link that leads back to itself or to a folder that it lies in."),
    "link_broken": Reason("unreadable", "A symbolic link to something that is not there."),
    "link_outside": Reason("refused", "A symbolic link that leads out of the input folder. Give its target as an input of its own."),
    "link_seen": Reason("skipped", "A symbolic link to a folder of the input, which is read in its own place."),
    "own_output": Reason("refused", "A folder with the tables of an earlier run. Give the folder of the reports instead."),
    # --- limits
    "too_large": Reason("refused", "{detail} bytes are more than the limit (max_bytes). Split the file or raise the limit."),
    "too_long": Reason("refused", "A text of {detail} characters is longer than the limit (max_chars). Split it or raise the limit."),
    "too_many_numbers": Reason("refused", "A text with {detail} numerals, more than the limit (max_numbers). Split it or raise the limit."),
    "too_many_members": Reason("refused", "It holds more than {detail} files (max_members). Unpack it and give the folder."),
    "too_many_elements": Reason("refused", "It is made of more than {detail} elements or lines (max_elements). Save it as plain text."),
    "too_many_pages": Reason("refused", "It has {detail} pages, more than the limit (max_pages). Split it or raise the limit."),
    "too_many_rows": Reason("refused", "It has more than {detail} rows (max_rows). Split it or raise the limit."),
    "too_deep": Reason("refused", "Archives, mails or folders lie in each other more than {detail} deep. Unpack them and give the folder."),
    "unpacks_too_large": Reason("refused", "It unpacks to more than {detail} bytes (max_unpacked), as an archive bomb does."),
    "ratio": Reason("refused", "It unpacks to over {detail} times its size (max_ratio), as an archive bomb does."),
    "too_slow": Reason(
        "refused",
        "Reading it took more than {detail} seconds (max_seconds). Split it, or raise the limit on a slow machine.",
        passing=True,
    ),
    "bad_name": Reason("refused", "A name in an archive that leads out of the archive; it was not read."),
    "not_a_member": Reason("refused", "A link, device or pipe inside an archive; it was not followed."),
    "entities": Reason("refused", "Its XML declares entities or a document type, as an expansion bomb does."),
    # --- formats
    "unsupported": Reason("refused", "{detail} is not a format that is read. Save it as .docx, .pdf with a text layer or plain text."),
    "picture": Reason("refused", "A picture ({detail}). Its text needs OCR; give the text as .txt or .docx."),
    "not_text": Reason("refused", "The bytes are neither text nor a known format; they may be damaged, encrypted or a program's own data."),
    "wrong_suffix": Reason(
        "refused", "Its name ends in {detail}, but its content is not of that format. Export it again from its program."
    ),
    "password": Reason("refused", "Protected by a password. Save a copy without it."),
    "scanned": Reason("refused", "A PDF without a text layer: scanned, or damaged. A scan needs OCR; give the text as .txt or .docx."),
    "unmapped": Reason("refused", "A PDF whose fonts do not tell their characters. Export it again, or give the text as .txt or .docx."),
    "no_text_column": Reason("refused", "No column looks like report texts. Name it with --text-column; the columns are: {detail}."),
    "unknown_column": Reason("refused", "There is no column of the name given with --text-column; the columns are: {detail}."),
    "damaged": Reason("unreadable", "The {detail} file is cut short or damaged."),
    "damaged_archive": Reason("unreadable", "The archive is cut short or damaged; {detail} of its files could be read."),
    "error": Reason("unreadable", "The reader failed on it ({detail})."),
    "crashed": Reason("unreadable", "The process that read it died over it. Save it in another format and try again.", passing=True),
    "stuck": Reason("refused", "It was not read in {detail} seconds, far more than a file of its size takes.", passing=True),
}


def is_passing(reason: str | None) -> bool:
    """Whether a reason as it stands in `files` tells of the moment and not of the bytes."""
    if reason is None:
        return False
    code, _, sentence = reason.partition(":")
    return code in REASONS and (REASONS[code].passing or "(MemoryError)" in sentence)


class UnreadError(Exception):
    """Raised by a reader for an input that gives no text: a code of REASONS and what fills its sentence."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = str(detail)

    @property
    def status(self) -> FileStatus:
        return REASONS[self.code].status

    @property
    def reason(self) -> str:
        """The code and the sentence, as in `files`: `password: Protected by …`"""
        return f"{self.code}: {REASONS[self.code].sentence.format(detail=self.detail)}"
