# Tables, and what their library warns of.
# ends: {"stderr": {"has": "SettingWithCopyWarning"}}
import io

import pandas as pd

table = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"], "c": [0.5, None, 1.5]})
print(table, table.groupby("b").sum(), table.describe(), sep="\n")
print(pd.read_csv(io.StringIO("a,b\n1,2\n")).to_json(), table.to_csv(index=False), pd.Timestamp(0), pd.options.display.max_rows)
table[table.a > 1]["c"] = 0
