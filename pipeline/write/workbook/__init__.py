"""Tables → taizhang.xlsx: the comparison, its figures linked to their facts, and all behind it. Equal tables give equal bytes.

How a program reads the workbook back
-------------------------------------
Headers are words of labels.toml and differ by language, so nobody should go by them alone. Two hidden sheets say what is what:

`_columns`  a row for each column of each sheet: `sheet` (its name), `index` (from 1, as written), `header` (as written), `table` (English
            name of the table: `facts`, `reports`, …), `column` (English name of the column), `role`. Headers are unique within a sheet:
            go by `header`, which survives columns that a person inserted, and by `index` where a header was changed.
            Roles: `table` (as in the table of that name), `view` (shown beside it), `row` (number of the row), `correction` (typed in;
            `column` is the column that it corrects) and `reason` (why).
`_codes`    `column`, `code`, `shown`: the words that stand for a code in the columns to type into. The code `` (empty) stands for a
            field that shall be empty: its words, [corrections] none of labels.toml, say so in every typed column.

The sheets of the tables `facts` and `reports` have the columns of role `correction`, and beside them what names the place: `fact_id`,
`report_id`, `source`, `start`, `text`, `sentence`; `report_id`, `source`, `part`, `start`, `title`. Texts stand there as
`cells.safe_text` gives them. An empty correction cell says nothing. Typed numbers come as floats; money is in 元 and rates in percent.
A table that has more rows than a sheet holds goes on on further sheets, each with its own rows in `_columns`.
"""

from pipeline.write.workbook.writer import write_workbook

__all__ = ["write_workbook"]
