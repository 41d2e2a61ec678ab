# The messages of a command line parser, which names the program.
# ends: {"exit_code": 2, "stdout": {"has": "usage: main.py"}, "stderr": {"has": "main.py: error: the following arguments are required: name"}}
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.print_help()
parser.parse_args()
