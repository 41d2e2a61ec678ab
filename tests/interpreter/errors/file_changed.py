# A program that has changed its own source and then fails.
# ends: {"exit_code": 1, "stderr": {"has": ["File \"/work/main.py\""]}}
with open(__file__, "w") as file:
    file.write("# this\n# is\n# new\n# here\n# now\n# line six\n# line seven\n# line eight\n")
1 / 0
