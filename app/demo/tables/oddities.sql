-- What a table must survive: difficult text, no row at all, exactly one row.
create table difficult (
    id integer primary key,
    what text not null,
    value text
);

insert into difficult values
    (1, 'a script', '<script>document.title = "owned"</script>'),
    (2, 'an image with a handler', '<img src=x onerror="document.title = ''owned''">'),
    (3, 'an entity', '&lt;b&gt; &amp; &nbsp;'),
    (4, 'emoji', '🚀 👩🏽‍💻 👨‍👩‍👧‍👦 🇧🇷 ❤️'),
    (5, 'Arabic, right to left', 'مرحبا بالعالم 123'),
    (6, 'Hebrew with a full stop', 'שלום, עולם.'),
    (7, 'a direction override', E'abc\u202Egnp.exe'),
    (8, 'unclosed isolates', E'\u2067left open'),
    (9, 'Chinese, Japanese, Korean', '漢字 かな 한국어'),
    (10, 'Devanagari and Thai', 'नमस्ते สวัสดี'),
    (11, 'combining marks', E'Z\u0351\u036B\u0343a\u0323\u0307lgo e\u0301'),
    (12, 'beyond the first plane', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𒀀'),
    (13, 'control characters', E'\x01\x02 bell \x07 escape \x1b[31m delete \x7f'),
    (14, 'line ends', E'LF\nCRLF\r\nCR\rNEL\u0085LS\u2028PS\u2029end'),
    (15, 'tabs and spaces', E'  two\t\ttabs  two spaces  '),
    (16, 'invisible', E'zero\u200Bwidth, soft\u00ADhyphen, no\u00A0break, BOM \uFEFF'),
    (17, 'quotes', $$'single' "double" `back` „low“ «angle»$$),
    (18, 'backslashes', E'\\ \\n \\N \\. \\x41 C:\\temp'),
    (19, 'looks like a parameter', '$1 $$ :name %s {0} ?'),
    (20, 'looks like SQL', $$'; drop table users; --$$),
    (21, 'looks like a formula', '=HYPERLINK("http://example.com";"click")'),
    (22, 'looks like JSON', '{"a": [1, null, "\u0000"]}'),
    (23, 'looks like the end of a stream', E'data: x\n\nevent: completed\n\n'),
    (24, 'looks like NULL', 'NULL'),
    (25, 'NULL', null),
    (26, 'empty', ''),
    (27, 'a number too large for a browser', '9007199254740993'),
    (28, 'a long word', repeat('Donaudampfschifffahrt', 50)),
    (29, 'ten thousand words', rtrim(repeat('lorem ipsum dolor ', 3333) || 'sit')),
    (30, 'a prototype', '__proto__');

create table nothing (
    id integer primary key,
    name text not null,
    made_at timestamptz not null
);

create table company (
    name text not null,
    founded_on date not null,
    motto text not null
);

insert into company values ('Example Air & Freight', '1913-05-17', 'The first rows at once, the rest without waiting.');
