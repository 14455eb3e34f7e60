"""Lines of text in, a small and valid one-page PDF out (ISO 32000-1, 7.5), so that the school needs no PDF library."""

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_LEADING_PT = 18


def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One A4 page; lines that do not fit are cut off by the page's edge, as the seed's never are."""
    content = _content(title, lines)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        _FONT,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    return _file(objects)


def _content(title: str, lines: tuple[str, ...]) -> bytes:
    shown = [b"BT", b"/F1 20 Tf", b"72 770 Td", b"(%s) Tj" % _escaped(title), b"/F1 12 Tf", b"0 -36 Td"]
    for line in lines:
        shown += [b"(%s) Tj" % _escaped(line), b"0 -%d Td" % _LEADING_PT]
    return b"\n".join([*shown, b"ET"])


def _escaped(text: str) -> bytes:
    data = text.encode("cp1252", errors="replace")
    return data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes]) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        data += b"%010d 00000 n \n" % offset
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)
