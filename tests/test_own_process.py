"""pandas is loaded where a DataFrame is wanted, and not before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import pyarrow as pa
from pipeline.own_process import settle_in

settle_in()
table = pa.table({"a": [1, 2], "b": [["x"], []]})
assert "pandas" not in sys.modules
assert table.to_pandas()["a"].tolist() == [1, 2]
assert "pandas" in sys.modules
settle_in()
import pandas
assert pa.array(pandas.Series([3])).to_pylist() == [3]
"""


def test_pandas_comes_with_the_first_data_frame() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


READING = """
import sys
from pipeline.own_process import settle_in

settle_in()
from pipeline.model import Document
from pipeline.machinery import Settings
from pipeline.stages import tabulate, Tools

tools = Tools(Settings(), prepared=False)
document = Document("a.txt", "慰问困难职工75名。")
made = next(tabulate([(document, tools.read(document))], tools))
assert made.tables["facts"].num_rows == 1
assert "pandas" not in sys.modules
"""


def test_reading_a_report_does_without() -> None:
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
