# A program that has removed its own source, gone elsewhere and then fails.
# ends: {"exit_code": 1, "stderr": {"has": ["File \"/work/main.py\", line 7, in <module>"]}}
import os

os.remove(__file__)
os.chdir("/tmp")
1 / 0
