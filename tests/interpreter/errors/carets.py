# Where in a long or wide line it went wrong.
# ends: {"exit_code": 1, "stderr": {"has": ["^"]}}
def f(x):
    return x


data = {"a": {"b": None}}
try:
    print(data["a"]["b"]["c"]["d"], "日本語", f(1) + f(2) * f(3))
except TypeError:
    žluťoučký = "日本語" + f(1) + (f(2) /
        f(0))
