# What is no standard module and is not there.
# each: ["nothing", "numpy.nothing", "json.nothing", "os.nothing", "main.nothing", "__main__.nothing", "warmbox"]
# ends: {"exit_code": 1, "stderr": {"has": "ModuleNotFoundError"}}
import EACH
