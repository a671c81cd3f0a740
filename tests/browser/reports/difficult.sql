-- title = "Difficult <b>text</b>"
-- description = "<img src=x onerror=alert(1)>"
select * from (values
  (1, '<script>document.title = "stolen"</script>'),
  (2, '👩‍👩‍👧‍👦 🇩🇪'),
  (3, 'مرحبا بالعالم'),
  (4, '<img src=x onerror="document.title = ''stolen''">'),
  (5, E'two\nlines\tand a tab'),
  (6, ''),
  (7, null),
  (8, repeat('x', 100000))
) as t(id, "<u>text</u>")
order by id
